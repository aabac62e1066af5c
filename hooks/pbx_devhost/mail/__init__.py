"""Delivery of queued mail: through plugins, by the SMTP fallback, and the welcome mail."""
