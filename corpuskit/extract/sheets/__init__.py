"""Spreadsheets and tables of text: rows as `a | b`."""
