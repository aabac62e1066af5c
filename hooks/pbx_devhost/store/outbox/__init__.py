"""The rows of the mail queue."""
