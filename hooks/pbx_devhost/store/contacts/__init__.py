"""Contacts: those that a plugin syncs, those made by hand, and the contact of a number."""
