"""filter: rules on signals; every drop with rule, value and threshold."""
