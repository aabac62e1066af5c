"""Watches every test: what the plugin hands to its host for people is a `Text`, and none was glued into another.

A text that became a plain `str` on its way is English for everybody. Here it is seen where it leaves the plugin, in
each scene that any test knows.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Final

from pbx_devhost.bound.host import BoundHost
from pbx_plugin_api import (
    DeliveryReceipt,
    Done,
    LoginRefused,
    PlanRef,
    Problem,
    ProvisionRefused,
    Refused,
    Text,
    TickReport,
)
from pbx_plugin_api.testing import FakeHost
from portsip_m365_plugin.users.apply import _REFUSED

_FIELDS: Final[dict[type, tuple[str, ...]]] = {
    DeliveryReceipt: ("reason", "remedy"),
    Done: ("message",),
    LoginRefused: ("sentence",),
    PlanRef: ("why",),
    Problem: ("detail",),
    ProvisionRefused: ("sentence",),
    Refused: ("message", "remedy"),
    TickReport: ("message",),
}
_OURS: Final = "portsip_m365_plugin."
_ISLANDS: Final = ("portsip_m365_plugin.simulator", "portsip_m365_plugin.demo")
_QUOTING: Final = frozenset({*_REFUSED.values(), "{n:,} contact: {why}"})
"""Texts that quote what a host said, in whatever language it has."""
_GLUED: Final = re.compile(r"(?<![\w./@=-])[a-z]{2,} [a-z]{2,} [a-z]{2,}")
"""Three English words in a row: a sentence, where a name or a number belongs."""


def find_faults(text: str) -> Iterator[str]:
    """Yield what stays English of a text that was made by the plugin."""
    if text and not isinstance(text, Text):
        yield f"plain: {text!r}"
    elif isinstance(text, Text) and text.message not in _QUOTING:
        for name, value in text.values.items():
            if isinstance(value, Text):
                yield from find_faults(value)
            elif isinstance(value, str) and _GLUED.search(value):
                yield f"glued into {text.message!r} as {name}: {value!r}"


def _is_ours(depth: int) -> bool:
    frame: Any = sys._getframe(depth + 1)
    while frame is not None and frame.f_globals.get("__name__") in ("dataclasses", __name__):
        frame = frame.f_back
    name = str(frame.f_globals.get("__name__", "")) if frame is not None else ""
    return name.startswith(_OURS) and not name.startswith(_ISLANDS)


@contextmanager
def watch() -> Iterator[list[str]]:
    """Collect faults while it is open."""
    faults: list[str] = []
    kept: list[tuple[Any, str, Any]] = []

    def check(*texts: str) -> None:
        for text in texts:
            faults.extend(find_faults(text))

    def watched(made: Callable[..., None], fields: tuple[str, ...]) -> Callable[..., None]:
        @wraps(made)
        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            made(self, *args, **kwargs)
            if _is_ours(1):
                check(*(getattr(self, name) for name in fields))

        return init

    def noting(notify_admin: Callable[..., None]) -> Callable[..., None]:
        @wraps(notify_admin)
        def notify(self: Any, key: str, subject: str, text: str, **kwargs: Any) -> None:
            if _is_ours(1):
                check(subject, text)
            notify_admin(self, key, subject, text, **kwargs)

        return notify

    for kind, fields in _FIELDS.items():
        kept.append((kind, "__init__", kind.__init__))  # type: ignore[misc]  # each has one of its own
        setattr(kind, "__init__", watched(kind.__init__, fields))  # type: ignore[misc]  # noqa: B010
    for host in (FakeHost, BoundHost):
        kept.append((host, "notify_admin", host.notify_admin))
        setattr(host, "notify_admin", noting(host.notify_admin))  # noqa: B010
    try:
        yield faults
    finally:
        for holder, name, before in kept:
            setattr(holder, name, before)
