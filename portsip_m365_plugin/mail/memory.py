"""The little that sending remembers between mails, in the plugin's own state; nothing that correctness needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from pbx_plugin_api import DeliveryReceipt, DeliveryStatus, Host, JsonValue, Notification
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import GraphError, RefusedError
from portsip_m365_plugin.graph.users import find_users

_MAILBOX_KEY: Final = "mail.mailbox"
_DRAFTS_KEY: Final = "mail.drafts_refused"
_FAILURES_KEY: Final = "mail.failures"
_DRAFTS_AGAIN_AFTER: Final = timedelta(hours=1)
_FAILURES_KEPT: Final = 10


def resolve_mailbox(host: Host, client: GraphClient, entra_tenant_id: str, name: str) -> tuple[str, bool]:
    """Return the object id of the mailbox an admin named, or the name itself where the directory does not say.

    And whether that was remembered rather than asked just now: it may be stale.

    Exchange has been seen to refuse a shared mailbox by its address and to take it by its id. Cost: none where it was
    saved on the MAIL tab or remembered; otherwise one request, three for an alias.
    """
    key = _describe_mailbox(client.cloud.name, entra_tenant_id, name)
    known = host.state.get(_MAILBOX_KEY)
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
    """Keep the object id of the mailbox that an admin named, so that mail goes by it whatever becomes of the name."""
    host.state.put(_MAILBOX_KEY, {**_describe_mailbox(cloud_name, entra_tenant_id, name), "id": object_id})


def _describe_mailbox(cloud_name: str, entra_tenant_id: str, name: str) -> dict[str, JsonValue]:
    return {"name": name, "cloud": cloud_name, "entra_tenant_id": entra_tenant_id}


def forget_mailbox(host: Host) -> None:
    """Look the mailbox up again the next time: the one we knew was not found."""
    host.state.delete(_MAILBOX_KEY)


def may_try_draft(host: Host, now_utc: datetime) -> bool:
    """Whether drafts are worth a try: they were not refused within the last hour."""
    known = host.state.get(_DRAFTS_KEY)
    return known is None or datetime.fromisoformat(str(known.value)) + _DRAFTS_AGAIN_AFTER <= now_utc


def remember_no_drafts(host: Host, now_utc: datetime) -> None:
    """Remember that Mail.ReadWrite is not granted, so that not every large voicemail costs a request for nothing."""
    host.state.put(_DRAFTS_KEY, now_utc.isoformat())


def forget_draft_refusal(host: Host) -> None:
    """Try drafts again at the next large mail: somebody has just looked after the permissions."""
    host.state.delete(_DRAFTS_KEY)


def remember_failure(host: Host, notification: Notification, receipt: DeliveryReceipt, now_utc: datetime) -> None:
    """Keep what could not be sent for the MAIL tab. Never texts or recipients: kind, time, reason."""
    if receipt.status is DeliveryStatus.ACCEPTED and not receipt.rejected_recipients:
        return
    entry = {
        "at": now_utc.isoformat(timespec="seconds"),
        "kind": notification.kind.value,
        "status": receipt.status.value,
        "reason": receipt.reason or "; ".join(sorted({item.reason for item in receipt.rejected_recipients})),
        "remedy": receipt.remedy,
    }
    host.state.put(_FAILURES_KEY, [entry, *recent_failures(host)][:_FAILURES_KEPT])  # type: ignore[arg-type]  # texts only


def recent_failures(host: Host) -> list[dict[str, Any]]:
    """Return what could not be sent lately, newest first."""
    known = host.state.get(_FAILURES_KEY)
    value = known.value if known else None
    return [dict(item) for item in value if isinstance(item, dict)] if isinstance(value, list) else []
