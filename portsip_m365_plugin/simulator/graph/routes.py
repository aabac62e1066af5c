"""The Graph paths that exist, their handlers, and the application permissions that each accepts."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from portsip_m365_plugin.simulator.exchange import Answer, Refused
from portsip_m365_plugin.simulator.graph import (
    applications,
    contact_delta,
    contact_folders,
    contacts,
    delta,
    groups,
    mail,
    photos,
    uploads,
    users,
)
from portsip_m365_plugin.simulator.graph.call import Call
from portsip_m365_plugin.simulator.world.schema import Schema, facts

Service = Literal["directory", "outlook", "photo", "own_app"]
"""``own_app``: the directory; the handler itself decides who may call."""
Handler = Callable[[Call], Answer]


@dataclass(frozen=True)
class Route:
    """One call: ``permissions`` are the application permissions that Microsoft's table accepts."""

    method: str
    template: str
    handler: Handler
    service: Service
    permissions: frozenset[str]


@dataclass
class _Node:
    children: dict[str, "_Node"] = field(default_factory=dict)
    any_id: "_Node | None" = None
    routes: dict[str, Route] = field(default_factory=dict)


# (method, template, handler, service, row of the permission table; None: the same as the template)
_TABLE: tuple[tuple[str, str, Handler, Service, str | None], ...] = (
    ("GET", "/users", users.list_users, "directory", None),
    ("GET", "/users/$count", users.count_users, "directory", "GET /users"),
    ("GET", "/users/delta", delta.users_delta, "directory", None),
    ("GET", "/users/{id}", users.get_user, "directory", None),
    ("GET", "/users/{id}/photo", photos.get_photo, "photo", None),
    ("GET", "/users/{id}/photo/$value", photos.get_photo_bytes, "photo", "GET /users/{id}/photo"),
    ("GET", "/users/{id}/mailboxSettings", users.get_mailbox_settings, "outlook", None),
    ("GET", "/users/{id}/mailboxSettings/userPurpose", users.get_user_purpose, "outlook", None),
    ("GET", "/users/{id}/contacts", contacts.list_contacts, "outlook", None),
    ("GET", "/users/{id}/contacts/delta", contact_delta.contacts_delta, "outlook", "GET /users/{id}/contacts"),
    ("GET", "/users/{id}/contacts/{id}", contacts.get_contact, "outlook", None),
    ("GET", "/users/{id}/contactFolders", contact_folders.list_folders, "outlook", None),
    ("GET", "/users/{id}/contactFolders/delta", contact_folders.folders_delta, "outlook", None),
    ("GET", "/users/{id}/contactFolders/{id}", contact_folders.get_folder, "outlook", None),
    ("GET", "/users/{id}/contactFolders/{id}/childFolders", contact_folders.list_child_folders, "outlook", None),
    ("GET", "/users/{id}/contactFolders/{id}/contacts", contacts.list_contacts, "outlook", None),
    ("GET", "/users/{id}/contactFolders/{id}/contacts/delta", contact_delta.contacts_delta, "outlook", None),
    ("POST", "/users/{id}/sendMail", mail.send_mail, "outlook", None),
    ("POST", "/users/{id}/messages", mail.create_draft, "outlook", None),
    ("DELETE", "/users/{id}/messages/{id}", mail.delete_message, "outlook", None),
    ("POST", "/users/{id}/messages/{id}/attachments", mail.add_attachment, "outlook", None),
    (
        "POST", "/users/{id}/messages/{id}/attachments/createUploadSession", uploads.create_upload_session,
        "outlook", None,
    ),
    ("POST", "/users/{id}/messages/{id}/send", mail.send_draft, "outlook", None),
    ("POST", "/users/{id}/checkMemberGroups", groups.check_member_groups, "directory", None),
    ("GET", "/groups", groups.list_groups, "directory", None),
    ("GET", "/groups/{id}", groups.get_group, "directory", None),
    ("GET", "/groups/{id}/members", groups.list_members, "directory", None),
    (
        "GET", "/groups/{id}/members/microsoft.graph.user", groups.list_members, "directory",
        "GET /groups/{id}/members",
    ),
    ("GET", "/groups/{id}/transitiveMembers", groups.list_members, "directory", None),
    (
        "GET", "/groups/{id}/transitiveMembers/microsoft.graph.user", groups.list_members, "directory",
        "GET /groups/{id}/transitiveMembers",
    ),
    ("POST", "/applications/{id}/addKey", applications.add_key, "own_app", None),
    ("POST", "/applications/{id}/removeKey", applications.remove_key, "own_app", None),
    ("GET", "/organization", users.list_organization, "directory", None),
)  # fmt: skip

_KEY_SYNTAX = re.compile(r"([\w.$]+)\('(.*)'\)")


@cache
def _tree() -> _Node:
    root = _Node()
    table = facts()["permissions"]
    for method, template, handler, service, row in _TABLE:
        node = root
        for piece in template[1:].split("/"):
            if piece == "{id}":
                node.any_id = node = node.any_id or _Node()
            else:
                node = node.children.setdefault(piece.lower(), _Node())
        permissions = frozenset(table[row or f"{method} {template}"]["application"])
        node.routes[method] = Route(method, template, handler, service, permissions)
    return root


def templates() -> list[str]:
    """Every call served, as ``METHOD /template``."""
    return [f"{method} {template}" for method, template, *_ in _TABLE]


def normalise(segments: list[str]) -> list[str]:
    """Path segments in one spelling: ``users('x')``, ``delta()``, ``graph.user`` and nested child folders undone."""
    pieces: list[str] = []
    for segment in segments:
        match = _KEY_SYNTAX.fullmatch(segment)
        if match:
            pieces += [match.group(1), match.group(2).replace("''", "'")]
        elif segment.endswith("()"):
            pieces.append(segment[:-2].removeprefix("microsoft.graph."))
        else:
            pieces.append(segment)
    lowered = [piece.lower() for piece in pieces]
    for index, piece in enumerate(lowered):
        if piece in ("graph.user", "microsoft.graph.user"):
            pieces[index] = lowered[index] = "microsoft.graph.user"
        elif piece.startswith("microsoft.graph.") and index:
            pieces[index] = lowered[index] = piece.removeprefix("microsoft.graph.")
    while len(pieces) > 5 and lowered[2] == "contactfolders" and lowered[4] == "childfolders" and lowered[5] != "delta":
        pieces = pieces[:3] + pieces[5:]
        lowered = lowered[:3] + lowered[5:]
    return pieces


def resolve(schema: Schema, method: str, segments: list[str]) -> tuple[Route, list[str]]:
    """The route of a path (below the version) with the ids in it. ``Refused`` as Graph says it."""
    node = _tree()
    params: list[str] = []
    pieces = normalise(segments)
    if not pieces:
        raise Refused(400, "BadRequest", "Resource not found for the segment ''.")
    for index, piece in enumerate(pieces):
        child = node.children.get(piece.lower())
        if child is None and node.any_id is not None:
            child = node.any_id
            params.append(piece)
        if child is None:
            raise _unknown(schema, pieces, index)
        node = child
    if not node.routes:
        raise _unknown(schema, pieces, len(pieces) - 1)
    route = node.routes.get(method)
    if route is None:
        raise Refused(405, "Request_BadRequest", f"The method '{method}' is not allowed on this resource.")
    return route, params


def _unknown(schema: Schema, pieces: list[str], index: int) -> Refused:
    piece = pieces[index]
    if index == 0 and piece.lower() == "me":
        return Refused(400, "BadRequest", "/me request is only valid with delegated authentication flow.")
    kind = {"users": "user", "groups": "group"}.get(pieces[0].lower(), "")
    if index == 2 and kind and (piece in schema.navigation(kind) or piece in schema.properties(kind)):
        # The cloud has it, this simulator does not. Say so, because it is not Microsoft's answer.
        return Refused(501, "SimulatorLacksThis", f"This simulator does not serve '{piece}' of {kind}.")
    return Refused(400, "BadRequest", f"Resource not found for the segment '{piece}'.")
