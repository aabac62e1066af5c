"""What a section of the report found. It is kept as JSON, so that the report can be measured in parts."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from pbx_plugin_api import dump, load

T = TypeVar("T")

FIRST_IMPORTS = 3
"""So many first imports with photos are measured, and the middle one counts: they differ by a tenth."""


@dataclass(frozen=True)
class Measured:
    """One process that ran to its end."""

    what: str
    requests: int
    seconds: float
    cpu_s: float
    peak_mib: float


@dataclass(frozen=True)
class Starts:
    """The start of a command of the host."""

    plain: Measured
    """It needs no plugin."""
    loaded: Measured
    """It loads them, as a tick does."""
    uncompiled: Measured
    """Like `plain`, on a machine that has no `.pyc` files."""


@dataclass(frozen=True)
class Bound:
    """Requests, and seconds at a stated round trip."""

    requests: int
    seconds: float


@dataclass(frozen=True)
class Job:
    """One row of the first table."""

    what: str
    bound: Bound
    """With full batches and our own number of requests."""
    ours: Measured
    peers: tuple[Measured, ...] = ()


@dataclass(frozen=True)
class Jobs:
    """A first night and a quiet night of a tenant of so many people."""

    people: int
    jobs: tuple[Job, ...]


@dataclass(frozen=True)
class Size:
    """First and quiet night at one size."""

    size: int
    first: Measured
    quiet: Measured


@dataclass(frozen=True)
class Sizes:
    """By size, the smallest first."""

    rows: tuple[Size, ...]


@dataclass(frozen=True)
class TenantNight:
    """One night of so many tenants that are due at the same moment."""

    tenants: int
    seconds: float
    """Until all are done."""
    late_s: float
    """How long the tenant in the middle waited for its turn."""
    late_max_s: float
    cpu_s: float
    """Of all workers, without their start."""


@dataclass(frozen=True)
class TenantNights:
    """By number of tenants, the smallest first."""

    workers: int
    slots: int
    rows: tuple[TenantNight, ...]


@dataclass(frozen=True)
class LimitedNight:
    """A night under limits, as the server counted it."""

    what: str
    requests: int
    calls: int
    """Those in a batch are counted one by one."""
    refused: int
    """429 and 503."""
    early: int
    """Requests that came before Retry-After was over."""
    at_once: int
    """The most requests of one mailbox at the same time."""
    load: float
    """The largest used share of the directory's units."""
    seconds: float


@dataclass(frozen=True)
class LimitedNights:
    """With so many mailboxes."""

    mailboxes: int
    rows: tuple[LimitedNight, ...]


@dataclass(frozen=True)
class Section:
    """When a section was measured, and how busy the machine was just before."""

    at: datetime
    load: float
    took_s: float


def keep(folder: Path, name: str, section: Section, found: object) -> None:
    """Write what a section found."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps({"section": dump(section), "found": dump(found)}, indent=1))


def read(folder: Path, name: str, kind: type[T]) -> tuple[Section, T] | None:
    """Return what a section found, or None where it has not been measured."""
    path = folder / f"{name}.json"
    if not path.exists():
        return None
    shape = json.loads(path.read_text())
    return load(Section, shape["section"]), load(kind, shape["found"])


def look_at_load() -> float:
    """How many processes wanted a core during the last minute."""
    return os.getloadavg()[0]
