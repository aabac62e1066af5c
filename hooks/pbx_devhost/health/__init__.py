"""Whether a process works and is ready, for monitors, load balancers and systemd."""
