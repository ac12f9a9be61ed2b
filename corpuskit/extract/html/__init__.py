"""HTML: its blocks, which of them are the main content, and their text in light Markdown."""
