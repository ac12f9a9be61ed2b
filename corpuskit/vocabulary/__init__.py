"""Vocabulary extension: a tokenizer that spells a corpus in fewer tokens, and the model's rows for what is new."""
