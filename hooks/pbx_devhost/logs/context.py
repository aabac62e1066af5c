"""What every log line of one piece of work carries: the tenant, the run, the plugin. Plugins know nothing of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Final

_names: Final[ContextVar[Mapping[str, str]]] = ContextVar("names", default=MappingProxyType({}))


@contextmanager
def log_context(**names: str | None) -> Iterator[None]:
    """Let every line within, on this thread and on those that inherit its context, carry these names.

    Ids only: a log is kept elsewhere, and nobody erases a person from it.
    """
    token = _names.set({**_names.get(), **{name: value for name, value in names.items() if value}})
    try:
        yield
    finally:
        _names.reset(token)


def current_names() -> Mapping[str, str]:
    """Return what a line of this moment carries."""
    return _names.get()
