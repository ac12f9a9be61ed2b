"""train: the runner that adapts a model to a corpus, from token shards to checkpoints."""
