"""Changes of the schema, one file for each version: `versions/v0004_identity.py` leads from version 3 to 4.

docs/database.md says how to add one. `env.py` is alembic's own entry point; `upgrade.py` is ours.
"""
