"""policy: what a company says of its documents by their paths: confidentiality, retention, source system, licence."""
