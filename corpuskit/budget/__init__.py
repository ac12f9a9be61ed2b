"""budget: what training takes in operations, memory, hours and money, computed before anything runs."""
