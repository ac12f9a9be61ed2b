"""Deduplication of documents whose likeness is known: `truth` makes them, `pairs` compares all, `judge` holds the answer to that."""
