"""How tests and people change the world, and the faults they order."""
