"""What the PBX remembers about each certificate, by its SHA-1 thumbprint: when it was made, and what Entra said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from pbx_plugin_api import Host, HostRefusedError, InvalidValueError, dump, load

PREFIX: Final = "key.history."
_NOTED_EVERY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHistory:
    """One certificate's. Empty: it was made by a version that remembered nothing, so nothing is known."""

    made_at_utc: datetime | None = None
    accepted_at_utc: datetime | None = None
    """When Entra last gave a token for it; at most a day old while it works."""
    refused_at_utc: datetime | None = None
    """Since when Entra refuses it."""
    replaced_at_utc: datetime | None = None
    """When another became the active one."""
    key_id: str = ""
    """Entra's id of it, known where this plugin registered it."""
    sends: int = 0
    """How often it was sent to be registered."""
    sent_at_utc: datetime | None = None
    registered_at_utc: datetime | None = None
    """When this plugin knew that Entra lists it."""
    trials: int = 0
    """How often Entra accepted it before it became the active one."""
    tried_at_utc: datetime | None = None


def read_history(host: Host, thumbprint_sha1: str) -> KeyHistory:
    """Return what is known about a certificate. Cost: one look at the state."""
    record = host.state.get(PREFIX + thumbprint_sha1)
    if record is None:
        return KeyHistory()
    try:
        return load(KeyHistory, record.value)
    except InvalidValueError:
        return KeyHistory()


def change_history(host: Host, thumbprint_sha1: str, **values: Any) -> KeyHistory:
    """Change what is remembered about a certificate, and return all of it."""
    history = replace(read_history(host, thumbprint_sha1), **values)
    host.state.put(PREFIX + thumbprint_sha1, dump(history))
    return history


def list_histories(host: Host) -> list[tuple[str, KeyHistory]]:
    """Return every certificate of which something is known: thumbprint (SHA-1) and history."""
    thumbprints = [key.removeprefix(PREFIX) for key, _ in host.state.items(PREFIX)]
    return [(thumbprint, read_history(host, thumbprint)) for thumbprint in thumbprints]


def forget_history(host: Host, thumbprint_sha1: str) -> None:
    """Forget a certificate. Idempotent."""
    host.state.delete(PREFIX + thumbprint_sha1)


def note_answer(host: Host, thumbprint_sha1: str, *, is_accepted: bool) -> None:
    """Remember that Entra has accepted or refused a certificate. Cheap: it writes only what is news."""
    history, now_utc = read_history(host, thumbprint_sha1), host.clock.now_utc()
    if is_accepted:
        known = history.accepted_at_utc
        if known is not None and now_utc - known < _NOTED_EVERY and history.refused_at_utc is None:
            return
        news: dict[str, Any] = {"accepted_at_utc": now_utc, "refused_at_utc": None}
    elif history.refused_at_utc is None:
        news = {"refused_at_utc": now_utc}
    else:
        return
    try:
        change_history(host, thumbprint_sha1, **news)
    except HostRefusedError as error:
        if type(error) is not HostRefusedError:  # the system's host is read-only for a tenant
            raise
