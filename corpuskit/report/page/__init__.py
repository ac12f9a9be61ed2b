"""The budget page: one self-contained HTML file for the person who signs, made from the report and nothing else."""
