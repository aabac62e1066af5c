"""A notice as data: its limits, and its JSON shape."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest

from pbx_plugin_api import InvalidValueError, Notice, Severity, dump, load

AT = datetime(2026, 11, 26, tzinfo=timezone.utc)


def notice(**changes: Any) -> Notice:
    values: dict[str, Any] = {"key": "a.1", "subject": "One", "severity": Severity.BAD, "raised_at_utc": AT}
    return Notice(**{**values, **changes})


def test_a_notice_survives_json() -> None:
    full = notice(kind="a", level=2, values={"days": 3, "name": "Zoë"}, repeated_at_utc=AT, dismissed_at_utc=AT)
    assert load(Notice, json.loads(json.dumps(dump(full)))) == full
    assert (notice().kind, full.is_named("a"), full.is_named("a.1"), full.is_named("b")) == ("a.1", True, True, False)


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": ""},
        {"subject": "s" * 201},
        {"subject": "two\nlines"},
        {"level": -1},
        {"values": {"two words": 1}},
        {"values": {"day": AT}},
        {"values": {"is": True}},
        {"raised_at_utc": datetime(2026, 11, 26)},  # noqa: DTZ001  # a time without a zone is what is refused
    ],
)
def test_a_notice_that_breaks_a_limit_cannot_be_built(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidValueError):
        notice(**changes)
