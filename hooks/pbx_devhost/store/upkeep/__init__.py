"""The upkeep of a database: backup, retention, and the numbers for a monitor."""
