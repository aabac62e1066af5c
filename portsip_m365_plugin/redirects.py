"""The redirect URIs: which ones have to be registered, which were proven, and which are new since then.

A URI is proven when Entra has sent a browser back to it, after a sign-in or from the consent page: Entra does that only
for a URI that is registered. When the web domain or the SBC's domain changes, nothing comes back any more, and Entra
shows its error to the person (AADSTS50011). So the change is noticed here and becomes a task.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from pbx_plugin_api import Host, JsonValue, Severity, WebOrigins, listing, sentences
from portsip_m365_plugin.config.connection import ConnectionConfig
from portsip_m365_plugin.entra.signin import CALLBACK_PATH
from portsip_m365_plugin.notices import NoticeKind
from portsip_m365_plugin.texts import _, _n

_KEY: Final = "redirects"
_FRESH_FOR: Final = timedelta(days=1)
"""A URI that was proven within this time is not written again: many people sign in."""


def redirect_uris(origins: WebOrigins) -> tuple[str, ...]:
    """Return the redirect URIs that have to be registered for the app, platform Web; the web domain's first."""
    return tuple(origin + CALLBACK_PATH for origin in origins.all())


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirects:
    """What is known about the redirect URIs of one app."""

    proven: dict[str, datetime]
    """When each URI was proven last; also those of earlier domains."""
    known: frozenset[str]
    """All URIs of the time when one was proven first: they were registered together."""
    current: tuple[str, ...]

    @property
    def new(self) -> tuple[str, ...]:
        """Today's URIs that appeared after the set-up and are not proven: a domain has changed."""
        return tuple(uri for uri in self.current if self.known and uri not in self.known and uri not in self.proven)

    @property
    def gone(self) -> tuple[str, ...]:
        """URIs of earlier domains, which can be removed in Entra."""
        return tuple(sorted((self.known | set(self.proven)) - set(self.current)))


def read_redirects(host: Host, connection: ConnectionConfig) -> Redirects:
    """Return what is known about the redirect URIs of the app that is connected now. No network."""
    shape = _read(host, connection)
    return Redirects(
        proven={uri: datetime.fromisoformat(at) for uri, at in shape["proven"].items()},
        known=frozenset(shape["known"]),
        current=redirect_uris(host.web_origins),
    )


def remember_proven(host: Host, connection: ConnectionConfig, uri: str) -> None:
    """Remember that Entra sent a browser back to a URI. Cheap for one that was proven today."""
    now_utc = host.clock.now_utc()
    shape, current = _read(host, connection), redirect_uris(host.web_origins)
    if uri not in current:
        return
    before = shape["proven"].get(uri)
    if before is not None and now_utc - datetime.fromisoformat(before) < _FRESH_FOR:
        return
    shape["proven"][uri] = now_utc.isoformat()
    shape["known"] = shape["known"] or list(current)
    stored: JsonValue = {**shape, "app": connection.mark}
    host.state.put(_KEY, stored)
    if not read_redirects(host, connection).new:
        host.resolve_notice(NoticeKind.REDIRECT_URIS)


def describe_task(redirects: Redirects) -> str:
    """Return what an administrator has to do in Entra because a domain changed; empty where there is nothing."""
    if not redirects.new:
        return ""
    added = _(
        "The PBX is reached at a new address. Register {addresses} in Entra, under Authentication, platform Web. Until"
        " then Microsoft refuses to sign people in there (AADSTS50011). A sign-in at that address proves it.",
        addresses=listing(redirects.new),
    )
    if not redirects.gone:
        return added
    removed = _n(
        "The PBX does not use {addresses} any more: remove it in Entra.",
        "The PBX does not use {addresses} any more: remove them in Entra.",
        len(redirects.gone),
        addresses=listing(redirects.gone),
    )
    return sentences(added, removed)


def warn_of_new_addresses(host: Host, connection: ConnectionConfig, *, signs_in: bool) -> None:
    """Notify the administrators while a domain has changed and its redirect URI is not proven. No network.

    Args:
        host: The tenant's.
        connection: The app.
        signs_in: Whether people sign in with Microsoft: only they would meet Microsoft's error.
    """
    redirects = read_redirects(host, connection)
    if not signs_in or not redirects.new:
        host.resolve_notice(NoticeKind.REDIRECT_URIS)
        return
    host.notify_admin(
        NoticeKind.REDIRECT_URIS,
        _("The PBX has a new address: register it in Microsoft Entra"),
        describe_task(redirects),
        severity=Severity.WARNING,
        level=len(redirects.new),
        values={"new": ", ".join(redirects.new), "gone": ", ".join(redirects.gone)},
    )


def _read(host: Host, connection: ConnectionConfig) -> dict[str, Any]:
    record = host.state.get(_KEY)
    shape: Any = record.value if record is not None else None
    if not isinstance(shape, dict) or shape.get("app") != connection.mark:
        return {"proven": {}, "known": []}
    return {"proven": dict(shape["proven"]), "known": list(shape["known"])}
