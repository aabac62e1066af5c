"""How a page shows values: times, states, numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Flask, g

from pbx_plugin_api import Stage

_STATES: Final[Mapping[str, tuple[str, str]]] = {
    "done": ("Done", "good"),
    "ok": ("OK", "good"),
    "loaded": ("Loaded", "good"),
    "running": ("Running", "busy"),
    "needs_approval": ("Needs approval", "warning"),
    "stopped": ("Stopped", "warning"),
    "interrupted": ("Interrupted", "warning"),
    "not_configured": ("Not configured", "warning"),
    "disabled": ("Switched off", "plain"),
    "failed": ("Failed", "bad"),
    "refused": ("Refused", "bad"),
    "broken": ("Broken", "bad"),
    "incompatible": ("Incompatible", "bad"),
    "queued": ("Waits", "plain"),
    "attempt_started": ("Being sent", "busy"),
    "sent": ("Sent", "good"),
    "deferred": ("Waits", "warning"),
    "unknown": ("Perhaps sent", "warning"),
    "held": ("Held", "warning"),
    "expired": ("Expired", "bad"),
    "dead": ("Could not be sent", "bad"),
    "saved": ("Saved", "good"),
    "saverefused": ("Refused", "warning"),
    "saveconflict": ("Conflict", "warning"),
    "to_do": ("To do", "plain"),
    "waiting": ("Waits", "busy"),
    "proven": ("Proven", "good"),
    "started": ("Started", "good"),
    "download": ("Done", "good"),
}
_DISABLED_REASONS: Final[Mapping[str, str]] = {
    "by_admin": "by an administrator",
    "account_disabled": "the account is disabled in the directory",
    "departed": "the person has left the directory",
    "out_of_scope": "no longer covered by the sync",
}
_RUN_REASONS: Final[Mapping[str, str]] = {
    "due": "scheduled",
    "forced": "sync now",
    "resumed": "resumed",
    "job": "from a page",
}
_STAGES: Final[Mapping[str, str]] = {
    Stage.READ: "Reading people",
    Stage.MAILBOXES: "Looking at mailboxes",
    Stage.APPLY: "Writing users",
    Stage.CONTACTS: "Reading contacts",
    Stage.PHOTOS: "Reading photos",
    Stage.DELETE: "Deleting users",
}

# A longer word, such as an address, may be broken anywhere, so that a table fits its page.
_WORD_MAX_CHARS: Final = 24
# A capital inside a name such as `StandardUser`.
_CAPITAL: Final = re.compile(r"(?<=[a-z])[A-Z]")


def install(app: Flask) -> None:
    """Give the templates these filters."""
    app.jinja_env.filters.update(
        when=_when,
        state_label=lambda value: _STATES.get(value, (value.replace("_", " ").capitalize(), "plain"))[0],
        state_tone=lambda value: _STATES.get(value, ("", "plain"))[1],
        why_disabled=lambda value: _DISABLED_REASONS.get(value or "", (value or "").replace("_", " ")),
        stage_label=stage_label,
        run_reason=lambda value: _RUN_REASONS.get(value, value),
        job_label=lambda value: (value or "").replace("_", " "),
        role_label=lambda value: _CAPITAL.sub(lambda found: f" {found[0].lower()}", value),
        has_long_word=lambda text: any(len(word) > _WORD_MAX_CHARS for word in text.split()),
        initials=_initials,
        safe_link=is_safe_link,
        hue=lambda text: sum(map(ord, text)) % 8,
        number=lambda value: f"{value:,}",
    )


def stage_label(stage: str) -> str:
    """What a run is busy with; a stage of a plugin's own is shown as the plugin calls it."""
    return _STAGES.get(stage, stage) or "Starting"


def is_safe_link(url: str | None) -> bool:
    """Whether a plugin's address may be used in a link: https, or http on this machine; never another scheme."""
    if not url or not url.isprintable():
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    if parts.username is not None or not host:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in {"localhost", "127.0.0.1", "::1"})


def _when(seconds: float | None) -> str:
    """A moment in the tenant's time zone."""
    if seconds is None:
        return "–"
    visit = g.get("visit")
    zone = ZoneInfo(visit.tenant.time_zone) if visit is not None and visit.session is not None else timezone.utc
    return datetime.fromtimestamp(seconds, zone).strftime("%Y-%m-%d %H:%M")


def _initials(name: str) -> str:
    parts = [part for part in name.split() if part[:1].isalnum()]
    letters = [part[0] for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts)]
    return "".join(letters).upper() or "?"
