"""Pull, plan, guard, apply, checkpoint: for users, their photos, and contacts."""
