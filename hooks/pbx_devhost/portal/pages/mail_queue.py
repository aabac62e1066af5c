"""The notification queue: what waits, what went, what could not, and an administrator's word about each."""

from __future__ import annotations

import json
from itertools import islice
from typing import Final

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from pbx_devhost.portal.notes import redirect_with_note
from pbx_devhost.portal.paging import read_page
from pbx_devhost.portal.visit import admin_only, also_for_system, the_pbx, the_visit
from pbx_devhost.store.outbox.queue import RESENDABLE, MailState, OutboxError
from pbx_devhost.texts import _, say

pages = Blueprint("mail_queue", __name__)

_HERE: Final = "/mail"


@pages.get("/mail")
@admin_only
@also_for_system
def list_mail() -> ResponseReturnValue:
    """List mails, newest first, all or of one state. Their contents are private and never shown."""
    page, box, tenant_id = read_page(), the_pbx().stores.outbox, the_visit().tenant.pbx_tenant_id
    state = request.args.get("state", "")
    chosen = state if state in list(MailState) else None
    rows = box.rows(tenant_id, state=chosen, limit=page.offset + page.size + 1)
    shown = page.of(list(islice(rows, page.offset, None)))
    return render_template(
        "mail.html",
        page=shown,
        state=chosen,
        fault=box.lanes.fault(tenant_id),
        counts=box.counts(tenant_id),
        states=list(MailState),
        resendable=RESENDABLE,
        held=MailState.HELD,
        recipients={row.id: json.loads(row.recipients) for row in shown.rows},
    )


@pages.post("/mail/probe")
@admin_only
@also_for_system
def probe() -> ResponseReturnValue:
    """Let mail that a fault stops try at once."""
    visit, stores = the_visit(), the_pbx().stores
    if not stores.outbox.lanes.probe_now(visit.tenant.pbx_tenant_id):
        return redirect_with_note(_HERE, _("Mail is not paused any more."))
    stores.audit.record(visit.tenant.pbx_tenant_id, visit.name, "mail.probe")
    return redirect_with_note(_HERE, _("One mail tries now. The result is here in a moment."))


@pages.post("/mail/<mail_id>/again")
@admin_only
@also_for_system
def send_again(mail_id: str) -> ResponseReturnValue:
    """Put a mail back into the queue, or try a waiting one at once."""
    visit, stores = the_visit(), the_pbx().stores
    try:
        stores.outbox.send_again(visit.tenant.pbx_tenant_id, mail_id)
    except OutboxError as error:
        return redirect_with_note(_HERE, say(error), "bad")
    stores.audit.record(visit.tenant.pbx_tenant_id, visit.name, "mail.resend", subject=mail_id)
    return redirect_with_note(_HERE, _("The mail is queued again."))


@pages.post("/mail/<mail_id>/drop")
@admin_only
@also_for_system
def drop(mail_id: str) -> ResponseReturnValue:
    """Drop a held mail: no other copy is sent."""
    visit, stores = the_visit(), the_pbx().stores
    try:
        stores.outbox.drop(visit.tenant.pbx_tenant_id, mail_id)
    except OutboxError as error:
        return redirect_with_note(_HERE, say(error), "bad")
    stores.audit.record(visit.tenant.pbx_tenant_id, visit.name, "mail.drop", subject=mail_id)
    return redirect_with_note(_HERE, _("The mail is dropped."), "warning")
