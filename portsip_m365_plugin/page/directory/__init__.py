"""Names that an administrator typed: people, mailboxes and groups are found in the directory."""
