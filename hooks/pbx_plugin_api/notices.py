"""Notices to the tenant's administrators: each is raised, becomes worse, and ends.

A notice is about something that lasts. Its `kind` and `values` say what it is without words, so that a page can be
written later in the language of its reader; `subject` and `text` are the same in English. `raise_notice` is the rule
that every host keeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from pbx_plugin_api import rules
from pbx_plugin_api.errors import InvalidValueError
from pbx_plugin_api.page_parts import Severity

__all__ = ["Notice", "RaisedNotice", "raise_notice"]

NOTICE_BEGINS_AGAIN: Final = timedelta(hours=1)
"""A notice that ended less than this ago goes on as the same one, so that what comes and goes does not fill a page."""

_SUBJECT_MAX_CHARS: Final = 200
_SEVERITIES: Final = tuple(Severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice, as a host keeps it. Frozen data; survives JSON."""

    key: str
    """Its cause. There is at most one open notice with a key."""
    kind: str = ""
    """Which texts it has; empty: the key. Notices of one kind differ by key, such as one for each person."""
    subject: str
    text: str = ""
    """What happened and what to do."""
    severity: Severity
    level: int = 0
    """How bad it is within the severity. It grows in steps that are worth another mail, not with each person."""
    values: Mapping[str, str | int] = field(default_factory=dict)
    """What the texts name, by name: a name, a date as `YYYY-MM-DD`, a number."""
    raised_at_utc: datetime
    repeated_at_utc: datetime | None = None
    """When it last became worse."""
    ended_at_utc: datetime | None = None
    dismissed_at_utc: datetime | None = None
    """When an administrator put it away. It is shown again if it becomes worse, or after it ended and began again."""

    def __post_init__(self) -> None:
        if not self.kind:
            object.__setattr__(self, "kind", self.key)
        rules.check_text("subject", self.subject, min_chars=1, max_chars=_SUBJECT_MAX_CHARS)
        if len(self.subject.splitlines()) > 1:
            raise InvalidValueError("subject", self.subject, "one line")
        rules.check_at_least("level", self.level, 0)
        for name, value in self.values.items():
            rules.check_key("values", name)
            if isinstance(value, bool) or not isinstance(value, (str, int)):
                raise InvalidValueError("values", value, "text or a whole number")
        object.__setattr__(self, "values", rules.freeze_mapping(self.values))
        for at in ("raised_at_utc", "repeated_at_utc", "ended_at_utc", "dismissed_at_utc"):
            rules.check_utc(at, getattr(self, at))

    @property
    def is_open(self) -> bool:
        """Whether its cause still lasts."""
        return self.ended_at_utc is None

    @property
    def is_shown(self) -> bool:
        """Whether an administrator has it before their eyes: open, and not dismissed."""
        return self.is_open and self.dismissed_at_utc is None

    def is_named(self, key_or_kind: str) -> bool:
        """Whether this is its key or its kind."""
        return key_or_kind in (self.key, self.kind)


class RaisedNotice(NamedTuple):
    """What a host does with a notice that was raised."""

    notice: Notice
    """What it keeps."""
    is_another: bool
    """Whether that is a notice beside the one before, rather than the same one."""
    is_news: bool
    """Whether administrators get a mail: it is another one, or it became worse."""


def raise_notice(before: Notice | None, raised: Notice) -> RaisedNotice:
    """Return what becomes of a notice that is raised while the newest one with its key is `before`.

    An open notice takes the new texts and keeps the worst severity and level that it ever had.
    """
    now_utc = raised.raised_at_utc
    if before is None or (before.ended_at_utc is not None and now_utc - before.ended_at_utc > NOTICE_BEGINS_AGAIN):
        return RaisedNotice(raised, is_another=True, is_news=True)
    is_worse = _badness(raised) > _badness(before)
    worst = raised if is_worse or not before.is_open else before
    notice = replace(
        raised,
        severity=worst.severity,
        level=worst.level,
        raised_at_utc=before.raised_at_utc,
        repeated_at_utc=now_utc if is_worse else before.repeated_at_utc,
        dismissed_at_utc=before.dismissed_at_utc if before.is_open and not is_worse else None,
    )
    return RaisedNotice(notice, is_another=False, is_news=is_worse)


def _badness(notice: Notice) -> tuple[int, int]:
    return _SEVERITIES.index(notice.severity), notice.level
