"""report: the ledger, what a finished corpus says to people and programs; why a document is in or out; two corpora compared."""
