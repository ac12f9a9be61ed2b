"""report: the ledger, and what it says to people; why a document is in or out."""
