"""Mail against the simulator: a PBX of the reference host's stores, set up for a lab, with a clock moved by hand."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from pbx_devhost.bound.host import BoundHost
from pbx_devhost.store.stores import Stores, open_stores
from pbx_devhost.store.tenants import SYSTEM_TENANT
from pbx_plugin_api import AttachmentRef, DeliveryReceipt, Notification, NotificationKind, Tenant
from portsip_m365_plugin.keys.store import ACTIVE_KEY, store_key_pair
from portsip_m365_plugin.mail.send import send_notification
from tests.support.lab import Lab, shared_key_pair

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(range(256)) * 4


class MovedClock:
    """Seconds since 1970, moved by hand."""

    def __init__(self) -> None:
        self.at = time.time()

    def __call__(self) -> float:
        return self.at

    def utc(self, plus_s: float = 0.0) -> datetime:
        return datetime.fromtimestamp(self.at, timezone.utc) + timedelta(seconds=plus_s)


@dataclass
class Post:
    """A tenant that sends by a mailbox of the lab."""

    lab: Lab
    stores: Stores
    tenant: Tenant
    clock: MovedClock
    cloud: str = "GLOBAL"
    made: int = 0
    notes: list[Notification] = field(default_factory=list)

    @property
    def host(self) -> BoundHost:
        return BoundHost(self.stores, "m365", self.tenant, may_read_system=True)

    @property
    def sent(self) -> list[dict[str, Any]]:
        """What the simulator's Exchange accepted."""
        return self.lab.tenant(self.cloud).sent

    def settle(self, host: BoundHost | None = None, **values: Any) -> None:
        """Store settings, with a key pair."""
        chosen = host or self.host
        record = chosen.settings.read()
        whole = {**record.values, **self.lab.settings(self.cloud), **values}
        chosen.settings.write(whole, expected_version=record.version)
        store_key_pair(chosen, ACTIVE_KEY, shared_key_pair())

    @property
    def system_host(self) -> BoundHost:
        return BoundHost(self.stores, "m365", SYSTEM_TENANT)

    def note(self, **fields: Any) -> Notification:
        self.made += 1
        given: dict[str, Any] = {
            "notification_id": f"n-{self.made}",
            "kind": NotificationKind.OTHER,
            "to": ("ada@customer.example",),
            "subject": "Hello",
            "text": "Hello there",
            "created_at_utc": self.clock.utc(),
        }
        return Notification(**given | fields)

    def send(self, note: Notification | None = None, **fields: Any) -> DeliveryReceipt:
        receipt = send_notification(self.host, self.tenant, note or self.note(**fields))
        assert receipt is not None
        return receipt

    def attach(self, size_or_bytes: int | bytes, name: str = "message.wav", **fields: Any) -> AttachmentRef:
        data = size_or_bytes if isinstance(size_or_bytes, bytes) else b"\x5a" * size_or_bytes
        pieces = (data[at : at + 65_536] for at in range(0, len(data), 65_536))
        given: dict[str, Any] = {"content_type": "audio/wav", "download_url": f"https://pbx.example/dl/{name}"} | fields
        blob = self.stores.blobs(self.tenant.pbx_tenant_id).put(
            pieces, content_type=given["content_type"], keep_s=86_400
        )
        return AttachmentRef(blob=blob, filename=name, size_bytes=len(data), **given)

    def calls(self, part: str = "/users/") -> list[tuple[str, str, int]]:
        """Method, path template and status of what reached Graph."""
        entries = self.lab.realm(self.cloud).journal.entries()
        return [(e.method, e.template, e.status) for e in entries if part in e.template or part in e.target]


def open_post(lab: Lab, tmp_path: Path, cloud: str = "GLOBAL", *, mailbox: str | None = None, **values: Any) -> Post:
    """Make a tenant whose mail goes out by the lab's first shared mailbox, or the one named."""
    clock = MovedClock()
    stores = open_stores(f"sqlite:///{tmp_path / 'pbx.db'}", now=clock)
    tenant = stores.tenants.add("Contoso")
    post = Post(lab, stores, tenant, clock, cloud)
    post.settle(mail_mailbox=mailbox or shared_mailbox(lab, cloud), **values)
    return post


def shared_mailbox(lab: Lab, cloud: str = "GLOBAL", kind: str = "shared") -> str:
    people = lab.tenant(cloud).directory.order
    return next(str(p.props["userPrincipalName"]) for p in people if p.mailbox == kind and p.props.get("mail"))


def render(sent: dict[str, Any]) -> EmailMessage:
    """Turn what Exchange accepted into the MIME that a person's mail program gets, and read it with a real parser."""
    message, mime = sent["message"], EmailMessage(policy=policy.SMTP)
    mime["From"] = sent["upn"]
    for name, header in (("toRecipients", "To"), ("ccRecipients", "Cc"), ("replyTo", "Reply-To")):
        addresses = [item["emailAddress"]["address"] for item in message.get(name, [])]
        if addresses:
            mime[header] = ", ".join(addresses)
    mime["Subject"] = message["subject"]
    mime["Importance"] = message["importance"]
    for item in message.get("internetMessageHeaders", []):
        mime[item["name"]] = item["value"]
    subtype = "html" if message["body"]["contentType"].lower() == "html" else "plain"
    mime.set_content(message["body"]["content"], subtype=subtype)
    # Pictures inside the HTML first: they belong to the body.
    for item in sorted(message.get("attachments", []), key=lambda item: not item.get("isInline")):
        main, _, sub = item["contentType"].partition("/")
        data = base64.b64decode(item["contentBytes"], validate=True)
        if item.get("isInline"):
            mime.add_related(data, main, sub, cid=f"<{item['contentId']}>", filename=item["name"])
        else:
            mime.add_attachment(data, main, sub, filename=item["name"])
    return BytesParser(policy=policy.default).parsebytes(bytes(mime))  # type: ignore[return-value]
