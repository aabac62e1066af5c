"""Takes a person out of the queue of mail, also out of what is sealed."""

from __future__ import annotations

import json
from typing import Any, Final

from sqlalchemy import Connection, delete, select, update

from pbx_devhost.store.database import Database
from pbx_devhost.store.erasure.identity import ERASED, Identity
from pbx_devhost.store.outbox.queue import MailState
from pbx_devhost.store.sealing.vault import Vault
from pbx_devhost.store.sql.schema import outbox, outbox_recipients
from pbx_devhost.texts import _

_AT_ONCE: Final = 200
_LISTS: Final = ("to", "cc", "bcc", "reply_to")


def clear_mail(database: Database, vault: Vault, tenant_id: str, who: Identity) -> tuple[int, bool]:
    """Take a person out of a tenant's mail. Idempotent.

    Mail that waits does not go to them any more, and says "[erased]" instead of their name to others. Where they were
    the only recipient, it ends.

    Returns:
        How many mails were changed, and whether mail is left that is being sent at this moment: come back.
    """
    count, after, is_left = 0, 0, False
    while True:
        statement = select(outbox).where(outbox.c.tenant_id == tenant_id, outbox.c.seq > after)
        with database.read() as connection:
            rows = connection.execute(statement.order_by(outbox.c.seq).limit(_AT_ONCE)).all()
        for row in rows:
            changed = _clear_row(row, vault, who)
            if not changed:
                continue
            if row.state == MailState.ATTEMPT_STARTED:
                is_left = True
                continue
            with database.write() as connection:
                is_done = _write(connection, database, vault, row, changed, who)
            count += is_done
            is_left = is_left or not is_done
        if len(rows) < _AT_ONCE:
            return count, is_left
        after = rows[-1].seq


def _clear_row(row: Any, vault: Vault, who: Identity) -> dict[str, Any]:
    """Return the columns that name the person, without them. `sealed` is still open here."""
    texts = {name: getattr(row, name) for name in ("subject", "reason", "remedy", "detail")}
    changed: dict[str, Any] = {name: who.clear(text) for name, text in texts.items() if who.is_named_in(text)}
    if who.is_named_in(row.recipients):
        changed["recipients"] = who.clear_json(row.recipients, keeps_entries=not row.waiting)
    if who.is_named_in(row.refused):
        changed["refused"] = who.clear_json(row.refused, keeps_entries=True)
    if row.sealed is not None:
        text = vault.open(row.sealed, "outbox", row.id).decode()
        if who.is_named_in(text):
            changed["sealed"] = _clear_notification(text, who)
    return changed


def _clear_notification(text: str, who: Identity) -> bytes:
    shape = json.loads(text)
    lists = {name: [a for a in shape[name] if not who.is_whole(a)] for name in _LISTS if name in shape}
    return json.dumps({**json.loads(who.clear_json(text, keeps_entries=True)), **lists}).encode()


def _write(
    connection: Connection, database: Database, vault: Vault, row: Any, changed: dict[str, Any], who: Identity
) -> bool:
    """Write a cleared mail, unless an attempt has begun or ended since it was read."""
    if not row.waiting and "recipients" in changed and set(json.loads(changed["recipients"])) == {ERASED}:
        changed["sealed"] = None  # nobody is left to whom it could be sent again
    if changed.get("recipients") == "[]":
        changed |= {"state": MailState.DEAD, "waiting": 0, "finished_at": database.now(), "sealed": None}
        changed |= {"recipients": json.dumps([ERASED]), "reason": _("The only recipient was erased."), "remedy": ""}
    if changed.get("sealed") is not None:
        vault.hold_key(connection)
        changed["sealed"] = vault.seal(changed["sealed"], "outbox", row.id)
    same = (outbox.c.seq == row.seq, outbox.c.state == row.state, outbox.c.attempt == row.attempt)
    if connection.execute(update(outbox).where(*same).values(changed)).rowcount == 0:
        return False
    line = select(outbox_recipients.c.address).where(outbox_recipients.c.seq == row.seq)
    for address in connection.execute(line).scalars().all():
        if who.is_whole(address) or "finished_at" in changed:
            at = (outbox_recipients.c.seq == row.seq, outbox_recipients.c.address == address)
            connection.execute(delete(outbox_recipients).where(*at))
    return True
