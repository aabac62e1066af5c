"""Commands about the PBX itself: tenants, administrators, the encryption key, the portal."""

from __future__ import annotations

import logging
from typing import Any, Final

import click

from pbx_devhost.cli import views
from pbx_devhost.cli.language import option, password_option
from pbx_devhost.cli.output import NUMBER_MAX, VIEWER, CliContext, command, fail, group, print_rows, print_shape
from pbx_devhost.runs.work import RUN_SLOTS
from pbx_devhost.store.languages import offered_languages
from pbx_devhost.store.sealing.keys import NEW_KEY_VARIABLE, change_key, is_key_prepared, prepare_key
from pbx_devhost.store.signin.accounts import AccountError
from pbx_devhost.store.tenants import DEFAULT_WEB_ORIGIN, SYSTEM_TENANT
from pbx_devhost.texts import _, _n
from pbx_devhost.texts import say as say_error

_AS_BROWSER: Final = "browser"
_LANGUAGE: Final = click.Choice([_AS_BROWSER, *offered_languages()])


def add_commands(main: click.Group) -> None:
    """Add the commands."""
    tenant = group(main, "tenant", _("Tenants of the PBX."))
    command(tenant, "add", _("Add a tenant."), creates=True)(_add_tenant)
    command(tenant, "set", _("Change a tenant."))(_set_tenant)
    command(tenant, "list", _("List the tenants."))(_list_tenants)
    admin = group(main, "admin", _("Administrators of the portal."))
    command(
        admin,
        "set-password",
        _("Add an administrator of tenant T, or change their password. T is `system` for a system administrator."),
    )(_set_admin_password)
    command(
        admin, "set-email", _("Set where notices are mailed to an administrator of a tenant. Without EMAIL: nowhere.")
    )(_set_admin_email)
    command(main, "notices", _("List what a tenant's administrators have to know, newest first."))(_list_notices)
    secrets = group(main, "secrets", _("Secrets at rest."))
    command(
        secrets,
        "new-key",
        _("Make a new key beside the one in use. Copy it to every host, then run rotate-key --key-file-too on one."),
    )(_make_new_key)
    command(secrets, "rotate-key", _("Encrypt all secrets again with a new data key."))(_rotate_key)
    command(
        group(main, "system", _("The PBX itself.")),
        "address",
        _(
            "Print the address at which system administrators sign in, or set it to ORIGIN.\n"
            "\n"
            "Until it is set, the portal has no pages for them. The first of them is made by `admin "
            "set-password system`."
        ),
    )(_system_address)
    command(main, "serve", _("Serve the portal, and run the clock."))(_serve)


@click.argument("name")
@click.option("--sip-domain")
@click.option("--time-zone", default="UTC", show_default=True)
@click.option("--country", default="US", show_default=True)
@option("--language", type=_LANGUAGE, help=_("Of pages and mails, for all who chose none. Without it: as the browser."))
@click.option("--web-origin", default=DEFAULT_WEB_ORIGIN, show_default=True)
@click.option("--sbc-origin")
@click.option("--user-limit", type=click.IntRange(max=NUMBER_MAX))
@option(
    "--rest-days",
    type=click.IntRange(0, NUMBER_MAX),
    default=30,
    show_default=True,
    help=_("How long a deleted user's number is kept for them."),
)
def _add_tenant(context: CliContext, name: str, **fields: Any) -> None:
    fields["language"] = None if fields["language"] == _AS_BROWSER else fields["language"]
    added = context.pbx.stores.tenants.add(name, **fields)
    context.pbx.stores.audit.record(added.pbx_tenant_id, VIEWER.username, "tenant.add", subject=name)
    print_shape(
        context,
        views.show_tenant(context.pbx, added),
        _("Added {name} ({domain}).", name=added.name, domain=added.sip_domain),
    )


@click.argument("tenant_key", metavar="T")
@option("--language", type=_LANGUAGE, required=True, help=_("Of pages and mails, for all who chose none."))
def _set_tenant(context: CliContext, tenant_key: str, language: str) -> None:
    tenant, stores = context.tenant(tenant_key), context.pbx.stores
    before, new = stores.languages.of_tenant(tenant.pbx_tenant_id), None if language == _AS_BROWSER else language
    stores.languages.set_of_tenant(tenant, new)
    changes = [("language", before, new)] if before != new else []
    stores.audit.record(tenant.pbx_tenant_id, VIEWER.username, "tenant.language", changes=changes)
    print_shape(
        context,
        {"name": tenant.name, "language": new},
        _("{tenant} has the language {language}.", tenant=tenant.name, language=language),
    )


def _list_tenants(context: CliContext) -> None:
    rows = (views.show_tenant(context.pbx, item) for item in context.pbx.stores.tenants.all())
    print_rows(context, rows, ("name", "sip_domain", "time_zone", "country", "web_origin"))


@click.argument("tenant_key", metavar="T")
@click.option("--username", default="admin", show_default=True)
@password_option()
def _set_admin_password(context: CliContext, tenant_key: str, username: str, password: str) -> None:
    tenant_id = context.tenant(tenant_key).pbx_tenant_id
    context.pbx.stores.accounts.set_admin_password(tenant_id, username, password)
    context.pbx.stores.audit.record(tenant_id, VIEWER.username, "admin.password", subject=username)
    print_shape(context, {"username": username}, _("{name} can sign in.", name=username))


def _make_new_key(context: CliContext) -> None:
    path = prepare_key(context.url)
    print_shape(
        context,
        {"path": str(path)},
        _("{file} has the next key. It counts after: rotate-key --key-file-too.", file=str(path)),
    )


@click.argument("tenant_key", metavar="T")
@click.argument("email", default="")
@click.option("--username", default="admin", show_default=True)
def _set_admin_email(context: CliContext, tenant_key: str, email: str, username: str) -> None:
    tenant_id = context.tenant(tenant_key).pbx_tenant_id
    try:
        is_known = context.pbx.stores.accounts.set_admin_email(tenant_id, username, email)
    except AccountError as error:
        fail(say_error(error))
    if not is_known:
        fail(_("there is no administrator {username}; add one with: pbx-devhost admin set-password", username=username))
    context.pbx.stores.audit.record(tenant_id, VIEWER.username, "admin.email", subject=username, detail=email)
    print_shape(
        context,
        {"username": username, "email": email},
        _("Notices go to {email}.", email=email) if email else _("No mail."),
    )


@click.argument("tenant_key", metavar="T")
@option(
    "--all", "with_ended", is_flag=True, help=_("Also those that ended, and those of plugins that are switched off.")
)
def _list_notices(context: CliContext, tenant_key: str, with_ended: bool) -> None:
    tenant_id, store = context.tenant(tenant_key).pbx_tenant_id, context.pbx.stores.notices
    found = store.rows(tenant_id, limit=None) if with_ended else store.open_ones(tenant_id)
    columns = ("raised_at", "severity", "plugin", "key", "subject", "ended_at")
    print_rows(context, map(views.show_notice, found), columns)


@click.argument("origin", required=False)
def _system_address(context: CliContext, origin: str | None) -> None:
    stores = context.pbx.stores
    before = stores.tenants.system_origin()
    if origin is not None:
        stores.tenants.set_system_origin(origin)
        changes = [("web_origin", before, origin)]
        stores.audit.record(SYSTEM_TENANT.pbx_tenant_id, VIEWER.username, "system.address", changes=changes)
    now = origin or before
    sentence = _("No address is set.")
    if now:
        address = f"{now}/system/login"
        sentence = _("System administrators sign in at {address}.", address=address)
    print_shape(context, {"web_origin": now}, sentence)


@option(
    "--key-file-too",
    is_flag=True,
    help=_("Also replace the key-encryption key (in its file, or by {variable}).", variable=NEW_KEY_VARIABLE),
)
def _rotate_key(context: CliContext, key_file_too: bool) -> None:
    stores = context.pbx.stores
    if key_file_too and stores.processes.has_other_machines() and not is_key_prepared(context.url):
        fail(
            _(
                "other machines work on this database and do not have the new key; make it with {command}, copy it to "
                "each of them, then change the key",
                command="pbx-devhost secrets new-key",
            )
        )
    count = change_key(context.url, stores.vault.rotate) if key_file_too else stores.vault.rotate()
    print_shape(
        context,
        {"sealed": count},
        _n("{n} secret is encrypted with a new key.", "{n:,} secrets are encrypted with a new key.", count),
    )


@option("--host", default="127.0.0.1", show_default=True, help=_("Loopback addresses only."))
@click.option("--port", type=click.IntRange(0, 65535), default=8887, show_default=True)
@click.option("--tls-cert", type=click.Path(exists=True, dir_okay=False))
@click.option("--tls-key", type=click.Path(exists=True, dir_okay=False))
@option("--metrics-port", type=click.IntRange(0, 65535), help=_("Numbers for Prometheus, at a loopback address."))
@option("--clock/--no-clock", default=True, show_default=True, help=_("Run the tenants that are due."))
@option(
    "--slots",
    type=click.IntRange(min=0, max=500),
    default=RUN_SLOTS,
    show_default=True,
    help=_("How many runs at the same time. 0 leaves them to workers."),
)
def _serve(context: CliContext, **options: Any) -> None:
    from pbx_devhost.portal.server import plan_serving, serve_portal  # only this command needs Flask

    context.show_log(logging.WARNING)
    context.n_connections = plan_serving(options["slots"], clock=options["clock"])
    serve_portal(context.pbx, **options)
