"""Contact folders: listings and their delta. Source: contactfolder-list, contactfolder-delta (2021)."""

from typing import Any

from portsip_m365_plugin.simulator.exchange import Answer, encode_json, json_answer
from portsip_m365_plugin.simulator.graph.call import Call
from portsip_m365_plugin.simulator.graph.outlook import (
    Window,
    folder_of,
    lost,
    malformed_id,
)
from portsip_m365_plugin.simulator.world.mailboxes import ContactFolder


def list_folders(call: Call) -> Answer:
    """GET /users/{id}/contactFolders: v1.0 leaves the default folder out (known issue; a switch shows it)."""
    person, mailbox = call.mailbox()
    folders = mailbox.children_of(mailbox.root_id)
    if not call.realm.settings.list_default_folder:
        folders = [folder for folder in folders if folder is not mailbox.default_folder]
    return _folder_page(call, f"users/{person.id}/contactFolders", folders)


def list_child_folders(call: Call) -> Answer:
    """GET /users/{id}/contactFolders/{id}/childFolders."""
    person, mailbox = call.mailbox()
    folder = folder_of(call, mailbox)
    return _folder_page(
        call, f"users/{person.id}/contactFolders/{folder.id}/childFolders", mailbox.children_of(folder.id)
    )


def folders_delta(call: Call) -> Answer:
    """GET /users/{id}/contactFolders/delta; not in China. It shows the default folder if the listing does."""
    if not call.realm.schema.declares("delta", "Collection(graph.contactFolder)"):
        raise malformed_id()
    person, mailbox = call.mailbox()
    given = {name.lower(): value for name, value in call.request.query.items()}
    token = given.get("$deltatoken")
    hidden = None if call.realm.settings.list_default_folder else mailbox.default_folder

    def seen(folder: ContactFolder) -> bool:
        nested = folder.parent_id != mailbox.root_id and not call.realm.settings.folder_delta_nested
        return folder is not hidden and not nested

    with mailbox.lock:
        end = len(mailbox.folder_log)
        if token:
            state = call.unseal(token)
            if state["generation"] != call.tenant.delta_generation:
                raise lost(state["generation"], end)
            last = {folder.id: (folder, removed) for folder, removed in mailbox.folder_log[state["at"] : end]}
        else:
            call.realm.schema.selected("contactFolder", call.options("$select").get("$select"))
            last = {folder.id: (folder, False) for folder in mailbox.folders.values()}
    items = [
        encode_json({"id": folder.id, "@removed": {"reason": "deleted"}} if removed else _folder_document(folder))
        for folder, removed in last.values()
        if seen(folder)
    ]
    path = f"users/{person.id}/contactFolders/delta"
    kept = {"tenant": call.tenant.id, "generation": call.tenant.delta_generation, "at": end}
    return call.page(call.context(path), items, None, call.link(path, deltatoken=call.seal(kept)))


def get_folder(call: Call) -> Answer:
    """GET /users/{id}/contactFolders/{id}."""
    _, mailbox = call.mailbox()
    call.options("$select")
    folder = folder_of(call, mailbox)
    context = call.context(f"users('{call.params[0]}')/contactFolders/$entity")
    return json_answer({"@odata.context": context, **_folder_document(folder)})


def _folder_page(call: Call, path: str, folders: list[ContactFolder]) -> Answer:
    options = call.options("$select", "$top", "$skip", "$count", "$filter", "$orderby", "$expand")
    call.realm.schema.selected("contactFolder", options.get("$select"))
    window = Window(call, options, len(folders), path)
    items = [encode_json(_folder_document(folder)) for folder in folders[window.start : window.end]]
    return call.page(call.context(path), items, window.next_link, again=window.again)


def _folder_document(folder: ContactFolder) -> dict[str, Any]:
    return {"id": folder.id, "parentFolderId": folder.parent_id, "displayName": folder.name}
