"""score: signals of every document, its language, its token ids."""
