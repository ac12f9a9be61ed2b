"""Mail of every kind: whatever file a letter came in, its own words, what it quotes, and what is attached."""
