"""Forgetting a person: who it is, where their name can be, and the work in small transactions."""
