"""shard: the split, the token shards, the table of documents, the manifest."""
