"""The photos of linked users: read, made safe, and stored."""
