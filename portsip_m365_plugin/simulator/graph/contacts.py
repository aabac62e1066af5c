"""Personal contacts: listings and single contacts. Source: user-list-contacts (2023), contact-get (2021)."""

import re

from portsip_m365_plugin.simulator.exchange import Answer, Refused, json_answer
from portsip_m365_plugin.simulator.graph.call import Call
from portsip_m365_plugin.simulator.graph.outlook import (
    Window,
    document_of,
    folder_of,
    is_immutable,
    missing_item,
    render,
)
from portsip_m365_plugin.simulator.world.mailboxes import Contact


def list_contacts(call: Call) -> Answer:
    """GET /users/{id}/contacts (the default folder only) and /contactFolders/{id}/contacts."""
    person, mailbox = call.mailbox()
    folder = mailbox.default_folder if len(call.params) == 1 else folder_of(call, mailbox)
    path = f"users/{person.id}/contacts"
    if len(call.params) > 1:
        path = f"users/{person.id}/contactFolders/{folder.id}/contacts"
    options = call.options("$select", "$top", "$skip", "$filter", "$count", "$orderby", "$expand")
    names = call.realm.schema.selected("contact", options.get("$select"))
    with mailbox.lock:
        contacts = list(folder.contacts.values())
    if "$filter" in options:
        contacts = _filtered(contacts, options["$filter"])
    if "$orderby" in options:
        key, _, direction = options["$orderby"].partition(" ")
        contacts.sort(key=lambda contact: str(contact.props.get(key) or ""), reverse=direction.strip() == "desc")
    immutable = is_immutable(call)
    window = Window(call, options, len(contacts), path)
    items = [render(contact, names, immutable) for contact in contacts[window.start : window.end]]
    count = len(contacts) + folder.contact_lists if options.get("$count", "").lower() == "true" else None
    context = call.context(f"users('{person.id}')/contacts")
    return call.page(context, items, window.next_link, count=count, again=window.again)


def get_contact(call: Call) -> Answer:
    """GET /users/{id}/contacts/{id}; ids are case-sensitive."""
    person, mailbox = call.mailbox()
    options = call.options("$select", "$expand")
    key = call.params[-1]
    contact = mailbox.contacts.get(key)
    if contact is None:
        raise missing_item(key)
    names = call.realm.schema.selected("contact", options.get("$select"))
    document = document_of(contact, names, is_immutable(call))
    context = call.context(f"users('{person.id}')/contacts/$entity")
    answer = json_answer({"@odata.context": context, **document})
    answer.headers |= call.answer_headers
    return answer


_BY_ADDRESS = re.compile(r"\s*emailAddresses/any\((\w+):\s*\1/address\s+eq\s+'([^']*)'\)\s*", re.IGNORECASE)


def _filtered(contacts: list[Contact], text: str) -> list[Contact]:
    match = _BY_ADDRESS.fullmatch(text)
    if match is None:
        raise Refused(400, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")
    wanted = match.group(2).lower()
    return [
        contact
        for contact in contacts
        if any((mail.get("address") or "").lower() == wanted for mail in contact.props.get("emailAddresses") or [])
    ]
