"""What every log line of one piece of work carries: the tenant, the run, the plugin. Plugins know nothing of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from structlog.contextvars import bound_contextvars


@contextmanager
def log_context(**names: str | None) -> Iterator[None]:
    """Let every line within, on this thread and on those that inherit its context, carry these names.

    Ids only: a log is kept elsewhere, and nobody erases a person from it.
    """
    with bound_contextvars(**{name: value for name, value in names.items() if value}):
        yield
