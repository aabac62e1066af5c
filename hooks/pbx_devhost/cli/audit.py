"""The audit log: who did what, from where, and what changed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import click

from pbx_devhost.cli import views
from pbx_devhost.cli.headings import AUDIT_HEADINGS
from pbx_devhost.cli.language import option
from pbx_devhost.cli.output import NUMBER_MAX, CliContext, command, fail, print_rows
from pbx_devhost.store.audit import AuditQuery
from pbx_devhost.texts import _
from pbx_plugin_api import Tenant

_COLUMNS = ("at", "actor", "address", "event", "outcome", "subject", "detail", "changes")


def add_commands(main: click.Group) -> None:
    """Add the command."""
    command(main, "audit", _("Print the audit log of tenant T, newest first. T is `system` for the PBX itself."))(
        _list_audit
    )


@click.argument("tenant_key", metavar="T")
@option("--reference", default="", help=_("The number that a person was shown."))
@option("--who", default="", help=_("Who did it, or whom it was about."))
@option("--event", default="", help=_("Such as settings.save or sign_in."))
@option("--day", default="", metavar="YYYY-MM-DD", help=_("In the tenant's time zone."))
@click.option("--limit", type=click.IntRange(1, NUMBER_MAX))
@option("--skip", type=click.IntRange(0, NUMBER_MAX), default=0, help=_("Leave out so many of the newest lines."))
def _list_audit(
    context: CliContext,
    tenant_key: str,
    reference: str,
    who: str,
    event: str,
    day: str,
    limit: int | None,
    skip: int,
) -> None:
    chosen, stores = context.tenant(tenant_key), context.pbx.stores
    since, until = read_day(chosen, day)
    names = stores.users.usernames_of(chosen.pbx_tenant_id, who)
    query = AuditQuery(
        reference=reference.strip(), who=who.strip(), also=names, event=event.strip(), since=since, until=until
    )
    lines = stores.audit.lines(
        chosen.pbx_tenant_id, query=query, origins=stores.tenants.origins(chosen).all(), offset=skip, limit=limit
    )
    if context.as_json:
        print_rows(context, map(views.show_audit, lines), _COLUMNS)
        return
    rows = (views.show_audit(line) for line in lines)
    shown = ({**row, "changes": views.describe_changes(row["changes"])} for row in rows)
    print_rows(context, shown, _COLUMNS, AUDIT_HEADINGS)


def read_day(tenant: Tenant, text: str) -> tuple[float | None, float | None]:
    """Return begin and end of a day in the tenant's time zone, in seconds since 1970."""
    if not text:
        return None, None
    try:
        day = date.fromisoformat(text)
        zone = ZoneInfo(tenant.time_zone)
        first, after = (datetime.combine(d, time(), zone).timestamp() for d in (day, day + timedelta(days=1)))
    except (ValueError, OverflowError):
        fail(_("--day: {text} is not a day such as 2026-11-26", text=repr(text)))
    return first, after
