"""Commands about mail: queue one, list the queue, deliver, and the fallback channel."""

from __future__ import annotations

import mimetypes
import sys
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

from pbx_devhost.cli import views
from pbx_devhost.cli.headings import MAIL_COUNTS, count
from pbx_devhost.cli.language import SpokenGroup, option, show
from pbx_devhost.cli.output import (
    NUMBER_MAX,
    VIEWER,
    CliContext,
    command,
    fail,
    group,
    print_rows,
    print_shape,
    read_pairs,
)
from pbx_devhost.mail.delivery import Delivery
from pbx_devhost.mail.languages import language_for
from pbx_devhost.mail.smtp import SmtpSettings, forget_smtp, load_smtp, store_smtp
from pbx_devhost.runs.ending import stop_gently
from pbx_devhost.store.outbox.lanes import UNREACHABLE
from pbx_devhost.store.outbox.queue import MailState, OutboxError
from pbx_devhost.texts import _, _n
from pbx_devhost.texts import say as say_error
from pbx_plugin_api import (
    AttachmentRef,
    Importance,
    Notification,
    NotificationKind,
    Priority,
    Tenant,
    is_mail_address,
    listing,
    sentences,
)

_PIECE_BYTES = 256 * 1024
_KEEP_FILES_S = 30 * 86_400
_KEEP_MAX_S = 10 * 365 * 86_400


def add_commands(main: click.Group) -> None:
    """Add the commands."""
    command(main, "notify", _("Queue a mail. `deliver` delivers it, or the clock of `serve`."))(_notify)
    command(main, "deliver", _("Make every attempt that is due now."))(_deliver)
    box = _OutboxGroup("outbox")
    show(box, "help", _("The queue of mail: outbox T prints it; outbox resend T ID; outbox drop T ID."))
    main.add_command(box)
    command(box, "list", _("Print a tenant's mail, newest first."))(_list_outbox)
    command(
        box,
        "resend",
        _("Queue dead, expired or held mail again. A mail that may have been sent already is marked as a copy."),
    )(_resend)
    command(box, "drop", _("Drop a held mail: no other copy is sent."))(_drop)
    smtp = group(
        main, "smtp", _("The fallback channel, used when a plugin's service is unreachable."), alone=_show_smtp
    )
    command(smtp, "set", _("Use an SMTP server when a plugin's service has been unreachable for long enough."))(
        _set_smtp
    )
    command(smtp, "clear", _("Remove the fallback channel."))(_clear_smtp)


class _OutboxGroup(SpokenGroup):
    """`outbox T` prints the queue; the other commands are named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """See `click.Group`."""
        if args and not {"-h", "--help"} & set(args) and not any(name in self.commands for name in args):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.argument("tenant_key", metavar="T")
@click.option("--to", multiple=True, metavar="ADDRESS")
@click.option("--cc", multiple=True, metavar="ADDRESS")
@click.option("--bcc", multiple=True, metavar="ADDRESS")
@click.option("--reply-to", multiple=True, metavar="ADDRESS")
@click.option("--subject", default="")
@click.option("--text", default="")
@click.option("--html", default="")
@click.option("--attach", "paths", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@option("--inline", "inlined", multiple=True, metavar="ID=FILE", help=_("A picture that the HTML shows as cid:ID."))
@option("--set", "pairs", multiple=True, metavar="NAME=VALUE", help=_("A placeholder's value."))
@click.option("--kind", type=click.Choice([kind.value for kind in NotificationKind]), default="other")
@option("--priority", type=click.Choice(["urgent", "normal", "bulk"]), help=_("Codes and alarms are urgent."))
@click.option("--importance", type=click.Choice([item.value for item in Importance]), default="normal")
@option("--id", "notification_id", help=_("The PBX's own key. A second mail with the same key is not accepted."))
@option(
    "--keep", "keep_s", type=click.IntRange(1, _KEEP_MAX_S), metavar="SECONDS", help=_("How long delivery is tried.")
)
def _notify(
    context: CliContext,
    tenant_key: str,
    paths: tuple[Path, ...],
    inlined: tuple[str, ...],
    pairs: tuple[str, ...],
    kind: str,
    priority: str | None,
    importance: str,
    notification_id: str | None,
    keep_s: int | None,
    **texts: Any,
) -> None:
    chosen, stores = context.tenant(tenant_key), context.pbx.stores
    _check_addresses(texts)
    texts |= {"kind": NotificationKind(kind), "placeholders": read_pairs(pairs), "importance": Importance(importance)}
    try:
        notification = Notification(
            notification_id=notification_id or uuid.uuid4().hex,
            priority=Priority[priority.upper()] if priority else _usual_priority(NotificationKind(kind)),
            language=language_for(stores, chosen, [*texts["to"], *texts["cc"], *texts["bcc"]]),
            created_at_utc=datetime.fromtimestamp(stores.database.now(), timezone.utc),
            **texts,
        )
    except ValueError as error:
        fail(say_error(error))
    refs = [_store(context, chosen, path) for path in paths]
    refs += [_store(context, chosen, Path(p), cid) for cid, p in read_pairs(inlined).items()]
    whole = Notification(**{**_fields(notification), "attachments": tuple(refs)})
    accepted = stores.outbox.put(chosen.pbx_tenant_id, whole, keep_s=keep_s)
    sentence = _("{mail} was accepted before.", mail=whole.notification_id)
    if accepted:
        sentence = _("{mail} is in the queue.", mail=whole.notification_id)
    shape = {"id": whole.notification_id, "accepted": accepted, "priority": whole.priority.name.lower()}
    print_shape(context, shape, sentence)


def _check_addresses(texts: Mapping[str, Any]) -> None:
    """Refuse a slip of the keyboard: a plugin would leave such an address out, or give the mail up, much later."""
    for option_name in ("to", "cc", "bcc", "reply_to"):
        for address in texts[option_name]:
            if not is_mail_address(address):
                fail(
                    _(
                        "--{option}: {address} is not a mail address, such as {example}; nothing was queued",
                        option=option_name.replace("_", "-"),
                        address=repr(address),
                        example="ada@example.com",
                    )
                )


def _usual_priority(kind: NotificationKind) -> Priority:
    urgent = (NotificationKind.TWO_FACTOR_CODE, NotificationKind.EMERGENCY_CALL)
    return Priority.URGENT if kind in urgent else Priority.NORMAL


def _fields(notification: Notification) -> dict[str, Any]:
    return {name: getattr(notification, name) for name in Notification.__dataclass_fields__}


def _store(context: CliContext, tenant: Tenant, path: Path, content_id: str | None = None) -> AttachmentRef:
    stores, content_type = context.pbx.stores, mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    try:
        blob = stores.blobs(tenant.pbx_tenant_id).put(_pieces(path), content_type=content_type, keep_s=_KEEP_FILES_S)
    except OSError as error:
        fail(_("{file} cannot be read: {reason}", file=str(path), reason=str(error.strerror)))
    return AttachmentRef(
        blob=blob,
        filename=path.name,
        content_type=content_type,
        size_bytes=path.stat().st_size,
        content_id=content_id,
        download_url=stores.tenants.origins(tenant).web + views.file_path(blob, path.name),
    )


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            yield piece


@click.option("--tenant", "tenant_key")
def _deliver(context: CliContext, tenant_key: str | None) -> None:
    stop_gently(context.pbx)
    tenant_id = context.tenant(tenant_key).pbx_tenant_id if tenant_key else None
    done = Delivery(context.pbx).deliver_due(tenant_id=tenant_id)
    shape: dict[str, Any] = {
        "attempts": done.attempts,
        "expired": done.expired,
        "recovered": done.recovered,
        **done.by_state,
    }
    faults = [fault for fault in context.pbx.stores.outbox.lanes.faults() if tenant_id in (None, fault.tenant_id)]
    shape["paused"] = [views.show_fault(fault) for fault in faults]
    shape["next_due_at"] = views.show_time(context.pbx.stores.outbox.next_due_at(tenant_id=tenant_id))
    counts = count([*done.by_state.items(), (MailState.EXPIRED, done.expired)], MAIL_COUNTS)
    # Translators: a list such as "3 sent, 1 dead".
    print_shape(context, shape, _("{counts}.", counts=listing(counts)) if counts else _("Nothing was due."))
    lasting = [each for each in faults if each.cause != UNREACHABLE]
    if lasting:
        names = {tenant.pbx_tenant_id: tenant.name for tenant in context.pbx.stores.tenants.all()}
        fail(
            sentences(
                *(
                    _(
                        "the mail of {tenant} is paused: {reason}",
                        tenant=names.get(each.tenant_id) or _("the system"),
                        reason=sentences(each.reason, each.remedy),
                    )
                    for each in lasting
                )
            )
        )
    if done.by_state[MailState.DEAD]:
        fail(
            _n(
                "{n:,} mail could not be sent; see: pbx-devhost outbox TENANT",
                "{n:,} mails could not be sent; see: pbx-devhost outbox TENANT",
                done.by_state[MailState.DEAD],
            )
        )


@click.argument("tenant_key", metavar="T")
@click.option("--state", type=click.Choice([state.value for state in MailState]))
@click.option("--limit", type=click.IntRange(1, NUMBER_MAX))
def _list_outbox(context: CliContext, tenant_key: str, state: str | None, limit: int | None) -> None:
    rows = context.pbx.stores.outbox.rows(context.tenant(tenant_key).pbx_tenant_id, state=state, limit=limit)
    columns = ("id", "state", "priority", "attempt", "due_at", "recipients", "subject", "reason")
    print_rows(context, map(views.show_mail, rows), columns)


@click.argument("tenant_key", metavar="T")
@click.argument("ids", nargs=-1, metavar="ID…")
@option("--all-dead", is_flag=True, help=_("All mail that could not be sent."))
def _resend(context: CliContext, tenant_key: str, ids: tuple[str, ...], all_dead: bool) -> None:
    tenant_id, box = context.tenant(tenant_key).pbx_tenant_id, context.pbx.stores.outbox
    if all_dead:
        ids = (*ids, *(row.id for row in list(box.rows(tenant_id, state=MailState.DEAD))))
    if not ids and not all_dead:
        fail(_("name an id of pbx-devhost outbox T, or give --all-dead"))
    for mail_id in ids:
        try:
            box.send_again(tenant_id, mail_id)
        except OutboxError as error:
            fail(say_error(error))
        context.pbx.stores.audit.record(tenant_id, VIEWER.username, "mail.resend", subject=mail_id)
    print_shape(context, {"queued": list(ids)}, _("{n:,} back in the queue.", n=len(ids)))


@click.argument("tenant_key", metavar="T")
@click.argument("mail_id", metavar="ID")
def _drop(context: CliContext, tenant_key: str, mail_id: str) -> None:
    tenant_id = context.tenant(tenant_key).pbx_tenant_id
    try:
        context.pbx.stores.outbox.drop(tenant_id, mail_id)
    except OutboxError as error:
        fail(say_error(error))
    context.pbx.stores.audit.record(tenant_id, VIEWER.username, "mail.drop", subject=mail_id)
    print_shape(context, {"dropped": mail_id}, _("{mail} is dropped.", mail=mail_id))


# ---------------------------------------------------------------------- the fallback channel


def _show_smtp(context: CliContext) -> None:
    channel = load_smtp(context.pbx.stores)
    if channel is None:
        print_shape(context, None, _("There is no fallback channel."))
        return
    known = channel.settings
    names = ("server", "port", "security", "sender", "username", "ca_file", "after_s")
    shape = {name: getattr(known, name) for name in names}
    print_shape(context, shape, ", ".join(f"{name}={value}" for name, value in shape.items()))


@click.option("--server", required=True)
@click.option("--port", type=click.IntRange(1, 65535), default=587, show_default=True)
@click.option("--security", type=click.Choice(["starttls", "tls"]), default="starttls", show_default=True)
@click.option("--sender", required=True, metavar="ADDRESS")
@click.option("--username", default="")
@option("--password-stdin", is_flag=True, help=_("Read the password from stdin."))
@click.option("--ca-file", type=click.Path(exists=True, dir_okay=False), default=None)
@click.option(
    "--after", "after_s", type=click.IntRange(0, NUMBER_MAX), default=1800, show_default=True, metavar="SECONDS"
)
def _set_smtp(context: CliContext, password_stdin: bool, ca_file: str | None, **fields: Any) -> None:
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else ""
    settings = SmtpSettings(password=password, ca_file=ca_file or "", **fields)
    store_smtp(context.pbx.stores, settings)
    context.pbx.stores.audit.record(None, VIEWER.username, "smtp.set", subject=settings.server)
    print_shape(
        context,
        {"server": settings.server},
        _("{server} takes over after {n:,} s.", server=settings.server, n=settings.after_s),
    )


def _clear_smtp(context: CliContext) -> None:
    forget_smtp(context.pbx.stores)
    context.pbx.stores.audit.record(None, VIEWER.username, "smtp.clear")
    print_shape(context, None, _("There is no fallback channel any more."))
