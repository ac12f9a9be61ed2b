"""extract: files to documents, whatever their format, each failure with its reason."""
