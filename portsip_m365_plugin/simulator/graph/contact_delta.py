"""Changes of contacts, per folder: rounds and tokens. Source: contact-delta (2024)."""

from typing import Any

from portsip_m365_plugin.simulator.exchange import Answer, Refused, encode_json
from portsip_m365_plugin.simulator.graph.call import Call
from portsip_m365_plugin.simulator.graph.outlook import (
    folder_of,
    is_immutable,
    lost,
    malformed_id,
    preferred_size,
    render,
)
from portsip_m365_plugin.simulator.world.mailboxes import Contact, ContactFolder, Mailbox


def contacts_delta(call: Call) -> Answer:
    """GET /users/{id}/contactFolders/{id}/contacts/delta; not in China, where ``delta`` is read as an item id."""
    if not call.realm.schema.declares("delta", "Collection(graph.contact)"):
        raise malformed_id()
    person, mailbox = call.mailbox()
    folder = mailbox.default_folder if len(call.params) == 1 else folder_of(call, mailbox)
    given = {name.lower(): value for name, value in call.request.query.items()}
    token = given.get("$skiptoken") or given.get("$deltatoken")
    path = f"users/{person.id}/contactFolders/{folder.id}/contacts/delta"
    if token:
        state = _valid_token(call, token, folder)
        if "$skiptoken" not in given:
            state |= {"full": False, "at": state["until"], "until": len(folder.log)}
            state["after"] = state["at"]
        return _delta_page(call, mailbox, folder, state, path)
    options = call.options("$select", "$deltatoken", "$skiptoken")  # no $top, $filter, $orderby
    call.realm.schema.selected("contact", options.get("$select"))
    state = {
        "tenant": call.tenant.id,
        "generation": call.tenant.delta_generation,
        "folder": folder.id,
        "select": options.get("$select"),
        "full": True,
        "at": 0,
        "after": len(folder.log),
        "until": len(folder.log),
        "end": len(folder.order),
    }
    return _delta_page(call, mailbox, folder, state, path)


def _delta_page(call: Call, mailbox: Mailbox, folder: ContactFolder, state: dict[str, Any], path: str) -> Answer:
    size = preferred_size(call, call.realm.settings.contact_delta_page)
    names = call.realm.schema.selected("contact", state["select"])
    immutable = is_immutable(call)
    items: list[str] = []
    here, position = state["at"], state["at"]
    with mailbox.lock:
        if state["full"]:
            while position < state["end"] and len(items) < size:
                contact = folder.order[position]
                position += 1
                if contact is not None:
                    items.append(render(contact, names, immutable))
            more = position < state["end"]
            if not more and call.realm.settings.contact_delta_strays:
                items += _removals(folder, state["until"], immutable)
        else:
            latest = _latest(folder, state["until"])
            while position < state["until"] and len(items) < size:
                contact, ordinary_id, removed = folder.log[position]
                position += 1
                if latest[id(contact)] != position - 1:
                    continue
                if removed:  # named even if the client never saw it here: it came and went between two rounds
                    items.append(_removal(contact, ordinary_id, immutable))
                else:
                    items.append(render(contact, names, immutable))
            more = position < state["until"]

    def skip_link(at: int) -> str:
        return call.link(path, skiptoken=call.seal({**state, "at": at}))

    delta = None if more else call.link(path, deltatoken=call.seal({**state, "full": False}))
    return call.page(
        call.context("Collection(contact)"),
        items,
        skip_link(position) if more else None,
        delta,
        again=lambda: skip_link(here),
    )


def _latest(folder: ContactFolder, until: int) -> dict[int, int]:
    """The last log entry of each contact, by the contact's identity."""
    return {id(entry[0]): number for number, entry in enumerate(folder.log[:until])}


def _removals(folder: ContactFolder, until: int, immutable: bool) -> list[str]:
    """All contacts that once were in the folder and are not any more."""
    latest = _latest(folder, until)
    return [
        _removal(contact, ordinary_id, immutable)
        for number, (contact, ordinary_id, removed) in enumerate(folder.log[:until])
        if removed and latest[id(contact)] == number
    ]


def _removal(contact: Contact, ordinary_id: str, immutable: bool) -> str:
    gone = contact.immutable_id if immutable else ordinary_id
    return encode_json({"id": gone, "@removed": {"reason": "deleted"}})


def _valid_token(call: Call, token: str, folder: ContactFolder) -> dict[str, Any]:
    state = call.unseal(token)
    if state.get("folder") != folder.id:
        raise Refused(400, "ErrorInvalidIdMalformed", "Id is malformed.")
    if state["generation"] != call.tenant.delta_generation:
        raise lost(state["generation"], len(folder.log))
    return state
