"""The rows: every table of the PBX, and the only SQL there is."""
