"""Rows of data with a text in each: JSON, JSON lines, Parquet, Arrow."""
