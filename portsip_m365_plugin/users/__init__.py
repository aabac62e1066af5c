"""Users: pull, plan, guard, apply, checkpoint."""
