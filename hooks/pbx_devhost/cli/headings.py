"""Words of tables and counts of the command line. English headings are the names of the same values in JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from pbx_devhost.store.outbox.queue import MailState
from pbx_devhost.texts import _, _n, _p
from pbx_plugin_api import Text

HEADINGS: Final[dict[str, str]] = {
    # Translators: headings of columns in a terminal, as short as they can be.
    "at": _p("heading", "at"),
    "actor": _p("heading", "actor"),
    "address": _p("heading", "address"),
    "event": _p("heading", "event"),
    "outcome": _p("heading", "outcome"),
    # Translators: the subject line of a mail or a notice
    "subject": _p("heading of mail", "subject"),
    "detail": _p("heading", "detail"),
    "changes": _p("heading", "changes"),
    "id": _p("heading", "id"),
    "state": _p("heading", "state"),
    "priority": _p("heading", "priority"),
    # Translators: how often a mail was tried
    "attempt": _p("heading", "attempt"),
    "due_at": _p("heading", "due_at"),
    "recipients": _p("heading", "recipients"),
    "reason": _p("heading", "reason"),
    "name": _p("heading", "name"),
    "version": _p("heading", "version"),
    "status": _p("heading", "status"),
    "started_at": _p("heading", "started_at"),
    # Translators: how many requests to the service a run made
    "requests": _p("heading", "requests"),
    "message": _p("heading", "message"),
    # Translators: what a plan would do
    "action": _p("heading", "action"),
    "display_name": _p("heading", "display_name"),
    "login_name": _p("heading", "login_name"),
    "extension_number": _p("heading", "extension_number"),
    "sip_domain": _p("heading", "sip_domain"),
    "time_zone": _p("heading", "time_zone"),
    "country": _p("heading", "country"),
    "web_origin": _p("heading", "web_origin"),
    "raised_at": _p("heading", "raised_at"),
    "severity": _p("heading", "severity"),
    "plugin": _p("heading", "plugin"),
    # Translators: the key of a notice
    "key": _p("heading", "key"),
    "ended_at": _p("heading", "ended_at"),
    "username": _p("heading", "username"),
    "email": _p("heading", "email"),
    "enabled": _p("heading", "enabled"),
    "company": _p("heading", "company"),
    # Translators: a business telephone number
    "business": _p("heading", "business"),
    "mobile_phone": _p("heading", "mobile_phone"),
    "synced_by": _p("heading", "synced_by"),
    "process_id": _p("heading", "process_id"),
    "command": _p("heading", "command"),
    # Translators: how many runs a process does at the same time
    "slots": _p("heading", "slots"),
    # Translators: for how many seconds a process has not been heard of
    "silent_s": _p("heading", "silent_s"),
}
AUDIT_HEADINGS: Final[Mapping[str, str]] = HEADINGS | {
    # Translators: what or whom a line of the audit log is about
    "subject": _p("heading of the audit log", "subject"),
}

_CountWords = Mapping[str, Callable[[int], Text]]

MAIL_COUNTS: Final[_CountWords] = {
    # Translators: how many mails ended so; such as "3 sent".
    MailState.SENT: lambda n: _("{n:,} sent", n=n),
    MailState.DEFERRED: lambda n: _("{n:,} deferred", n=n),
    MailState.UNKNOWN: lambda n: _("{n:,} unknown", n=n),
    MailState.HELD: lambda n: _("{n:,} held", n=n),
    MailState.DEAD: lambda n: _("{n:,} dead", n=n),
    MailState.EXPIRED: lambda n: _("{n:,} expired", n=n),
}
RUN_COUNTS: Final[_CountWords] = {
    # Translators: how many people, then contacts, mailboxes and photos a run touched; such as "3 created".
    "created": lambda n: _("{n:,} created", n=n),
    "updated": lambda n: _("{n:,} updated", n=n),
    "disabled": lambda n: _("{n:,} disabled", n=n),
    "enabled": lambda n: _("{n:,} enabled", n=n),
    "deleted": lambda n: _("{n:,} deleted", n=n),
    "linked": lambda n: _("{n:,} linked", n=n),
    "unchanged": lambda n: _("{n:,} unchanged", n=n),
    "skipped": lambda n: _("{n:,} skipped", n=n),
    "contacts_created": lambda n: _n("{n:,} contact created", "{n:,} contacts created", n),
    "contacts_updated": lambda n: _n("{n:,} contact updated", "{n:,} contacts updated", n),
    "contacts_deleted": lambda n: _n("{n:,} contact deleted", "{n:,} contacts deleted", n),
    "contacts_restored": lambda n: _n("{n:,} contact restored", "{n:,} contacts restored", n),
    "contacts_unchanged": lambda n: _n("{n:,} contact unchanged", "{n:,} contacts unchanged", n),
    "contacts_skipped": lambda n: _n("{n:,} contact skipped", "{n:,} contacts skipped", n),
    "mailboxes_read": lambda n: _n("{n:,} mailbox read", "{n:,} mailboxes read", n),
    "photos_stored": lambda n: _n("{n:,} photo stored", "{n:,} photos stored", n),
    "photos_removed": lambda n: _n("{n:,} photo removed", "{n:,} photos removed", n),
}
RUN_STATUSES: Final[Mapping[str, str]] = {
    # Translators: how a run ended.
    "done": _p("run", "done"),
    "failed": _p("run", "failed"),
    "needs_approval": _p("run", "needs_approval"),
    "stopped": _p("run", "stopped"),
    "not_configured": _p("run", "not_configured"),
}
STEP_STATES: Final[Mapping[str, str]] = {
    # Translators: how far a step of the set-up is.
    "to_do": _p("step", "to do"),
    "waiting": _p("step", "waiting"),
    "done": _p("step", "done"),
    "proven": _p("step", "proven"),
    "failed": _p("step", "failed"),
}
GONE_COUNTS: Final[_CountWords] = {
    # Translators: how many of what was deleted because it was too old; such as "3 runs".
    "runs": lambda n: _n("{n:,} run", "{n:,} runs", n),
    "problems": lambda n: _n("{n:,} problem", "{n:,} problems", n),
    "notices": lambda n: _n("{n:,} notice", "{n:,} notices", n),
    "audit": lambda n: _n("{n:,} line of the audit log", "{n:,} lines of the audit log", n),
    "mail": lambda n: _n("{n:,} mail", "{n:,} mails", n),
    "erasures": lambda n: _n("{n:,} erasure", "{n:,} erasures", n),
}


def count(counted: Iterable[tuple[str, int]], words: _CountWords) -> list[Text]:
    """Return how many there are of each, without those of which there are none."""
    return [words[name](n) for name, n in counted if n]
