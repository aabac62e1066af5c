"""The program's log: what each line carries, and how it is written."""
