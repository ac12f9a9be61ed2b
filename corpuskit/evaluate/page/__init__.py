"""The proof page: one self-contained HTML file for a sceptic, made from proof.json and nothing else."""
