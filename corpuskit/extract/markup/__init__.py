"""Text with marks: XML, Markdown, LaTeX, reStructuredText, notebooks."""
