"""Commands about the PBX itself: tenants, administrators, the encryption key, the portal."""

from __future__ import annotations

import logging
from typing import Any, Final

import click

from pbx_devhost.cli import views
from pbx_devhost.cli.output import VIEWER, CliContext, command, fail, group, print_rows, print_shape
from pbx_devhost.runs.work import RUN_SLOTS
from pbx_devhost.store.accounts import AccountError
from pbx_devhost.store.keys import NEW_KEY_VARIABLE, change_key, prepare_key
from pbx_devhost.store.languages import offered_languages
from pbx_devhost.store.tenants import DEFAULT_WEB_ORIGIN, SYSTEM_TENANT

_AS_BROWSER: Final = "browser"
_LANGUAGE: Final = click.Choice([_AS_BROWSER, *offered_languages()])


def add_commands(main: click.Group) -> None:
    """Add the commands."""
    tenant = group(main, "tenant", "Tenants of the PBX.")
    command(tenant, "add", creates=True)(_add_tenant)
    command(tenant, "set")(_set_tenant)
    command(tenant, "list")(_list_tenants)
    admin = group(main, "admin", "Administrators of the portal.")
    command(admin, "set-password")(_set_admin_password)
    command(admin, "set-email")(_set_admin_email)
    command(main, "notices")(_list_notices)
    secrets = group(main, "secrets", "Secrets at rest.")
    command(secrets, "new-key")(_make_new_key)
    command(secrets, "rotate-key")(_rotate_key)
    command(group(main, "system", "The PBX itself."), "address")(_system_address)
    command(main, "serve")(_serve)


@click.argument("name")
@click.option("--sip-domain")
@click.option("--time-zone", default="UTC", show_default=True)
@click.option("--country", default="US", show_default=True)
@click.option(
    "--language", type=_LANGUAGE, help="Of pages and mails, for all who chose none. Without it: as the browser."
)
@click.option("--web-origin", default=DEFAULT_WEB_ORIGIN, show_default=True)
@click.option("--sbc-origin")
@click.option("--user-limit", type=int)
@click.option(
    "--rest-days",
    type=click.IntRange(min=0),
    default=30,
    show_default=True,
    help="How long a deleted user's number is kept for them.",
)
def _add_tenant(context: CliContext, name: str, **fields: Any) -> None:
    """Add a tenant."""
    fields["language"] = None if fields["language"] == _AS_BROWSER else fields["language"]
    added = context.pbx.stores.tenants.add(name, **fields)
    context.pbx.stores.audit.record(added.pbx_tenant_id, VIEWER.username, "tenant.add", subject=name)
    print_shape(context, views.show_tenant(context.pbx, added), f"Added {added.name} ({added.sip_domain}).")


@click.argument("tenant_key", metavar="T")
@click.option("--language", type=_LANGUAGE, required=True, help="Of pages and mails, for all who chose none.")
def _set_tenant(context: CliContext, tenant_key: str, language: str) -> None:
    """Change a tenant."""
    tenant, stores = context.tenant(tenant_key), context.pbx.stores
    before, new = stores.languages.of_tenant(tenant.pbx_tenant_id), None if language == _AS_BROWSER else language
    stores.languages.set_of_tenant(tenant, new)
    changes = [("language", before, new)] if before != new else []
    stores.audit.record(tenant.pbx_tenant_id, VIEWER.username, "tenant.language", changes=changes)
    print_shape(context, {"name": tenant.name, "language": new}, f"{tenant.name} has the language {language}.")


def _list_tenants(context: CliContext) -> None:
    """List the tenants."""
    rows = (views.show_tenant(context.pbx, item) for item in context.pbx.stores.tenants.all())
    print_rows(context, rows, ("name", "sip_domain", "time_zone", "country", "web_origin"))


@click.argument("tenant_key", metavar="T")
@click.option("--username", default="admin", show_default=True)
@click.password_option()
def _set_admin_password(context: CliContext, tenant_key: str, username: str, password: str) -> None:
    """Add an administrator of tenant T, or change their password. T is `system` for a system administrator."""
    tenant_id = context.tenant(tenant_key).pbx_tenant_id
    context.pbx.stores.accounts.set_admin_password(tenant_id, username, password)
    context.pbx.stores.audit.record(tenant_id, VIEWER.username, "admin.password", subject=username)
    print_shape(context, {"username": username}, f"{username} can sign in.")


def _make_new_key(context: CliContext) -> None:
    """Make a new key beside the one in use. Copy it to every host, then run rotate-key --key-file-too on one."""
    path = prepare_key(context.url)
    print_shape(context, {"path": str(path)}, f"{path} has the next key. It counts after: rotate-key --key-file-too.")


@click.argument("tenant_key", metavar="T")
@click.argument("email", default="")
@click.option("--username", default="admin", show_default=True)
def _set_admin_email(context: CliContext, tenant_key: str, email: str, username: str) -> None:
    """Set where notices are mailed to an administrator of a tenant. Without EMAIL: nowhere."""
    tenant_id = context.tenant(tenant_key).pbx_tenant_id
    try:
        is_known = context.pbx.stores.accounts.set_admin_email(tenant_id, username, email)
    except AccountError as error:
        fail(str(error))
    if not is_known:
        fail(f"there is no administrator {username}; add one with: pbx-devhost admin set-password")
    context.pbx.stores.audit.record(tenant_id, VIEWER.username, "admin.email", subject=username, detail=email)
    print_shape(context, {"username": username, "email": email}, f"Notices go to {email}." if email else "No mail.")


@click.argument("tenant_key", metavar="T")
@click.option("--all", "with_ended", is_flag=True, help="Also those that ended.")
def _list_notices(context: CliContext, tenant_key: str, with_ended: bool) -> None:
    """List what a tenant's administrators have to know, newest first."""
    tenant_id, store = context.tenant(tenant_key).pbx_tenant_id, context.pbx.stores.notices
    found = store.rows(tenant_id, limit=None) if with_ended else store.open_ones(tenant_id)
    columns = ("raised_at", "severity", "plugin", "key", "subject", "ended_at")
    print_rows(context, map(views.show_notice, found), columns)


@click.argument("origin", required=False)
def _system_address(context: CliContext, origin: str | None) -> None:
    """Print the address at which system administrators sign in, or set it to ORIGIN.

    Until it is set, the portal has no pages for them. The first of them is made by `admin set-password system`.
    """
    stores = context.pbx.stores
    before = stores.tenants.system_origin()
    if origin is not None:
        stores.tenants.set_system_origin(origin)
        changes = [("web_origin", before, origin)]
        stores.audit.record(SYSTEM_TENANT.pbx_tenant_id, VIEWER.username, "system.address", changes=changes)
    now = origin or before
    sentence = f"System administrators sign in at {now}/system/login." if now else "No address is set."
    print_shape(context, {"web_origin": now}, sentence)


@click.option(
    "--key-file-too", is_flag=True, help=f"Also replace the key-encryption key (in its file, or by {NEW_KEY_VARIABLE})."
)
def _rotate_key(context: CliContext, key_file_too: bool) -> None:
    """Encrypt all secrets again with a new data key."""
    vault = context.pbx.stores.vault
    count = change_key(context.url, vault.rotate) if key_file_too else vault.rotate()
    print_shape(context, {"sealed": count}, f"{count} secrets are encrypted with a new key.")


@click.option("--host", default="127.0.0.1", show_default=True, help="Loopback addresses only.")
@click.option("--port", default=8887, show_default=True)
@click.option("--tls-cert", type=click.Path(exists=True, dir_okay=False))
@click.option("--tls-key", type=click.Path(exists=True, dir_okay=False))
@click.option("--metrics-port", type=click.IntRange(0, 65535), help="Numbers for Prometheus, at a loopback address.")
@click.option("--clock/--no-clock", default=True, show_default=True, help="Run the tenants that are due.")
@click.option(
    "--slots",
    type=click.IntRange(min=0, max=500),
    default=RUN_SLOTS,
    show_default=True,
    help="How many runs at the same time. 0 leaves them to workers.",
)
def _serve(context: CliContext, **options: Any) -> None:
    """Serve the portal, and run the clock."""
    from pbx_devhost.portal.server import plan_serving, serve_portal  # only this command needs Flask

    context.show_log(logging.WARNING)
    context.n_connections = plan_serving(options["slots"], clock=options["clock"])
    serve_portal(context.pbx, **options)
