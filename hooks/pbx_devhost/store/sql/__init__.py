"""The database engine: connections, tables, and whether the disk is full."""
