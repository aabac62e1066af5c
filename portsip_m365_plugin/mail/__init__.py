"""Mail: one notification, one receipt."""
