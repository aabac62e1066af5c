"""What sending remembers between mails, in the plugin's own state. Nothing of it is needed for correctness."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from pbx_plugin_api import DeliveryReceipt, DeliveryStatus, Host, JsonValue, Notification, dump, load, sentences
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import GraphError, RefusedError
from portsip_m365_plugin.graph.users import find_users

_MAILBOX_KEY: Final = "mail.mailbox"
_DRAFTS_KEY: Final = "mail.drafts_refused"
_FAILURES_KEY: Final = "mail.failures"
_DRAFTS_AGAIN_AFTER: Final = timedelta(hours=1)
_FAILURES_KEPT: Final = 10


def resolve_mailbox(
    host: Host, client: GraphClient, entra_tenant_id: str, name: str, *, saved_by: Host | None = None
) -> tuple[str, bool]:
    """Return the object id of the mailbox that an administrator named, and whether it was remembered.

    A remembered id may be stale. Without an answer from the directory the name itself is returned. The id is better:
    Exchange has been seen to refuse a shared mailbox by its address and to accept it by its id.

    Args:
        host: Keeps what is found.
        client: Asks the directory.
        entra_tenant_id: The directory.
        name: Address, sign-in name or object id, as the administrator wrote it.
        saved_by: The host of the scope where the mailbox was saved, if that is another one: the system's.

    Cost: none if the mailbox was found when it was saved or by an earlier mail; otherwise one request, three for an
    alias.
    """
    key = _describe_mailbox(client.cloud.name, entra_tenant_id, name)
    for place in (host, saved_by):
        known = place.state.get(_MAILBOX_KEY) if place is not None else None
        value = known.value if known else None
        if isinstance(value, Mapping) and all(value.get(part) == text for part, text in key.items()):
            return str(value["id"]), True
    try:
        users = find_users(client, name)
    except RefusedError:
        users = []  # no User.Read.All: Exchange is asked by the name
    except GraphError:
        return name, False  # the directory is out of order; the next mail asks again
    if len(users) != 1:
        return name, False
    object_id = str(users[0]["id"])
    host.state.put(_MAILBOX_KEY, {**key, "id": object_id})
    return object_id, False


def remember_mailbox(host: Host, cloud_name: str, entra_tenant_id: str, name: str, object_id: str) -> None:
    """Keep the object id of the mailbox that was saved. Mail then goes by the id, even if the name moves."""
    host.state.put(_MAILBOX_KEY, {**_describe_mailbox(cloud_name, entra_tenant_id, name), "id": object_id})


def _describe_mailbox(cloud_name: str, entra_tenant_id: str, name: str) -> dict[str, JsonValue]:
    return {"name": name, "cloud": cloud_name, "entra_tenant_id": entra_tenant_id}


def forget_mailbox(host: Host) -> None:
    """Look the mailbox up again at the next mail, because the remembered one was not found."""
    host.state.delete(_MAILBOX_KEY)


def may_try_draft(host: Host, now_utc: datetime) -> bool:
    """Whether to try drafts: they were not refused within the last hour."""
    known = host.state.get(_DRAFTS_KEY)
    return known is None or datetime.fromisoformat(str(known.value)) + _DRAFTS_AGAIN_AFTER <= now_utc


def remember_no_drafts(host: Host, now_utc: datetime) -> None:
    """Remember that Mail.ReadWrite is not granted. Otherwise every large voicemail would cost a useless request."""
    host.state.put(_DRAFTS_KEY, now_utc.isoformat())


def forget_draft_refusal(host: Host) -> None:
    """Try drafts again at the next large mail, since the permissions may have changed."""
    host.state.delete(_DRAFTS_KEY)


def remember_failure(host: Host, notification: Notification, receipt: DeliveryReceipt, now_utc: datetime) -> None:
    """Keep for the MAIL tab what could not be sent: kind, time and reason, never texts or recipients."""
    if receipt.status is DeliveryStatus.ACCEPTED and not receipt.rejected_recipients:
        return
    entry = {
        "at": now_utc.isoformat(timespec="seconds"),
        "kind": notification.kind.value,
        "status": receipt.status.value,
        "reason": receipt.reason or sentences(*sorted({item.reason for item in receipt.rejected_recipients})),
        "remedy": receipt.remedy,
    }
    host.state.put(_FAILURES_KEY, dump([entry, *recent_failures(host)][:_FAILURES_KEPT]))


def recent_failures(host: Host) -> list[dict[str, Any]]:
    """Return what could not be sent lately, newest first."""
    known = host.state.get(_FAILURES_KEY)
    value = known.value if known else None
    found = [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
    return [{name: load(str, text) for name, text in item.items()} for item in found]
