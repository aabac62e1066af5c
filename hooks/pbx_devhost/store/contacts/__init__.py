"""Contacts: those that a plugin keeps in step, those made by hand, and the name behind a number."""
