"""Commands about users and contacts."""

from __future__ import annotations

import click

from pbx_devhost.cli import views
from pbx_devhost.cli.language import option, password_option
from pbx_devhost.cli.output import (
    VIEWER,
    CliContext,
    ask_first,
    command,
    fail,
    group,
    print_rows,
    print_shape,
    read_pairs,
)
from pbx_devhost.mail.welcome import WelcomeError, queue_welcome
from pbx_devhost.store.plugins.setting_changes import find_changes
from pbx_devhost.store.users.rows import STANDARD_ROLE
from pbx_devhost.texts import _
from pbx_devhost.texts import say as say_error
from pbx_plugin_api import CompanyBook, Confirmation, PersonalBook, Tenant, UserLink


def add_commands(main: click.Group) -> None:
    """Add the commands."""
    command(main, "users", _("Print the users of a tenant, by extension number."))(_list_users)
    command(main, "contacts", _("Print a book of contacts, by name."))(_list_contacts)
    user = group(main, "user", _("Add, edit or delete one user."))
    command(user, "add", _("Add a user by hand."))(_add_user)
    command(user, "edit", _("Change a user by hand."))(_edit_user)
    command(user, "delete", _("Delete a user by hand. A synced user comes back at the next run."))(_delete_user)
    command(user, "password", _("Give a user a portal password."))(_set_password)
    command(
        user,
        "welcome",
        _("Queue a user's welcome mail with their SIP password and PIN. It is only sent by this command."),
    )(_send_welcome)


@click.argument("tenant_key", metavar="T")
def _list_users(context: CliContext, tenant_key: str) -> None:
    rows = map(views.show_user, context.pbx.stores.users.rows(context.tenant(tenant_key).pbx_tenant_id))
    print_rows(context, rows, ("extension_number", "username", "display_name", "email", "enabled"))


@click.argument("tenant_key", metavar="T")
@click.argument("username")
@click.option("--display-name")
@click.option("--email")
@click.option("--role", default=STANDARD_ROLE, show_default=True)
def _add_user(
    context: CliContext, tenant_key: str, username: str, display_name: str | None, email: str | None, role: str
) -> None:
    chosen = context.tenant(tenant_key)
    number = context.pbx.stores.users.add(
        chosen.pbx_tenant_id, username, display_name=display_name or username, email=email, role=role
    )
    _audit(context, chosen, "user.add", username)
    shape = {"username": username, "extension_number": number}
    print_shape(context, shape, _("Added {name}, extension {number}.", name=username, number=number))


@click.argument("tenant_key", metavar="T")
@click.argument("username")
@click.argument("pairs", nargs=-1, required=True, metavar="key=value…")
def _edit_user(context: CliContext, tenant_key: str, username: str, pairs: tuple[str, ...]) -> None:
    chosen, values = context.tenant(tenant_key), read_pairs(pairs)
    store = context.pbx.stores.users
    before = store.find_by_username(chosen.pbx_tenant_id, username)
    store.edit(chosen.pbx_tenant_id, username, values)
    after = store.find_by_username(chosen.pbx_tenant_id, username)
    shown = [{} if row is None else {name: getattr(row, name) for name in values} for row in (before, after)]
    changes = find_changes(shown[0], shown[1])
    context.pbx.stores.audit.record(
        chosen.pbx_tenant_id, VIEWER.username, "user.edit", subject=username, changes=changes
    )
    print_shape(context, {"username": username}, _("Changed {name}.", name=username))


@click.argument("tenant_key", metavar="T")
@click.argument("username")
@option("--yes", is_flag=True, help=_("Do it without asking."))
def _delete_user(context: CliContext, tenant_key: str, username: str, yes: bool) -> None:
    chosen, store = context.tenant(tenant_key), context.pbx.stores.users
    found = store.find_by_username(chosen.pbx_tenant_id, username)
    if found is not None and not yes:
        sentence = _(
            "Delete {name} ({username}), extension {number}.",
            name=found.display_name,
            username=found.username,
            number=found.extension_number,
        )
        ask_first(Confirmation(sentence=sentence, details=(_("Their voicemails and contacts are deleted, too."),)))
    store.delete(chosen.pbx_tenant_id, username)
    detail = ""
    if found is not None:
        detail = _("{name}, extension {number}", name=found.display_name, number=found.extension_number)
    _audit(context, chosen, "user.delete", username, detail)
    print_shape(context, {"username": username}, _("Deleted {name}.", name=username))


@click.argument("tenant_key", metavar="T")
@click.argument("username")
@password_option()
def _set_password(context: CliContext, tenant_key: str, username: str, password: str) -> None:
    chosen = context.tenant(tenant_key)
    context.pbx.stores.accounts.set_user_password(chosen.pbx_tenant_id, username, password)
    _audit(context, chosen, "user.password", username)
    print_shape(context, {"username": username}, _("{name} can sign in to the portal.", name=username))


@click.argument("tenant_key", metavar="T")
@click.argument("username")
def _send_welcome(context: CliContext, tenant_key: str, username: str) -> None:
    chosen = context.tenant(tenant_key)
    try:
        mail = queue_welcome(context.pbx.stores, chosen, username)
    except WelcomeError as error:
        fail(say_error(error))
    _audit(context, chosen, "user.welcome", username)
    print_shape(
        context,
        {"username": username, "id": mail.notification_id},
        _("{mail} is in the queue.", mail=mail.notification_id),
    )


@click.argument("tenant_key", metavar="T")
@option("--user", "username", help=_("The personal contacts of this user."))
@option("--company", is_flag=True, help=_("The company contacts (the default)."))
def _list_contacts(context: CliContext, tenant_key: str, username: str | None, company: bool) -> None:
    chosen = context.tenant(tenant_key)
    book: CompanyBook | PersonalBook = CompanyBook()
    if username is not None and company:
        fail(_("give --user NAME or --company, not both"))
    if username is not None:
        book = PersonalBook(owner=find_owner(context, chosen, username))
    rows = context.pbx.stores.contacts.rows(chosen.pbx_tenant_id, book)
    print_rows(context, rows, ("name", "company", "business", "mobile_phone", "email", "synced_by"))


def find_owner(context: CliContext, tenant: Tenant, username: str) -> UserLink:
    """Return the link of a user, whose personal book it names. Ends the command where there is none."""
    row = context.pbx.stores.users.find_by_username(tenant.pbx_tenant_id, username)
    if row is None:
        fail(_("there is no user {username} in {name}", username=repr(username), name=tenant.name))
    if row.subject is None:
        fail(_("{username} is not linked to a directory account and has no synced contacts", username=username))
    return UserLink(authority=row.authority, subject=row.subject)


def _audit(context: CliContext, tenant: Tenant, event: str, subject: str, detail: str = "") -> None:
    audit = context.pbx.stores.audit
    audit.record(tenant.pbx_tenant_id, VIEWER.username, event, subject=subject, detail=detail)
