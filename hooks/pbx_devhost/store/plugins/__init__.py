"""What a plugin keeps in the PBX: settings, state, switches, files and rate budgets."""
