"""What is encrypted at rest: keys, the vault, and sealing everything again with a new key."""
