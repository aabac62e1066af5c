"""Contacts: each mailbox's folders read, compared with the PBX's books, and written."""
