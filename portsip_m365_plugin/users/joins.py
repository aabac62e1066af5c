"""First sign-ins that met a taken address: remembered until the person is linked, or the address is free."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from pbx_plugin_api import DraftUser, Host, JsonValue, Severity, UnlinkedUser, UserLink, listing
from portsip_m365_plugin.notices import NoticeKind
from portsip_m365_plugin.texts import _
from portsip_m365_plugin.users.match import match_by_hand

_KEY: Final = "users.joins"
_KEPT_MAX: Final = 100


def report_join(host: Host, draft: DraftUser, addresses: Iterable[str], matches: Sequence[UnlinkedUser]) -> None:
    """Notify the administrators that one person needs them, and remember it."""
    oid, names = draft.link.subject, listing(sorted(match.username for match in matches))
    text = _(
        "{person} (object id {object_id}) signed in with Microsoft for the first time, and the PBX user {users} has the"
        " same e-mail address. An address proves nothing at a sign-in, so nobody was linked and no second user was"
        " made. If they are the same person, add the person on the page of users: that links them. Otherwise change the"
        " e-mail address of the PBX user.",
        person=draft.display_name,
        object_id=oid,
        users=names,
    )
    _write(host, {**_read(host), oid: " ".join(sorted(addresses))})
    host.notify_admin(
        f"{NoticeKind.JOIN}.{oid}",
        _("A first sign-in needs you: the address is taken"),
        text,
        severity=Severity.WARNING,
        kind=NoticeKind.JOIN,
        values={"person": draft.display_name, "entra_object_id": oid, "users": names},
    )


def settle_join(host: Host, oid: str) -> None:
    """End what was reported of this person: they are linked, or nobody else has their address."""
    known = _read(host)
    if oid in known:
        _write(host, {each: addresses for each, addresses in known.items() if each != oid})
        host.resolve_notice(f"{NoticeKind.JOIN}.{oid}")


def settle_joins(host: Host, authority: str) -> None:
    """The same for everybody who was reported. Cost: one pass over the users made by hand, if there is anybody."""
    for oid, addresses in _read(host).items():
        is_linked = host.users.find(UserLink(authority=authority, subject=oid)) is not None
        if is_linked or not match_by_hand(host, addresses.split()):
            settle_join(host, oid)


def _write(host: Host, known: dict[str, str]) -> None:
    shape: dict[str, JsonValue] = dict(list(known.items())[-_KEPT_MAX:])
    host.state.put(_KEY, shape)


def _read(host: Host) -> dict[str, str]:
    """Return the addresses of each person, separated by spaces, by object id."""
    record = host.state.get(_KEY)
    known = record.value if record is not None and isinstance(record.value, dict) else {}
    return {oid: str(addresses) for oid, addresses in known.items()}
