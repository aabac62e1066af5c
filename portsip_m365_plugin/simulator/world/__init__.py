"""What exists: tenants, people, mailboxes, applications."""
