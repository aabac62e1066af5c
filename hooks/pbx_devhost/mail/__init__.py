"""What is done with the mail queue: delivery through plugins, the SMTP fallback, the welcome mail."""
