"""Extraction side by side: the same files through ours and through peers, quality and cost in one run."""
