"""Files that hold files: each member is read like a file of its own, within one allowance."""
