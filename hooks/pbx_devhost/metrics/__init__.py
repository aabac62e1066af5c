"""Numbers for a monitor, in the format of Prometheus. None names a person or a tenant."""
