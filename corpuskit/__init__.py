"""corpuskit: folders of company documents in, Arrow token shards and a token report out."""

__version__ = "0.1.0"
