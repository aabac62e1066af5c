"""The decisions of `Users.apply` and `Contacts.apply`, as pure functions that any host may use.

A host reads what it has stored, calls these, and writes what they decide. They need no host, no database and no clock,
so a PBX core can keep its own tables and still decide exactly as the reference host and the fake host do.
"""
