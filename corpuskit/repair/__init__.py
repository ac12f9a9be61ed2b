"""repair: what repeats across the corpus is taken out of texts, and kept, before anything is measured on them."""
