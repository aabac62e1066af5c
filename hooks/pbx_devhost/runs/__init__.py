"""When a tenant is due, and one run from its lease to its report."""
