"""The steps of the set-up: what is known, the state of each step, and what an administrator says is done."""
