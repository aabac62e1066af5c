"""What an administrator decided, as typed objects. Nobody else reads a stored setting or knows its key.

To add a setting: one line in the subject's object (`users.py`, `contacts.py`, …) with its default; one line in
`schema.py` with its key, its kind and the place it fills; one line in the tab that shows it (`page/`). Which settings
are forgotten when the PBX disconnects is decided in `writer.py`. Tests in `tests/config` fail on a half-added setting.
"""
