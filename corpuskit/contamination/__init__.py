"""contamination: what of the user's test data stands in the corpus, word for word, before anything is measured on the corpus."""
