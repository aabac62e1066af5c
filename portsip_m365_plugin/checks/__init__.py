"""What `doctor` and Test connection check, one file for each group; `run.py` runs all of them."""
