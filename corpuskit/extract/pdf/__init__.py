"""PDF: what lies on the pages becomes running text; one file for each thing that takes."""
