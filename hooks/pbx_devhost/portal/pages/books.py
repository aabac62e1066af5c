"""Contacts: the user's own and the company's. Synced contacts show their source and cannot be edited here."""

from __future__ import annotations

import re
from typing import Final

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from pbx_devhost.portal.notes import redirect_with_note
from pbx_devhost.portal.pages.confirming import ask, has_agreed
from pbx_devhost.portal.paging import read_page
from pbx_devhost.portal.visit import admin_only, signed_in, the_pbx, the_visit
from pbx_devhost.store.users.rows import link_of
from pbx_devhost.texts import _, _p
from pbx_plugin_api import CompanyBook, Confirmation, ContactPhone, DraftContact, InvalidValueError, PersonalBook

pages = Blueprint("books", __name__)

_COMPANY: Final = "/contacts/company"


@pages.get("/contacts/mine")
@signed_in
def my_contacts() -> ResponseReturnValue:
    """List the contacts of the user who is signed in."""
    visit, page = the_visit(), read_page()
    if visit.is_admin:
        abort(404)
    link = link_of(visit.user)
    rows = []
    if link is not None:
        rows = list(
            the_pbx().stores.contacts.rows(
                visit.tenant.pbx_tenant_id,
                PersonalBook(owner=link),
                search=page.search,
                offset=page.offset,
                limit=page.size + 1,
            )
        )
    return render_template("contacts.html", page=page.of(rows), is_company=False, is_linked=link is not None)


@pages.get("/contacts/company")
@signed_in
def company_contacts() -> ResponseReturnValue:
    """List the company's contacts."""
    return _show_company(errors={}, typed={})


@pages.post("/contacts/company")
@admin_only
def add_company_contact() -> ResponseReturnValue:
    """Add a contact by hand."""
    typed = {
        name: request.form.get(name, "").strip() for name in ("name", "company", "business", "mobile_phone", "email")
    }
    try:
        draft = DraftContact(
            name=typed["name"],
            company=typed["company"] or None,
            business=_phone("business", typed["business"]),
            mobile_phone=_phone("mobile_phone", typed["mobile_phone"]),
            email=typed["email"] or None,
        )
    except InvalidValueError as error:
        return _show_company(errors={error.field: error.rule}, typed=typed)
    visit = the_visit()
    the_pbx().stores.contacts.add(visit.tenant.pbx_tenant_id, CompanyBook(), draft)
    the_pbx().stores.audit.record(visit.tenant.pbx_tenant_id, visit.name, "contact.add", subject=draft.name)
    return redirect_with_note(_COMPANY, _("Added {name}.", name=draft.name))


@pages.post("/contacts/company/<contact_id>/delete")
@admin_only
def delete_company_contact(contact_id: str) -> ResponseReturnValue:
    """Delete a contact that was made by hand."""
    visit, store = the_visit(), the_pbx().stores.contacts
    tenant_id = visit.tenant.pbx_tenant_id
    found = store.find_hand_made(tenant_id, CompanyBook(), contact_id)
    if found is None:
        abort(404)
    question = Confirmation(
        sentence=_("Delete the contact {name}.", name=found),
        details=(_("It was made by hand. This cannot be undone."),),
    )
    if not has_agreed(question):
        post_to = f"{_COMPANY}/{contact_id}/delete"
        return ask(question, title=_p("a button", "Delete"), post_to=post_to, back=(_COMPANY, _("Company contacts")))
    store.delete(tenant_id, contact_id)
    the_pbx().stores.audit.record(tenant_id, visit.name, "contact.delete", subject=found)
    return redirect_with_note(_COMPANY, _("Deleted {name}.", name=found))


def _show_company(*, errors: dict[str, str], typed: dict[str, str]) -> ResponseReturnValue:
    page = read_page()
    rows = the_pbx().stores.contacts.rows(
        the_visit().tenant.pbx_tenant_id, CompanyBook(), search=page.search, offset=page.offset, limit=page.size + 1
    )
    body = render_template(
        "contacts.html", page=page.of(list(rows)), is_company=True, is_linked=True, errors=errors, typed=typed
    )
    return body, 400 if errors else 200


def _phone(field: str, text: str) -> ContactPhone | None:
    """Return a typed number. With a plus sign it is E.164 without its spaces and dashes, as caller-id needs it.

    Raises:
        InvalidValueError: It is too long; `field` is that of the form.
    """
    plain = "".join(c for c in text if c.isascii() and (c.isdigit() or c == "+"))
    is_e164 = re.fullmatch(r"\+[1-9][0-9]{1,14}", plain) is not None
    try:
        return ContactPhone(raw=text, e164=plain if is_e164 else None) if text else None
    except InvalidValueError as error:
        raise InvalidValueError(field, text, error.rule) from error
