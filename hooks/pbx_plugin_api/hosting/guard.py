"""The rule "one call, one thread", for every host: real hosts and the fake one.

Each part of a guarded host checks a gate before it works. After the call it raises `HostClosedError`; on another
thread it raises `WrongThreadError` (helper threads may use the clock alone). An iterator checks at every step, so a
stream that the plugin kept ends with the call. Each offence is logged with the plugin's name.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any, cast

from pbx_plugin_api.errors import HostClosedError, HostRefusedError, WrongThreadError
from pbx_plugin_api.host import Host

__all__ = ["Gate", "guard_host"]

_log = logging.getLogger(__name__)

_PARTS = frozenset(
    {
        "users", "contacts", "settings", "secrets", "state", "blobs",
        "rate_budget", "progress", "audit", "overview", "clock",
    }
)  # fmt: skip


class Gate:
    """Whether a bound host may be used now, and on which thread."""

    def __init__(self, plugin: str) -> None:
        self.plugin = plugin
        self.offences: list[str] = []
        self._owner: int | None = None
        self._closed = False

    def claim(self) -> None:
        """Make the calling thread the only one that may use the host."""
        self._owner = threading.get_ident()

    def close(self) -> None:
        """Refuse everything from now on. May be called on any thread, any number of times."""
        self._closed = True

    def check(self, member: str, *, any_thread: bool = False) -> None:
        """Raise unless this part of the host may be used now, on this thread."""
        if self._closed:
            self._offend(HostClosedError(f"{self.plugin} used host.{member} after its hook had returned"))
        if not any_thread and self._owner not in (None, threading.get_ident()):
            self._offend(WrongThreadError(f"{self.plugin} used host.{member} from another thread than its hook's own"))

    def _offend(self, error: HostRefusedError) -> None:
        self.offences.append(str(error))
        _log.error("%s", error)
        raise error


def guard_host(host: Host, gate: Gate) -> Host:
    """Return the host as the plugin gets it: the gate checks every use."""
    return cast(Host, _GuardedHost(host, gate))


class _GuardedHost:
    __slots__ = ("_gate", "_host")

    def __init__(self, host: Host, gate: Gate) -> None:
        self._host, self._gate = host, gate

    def __getattr__(self, name: str) -> Any:
        _refuse_private(name)
        any_thread = name == "clock"
        self._gate.check(name, any_thread=any_thread)
        value = getattr(self._host, name)
        if name in _PARTS:
            return _GuardedPart(value, self._gate, name, any_thread)
        if name == "system":
            return lambda: None if (system := value()) is None else guard_host(system, self._gate)
        return _checked(value, self._gate, name, any_thread) if callable(value) else value

    def __repr__(self) -> str:
        return f"<host of {self._gate.plugin}>"


class _GuardedPart:
    __slots__ = ("_any_thread", "_gate", "_name", "_part")

    def __init__(self, part: object, gate: Gate, name: str, any_thread: bool) -> None:
        self._part, self._gate, self._name, self._any_thread = part, gate, name, any_thread

    def __getattr__(self, name: str) -> Any:
        _refuse_private(name)
        member = f"{self._name}.{name}"
        self._gate.check(member, any_thread=self._any_thread)
        value = getattr(self._part, name)
        return _checked(value, self._gate, member, self._any_thread) if callable(value) else value


def _refuse_private(name: str) -> None:
    """Private attributes of a host, such as its stores, are not for plugins."""
    if name.startswith("_"):
        raise AttributeError(f"a host has nothing named {name!r} for plugins")


def _checked(function: Callable[..., Any], gate: Gate, member: str, any_thread: bool) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        gate.check(member, any_thread=any_thread)
        result = function(*args, **kwargs)
        # An open file is an iterator too, but it ends with the plugin's `with`.
        is_stream = isinstance(result, Iterator) and not hasattr(result, "__enter__")
        return _stepwise(result, gate, member) if is_stream else result

    return call


def _stepwise(stream: Iterator[Any], gate: Gate, member: str) -> Iterator[Any]:
    try:
        while True:
            gate.check(member)
            try:
                item = next(stream)
            except StopIteration:
                return
            yield item
    finally:
        close = getattr(stream, "close", None)
        if close is not None:
            close()
