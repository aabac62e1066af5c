"""How a page shows values: times, states, numbers, and words for codes. All in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g

from pbx_devhost.core import Pbx
from pbx_devhost.store.notices import KeptNotice
from pbx_devhost.texts import _, _n, _p
from pbx_plugin_api import NotificationKind, PlanAction, Priority, Stage, Text

_STATES: Final[Mapping[str, tuple[str, str]]] = {
    "done": (_p("a state", "Done"), "good"),
    "ok": (_p("a state", "OK"), "good"),
    "loaded": (_p("a state", "Loaded"), "good"),
    "running": (_p("a state", "Running"), "busy"),
    "needs_approval": (_p("a state", "Needs approval"), "warning"),
    "stopped": (_p("a state", "Stopped"), "warning"),
    "interrupted": (_p("a state", "Interrupted"), "warning"),
    "not_configured": (_p("a state", "Not configured"), "warning"),
    "disabled": (_p("a state", "Switched off"), "plain"),
    "failed": (_p("a state", "Failed"), "bad"),
    "refused": (_p("a state", "Refused"), "bad"),
    "broken": (_p("a state", "Broken"), "bad"),
    "incompatible": (_p("a state", "Incompatible"), "bad"),
    "queued": (_p("a state", "Waits"), "plain"),
    "attempt_started": (_p("a state", "Being sent"), "busy"),
    "sent": (_p("a state", "Sent"), "good"),
    "deferred": (_p("a state", "Waits"), "warning"),
    "unknown": (_p("a state", "Perhaps sent"), "warning"),
    "held": (_p("a state", "Held"), "warning"),
    "expired": (_p("a state", "Expired"), "bad"),
    "dead": (_p("a state", "Could not be sent"), "bad"),
    "saved": (_p("a state", "Saved"), "good"),
    "saverefused": (_p("a state", "Refused"), "warning"),
    "saveconflict": (_p("a state", "Conflict"), "warning"),
    "to_do": (_p("a state", "To do"), "plain"),
    "waiting": (_p("a state", "Waits"), "busy"),
    "proven": (_p("a state", "Proven"), "good"),
    "started": (_p("a state", "Started"), "good"),
    "download": (_p("a state", "Done"), "good"),
    "addperson": (_p("a state", "Started"), "good"),
    "logintest": (_p("a state", "Started"), "good"),
    "timed_out": (_p("a state", "Timed out"), "bad"),
    "wrong_type": (_p("a state", "Failed"), "bad"),
    "missing": (_p("a state", "Not possible"), "warning"),
}
_DISABLED_REASONS: Final[Mapping[str, str]] = {
    "by_admin": _("by an administrator"),
    "account_disabled": _("the account is disabled in the directory"),
    "departed": _("the person has left the directory"),
    "out_of_scope": _("no longer covered by the sync"),
}
_RUN_REASONS: Final[Mapping[str, str]] = {
    "due": _("scheduled"),
    "forced": _("sync now"),
    "resumed": _("resumed"),
    "job": _("from a page"),
}
_STAGES: Final[Mapping[str, str]] = {
    Stage.READ: _("Reading people"),
    Stage.MAILBOXES: _("Looking at mailboxes"),
    Stage.APPLY: _("Writing users"),
    Stage.CONTACTS: _("Reading contacts"),
    Stage.PHOTOS: _("Reading photos"),
    Stage.DELETE: _("Deleting users"),
}
_COUNTS: Final[Mapping[str, str]] = {
    # Translators: what a run did, below or behind a number: "3 created".
    "created": _p("a count", "created"),
    "updated": _p("a count", "updated"),
    "disabled": _p("a count", "disabled"),
    "enabled": _p("a count", "enabled"),
    "deleted": _p("a count", "deleted"),
    "linked": _p("a count", "linked"),
    "unchanged": _p("a count", "unchanged"),
    "skipped": _p("a count", "skipped"),
}
_COUNTS_OF_THINGS: Final[Mapping[str, Callable[[int], Text]]] = {
    "contacts_created": lambda n: _n("contact created", "contacts created", n),
    "contacts_updated": lambda n: _n("contact updated", "contacts updated", n),
    "contacts_deleted": lambda n: _n("contact deleted", "contacts deleted", n),
    "contacts_restored": lambda n: _n("contact restored", "contacts restored", n),
    "contacts_unchanged": lambda n: _n("contact unchanged", "contacts unchanged", n),
    "contacts_skipped": lambda n: _n("contact skipped", "contacts skipped", n),
    "mailboxes_read": lambda n: _n("mailbox read", "mailboxes read", n),
    "photos_stored": lambda n: _n("photo stored", "photos stored", n),
    "photos_removed": lambda n: _n("photo removed", "photos removed", n),
}
_PLAN_ACTIONS: Final[Mapping[str, str]] = {
    # Translators: what a plan would do about one person, as a short mark in a table.
    PlanAction.CREATE: _p("in a plan", "create"),
    PlanAction.LINK: _p("in a plan", "link"),
    PlanAction.UPDATE: _p("in a plan", "update"),
    PlanAction.ENABLE: _p("in a plan", "enable"),
    PlanAction.DISABLE: _p("in a plan", "disable"),
    PlanAction.DELETE: _p("in a plan", "delete"),
    PlanAction.FORGET: _p("in a plan", "forget"),
    PlanAction.PROBLEM: _p("in a plan", "problem"),
}
_USER_FIELDS: Final[Mapping[str, str]] = {
    # Translators: the fields of a user that a sync changes.
    "display_name": _p("a field of a user", "display name"),
    "email": _p("a field of a user", "email"),
    "mobile_phone": _p("a field of a user", "mobile phone"),
    "work_phone": _p("a field of a user", "work phone"),
    "home_phone": _p("a field of a user", "home phone"),
    "department": _p("a field of a user", "department"),
    "extension_number": _p("a field of a user", "extension number"),
    "username": _p("a field of a user", "username"),
    "enabled": _p("a field of a user", "enabled"),
    "photo": _p("a field of a user", "photo"),
}
_MAIL_KINDS: Final[Mapping[str, str]] = {
    # Translators: what a mail of the PBX is about.
    NotificationKind.VOICEMAIL: _p("a kind of mail", "voicemail"),
    NotificationKind.NEW_USER: _p("a kind of mail", "new user"),
    NotificationKind.EMERGENCY_CALL: _p("a kind of mail", "emergency call"),
    NotificationKind.TWO_FACTOR_CODE: _p("a kind of mail", "two factor code"),
    NotificationKind.TEST: _p("a kind of mail", "test"),
    NotificationKind.OTHER: _p("a kind of mail", "other"),
}
_MAIL_TABS: Final[Mapping[str, str]] = {
    # Translators: the tabs above the list of mails, each with a number: "HELD 3". In capitals, if you have them.
    "queued": _p("mails", "QUEUED"),
    "attempt_started": _p("mails", "ATTEMPT_STARTED"),
    "deferred": _p("mails", "DEFERRED"),
    "unknown": _p("mails", "UNKNOWN"),
    "held": _p("mails", "HELD"),
    "sent": _p("mails", "SENT"),
    "dead": _p("mails", "DEAD"),
    "expired": _p("mails", "EXPIRED"),
}
_PRIORITIES: Final[Mapping[Priority, str]] = {
    Priority.URGENT: _p("how soon a mail goes", "urgent"),
    Priority.NORMAL: _p("how soon a mail goes", "normal"),
    Priority.BULK: _p("how soon a mail goes", "bulk"),
}
_ROLES: Final[Mapping[str, str]] = {
    "StandardUser": _("Standard user"),
    "StandardInternationalUser": _("Standard international user"),
}

# A longer word, such as an address, may be broken anywhere, so that a table fits its page.
_WORD_MAX_CHARS: Final = 24
# A capital inside a name such as `StandardUser`.
_CAPITAL: Final = re.compile(r"(?<=[a-z])[A-Z]")


def install(app: Flask) -> None:
    """Give the templates these filters."""
    app.jinja_env.filters.update(
        when=_when,
        state_label=lambda value: _STATES.get(value, (_spell(value).capitalize(), "plain"))[0],
        state_tone=lambda value: _STATES.get(value, ("", "plain"))[1],
        why_disabled=lambda value: _DISABLED_REASONS.get(value or "", _spell(value or "")),
        stage_label=stage_label,
        run_reason=lambda value: _RUN_REASONS.get(value, value),
        code_label=_label_code,
        mail_tab_label=lambda state: _MAIL_TABS.get(state, state.upper()),
        notice_dates=_date_notice,
        count_label=_label_count,
        plan_action_label=lambda action: _PLAN_ACTIONS.get(action, action),
        user_field_label=user_field_label,
        mail_kind_label=lambda kind: _MAIL_KINDS.get(kind, _spell(kind)),
        priority_label=lambda value: _PRIORITIES[Priority(value)],
        role_label=lambda value: _ROLES.get(value) or _CAPITAL.sub(lambda found: f" {found[0].lower()}", value),
        has_long_word=lambda text: any(len(word) > _WORD_MAX_CHARS for word in text.split()),
        initials=_initials,
        safe_link=is_safe_link,
        hue=lambda text: sum(map(ord, text)) % 8,
        number=show_number,
    )


def _label_code(code: str, plugin: str) -> str:
    """What a code of a plugin means, such as the reason of a problem: in the plugin's words, or spelled."""
    pbx: Pbx = current_app.extensions["pbx"]
    words = pbx.plugins.words(plugin)
    return words.get(code) or _DISABLED_REASONS.get(code) or _spell(code)


def _date_notice(kept: KeptNotice) -> str:
    """When a notice began, and what became of it."""
    notice, raised = kept.notice, _when(kept.notice.raised_at_utc.timestamp())
    if notice.ended_at_utc is not None:
        return _("{raised}, ended {ended}", raised=raised, ended=_when(notice.ended_at_utc.timestamp()))
    repeated = _when(notice.repeated_at_utc.timestamp()) if notice.repeated_at_utc is not None else ""
    if notice.dismissed_at_utc is None:
        return _("{raised}, worse since {repeated}", raised=raised, repeated=repeated) if repeated else raised
    by, dismissed = kept.dismissed_by, _when(notice.dismissed_at_utc.timestamp())
    if not repeated:
        return _("{raised}, dismissed by {name} {dismissed}", raised=raised, name=by, dismissed=dismissed)
    return _(
        "{raised}, worse since {repeated}, dismissed by {name} {dismissed}",
        raised=raised,
        repeated=repeated,
        name=by,
        dismissed=dismissed,
    )


def _label_count(name: str, n: int) -> str:
    """What was counted, to be read below or behind its number."""
    return _COUNTS_OF_THINGS[name](n) if name in _COUNTS_OF_THINGS else _COUNTS.get(name, _spell(name))


def _spell(code: str) -> str:
    """A code that only its plugin knows, without its underlines."""
    return code.replace("_", " ")


def stage_label(stage: str) -> str:
    """What a run is busy with; a stage of a plugin's own is shown as the plugin calls it."""
    return _STAGES.get(stage, stage) or _("Starting")


@lru_cache(maxsize=4096)
def show_number(value: int) -> str:
    """A number as its reader's language writes it."""
    return _("{n:,}", n=value)


def user_field_label(name: str) -> str:
    """What a field of a user is called."""
    return _USER_FIELDS.get(name, _spell(name))


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
    at = datetime.fromtimestamp(seconds, zone)
    # Translators: a moment, in the order and with the marks of your language. All values are digits.
    return _(
        "{year}-{month}-{day} {hour}:{minute}",
        year=str(at.year),
        month=format(at.month, "02"),
        day=format(at.day, "02"),
        hour=format(at.hour, "02"),
        minute=format(at.minute, "02"),
    )


def _initials(name: str) -> str:
    parts = [part for part in name.split() if part[:1].isalnum()]
    letters = [part[0] for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts)]
    return "".join(letters).upper() or "?"
