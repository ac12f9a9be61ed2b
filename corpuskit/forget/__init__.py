"""`corpuskit forget`: documents leave a corpus, its shards, its report and its work files, and later builds leave them out."""
