"""Office files and books: documents, presentations, and the containers that they lie in."""
