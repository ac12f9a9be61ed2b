"""Trainers side by side: each trains the same case in a process of its own and says how fast that was."""
