"""What an administrator decides: one schema, one page, one set of buttons; a tab a file."""
