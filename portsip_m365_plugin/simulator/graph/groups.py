"""Groups, their members and transitive members. A cast in the path is an advanced query (advanced-queries, 2021)."""

from typing import Any

from portsip_m365_plugin.simulator.exchange import Answer, Refused, encode_json, json_answer
from portsip_m365_plugin.simulator.graph.call import Call
from portsip_m365_plugin.simulator.graph.filters import parse_filter
from portsip_m365_plugin.simulator.graph.mail import json_body
from portsip_m365_plugin.simulator.graph.users import selected_names
from portsip_m365_plugin.simulator.world.directory import Group

_CHECKED_MAX = 20
_GROUP_DEFAULTS = (
    "id",
    "deletedDateTime",
    "classification",
    "createdDateTime",
    "description",
    "displayName",
    "groupTypes",
    "mail",
    "mailEnabled",
    "mailNickname",
    "onPremisesSyncEnabled",
    "proxyAddresses",
    "securityEnabled",
    "visibility",
)
_READS_USERS = {
    "User.Read.All", "User.ReadBasic.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All",
}  # fmt: skip


def list_groups(call: Call) -> Answer:
    """GET /groups: default page 100, ``$top`` up to 999."""
    given = {name.lower(): value for name, value in call.request.query.items()}
    if "$skiptoken" in given:
        state = call.unseal(given["$skiptoken"])
    else:
        options = call.options("$select", "$top", "$filter", "$count", "$orderby", "$search")
        call.realm.schema.selected("group", options.get("$select"))
        counted = options.get("$count", "").lower() == "true"
        search = options.get("$search")
        if search and not call.eventual:
            raise Refused(
                400,
                "Request_UnsupportedQuery",
                "Request with $search query parameter only works through MSGraph with a special request header: "
                "'ConsistencyLevel: eventual'",
            )
        state = {
            "tenant": call.tenant.id,
            "at": 0,
            "top": call.whole_number(options, "$top", 100, 1, 999),
            "select": options.get("$select"),
            "filter": options.get("$filter"),
            "search": search,
            "advanced": call.eventual and counted,
        }
    wanted = (
        parse_filter(state["filter"], advanced=state["advanced"], resource="Group")
        if state["filter"]
        else lambda _: True
    )
    needle = state["search"].strip('"').rpartition(":")[2].lower() if state["search"] else ""
    found = [
        group
        for group in call.tenant.directory.groups.values()
        if wanted({**group.props, "id": group.id}) and needle in group.props["displayName"].lower()
    ]
    names = call.realm.schema.selected("group", state["select"]) or _GROUP_DEFAULTS
    size = call.page_size(state["top"])
    rows = [encode_json(_group_document(group, names)) for group in found[state["at"] : state["at"] + size]]

    def link(at: int) -> str:
        return call.link("groups", skiptoken=call.seal({**state, "at": at}))

    following = link(state["at"] + size) if state["at"] + size < len(found) else None
    return call.page(call.context("groups"), rows, following, again=lambda: link(state["at"]))


def get_group(call: Call) -> Answer:
    """GET /groups/{id}."""
    options = call.options("$select", "$expand")
    names = call.realm.schema.selected("group", options.get("$select")) or _GROUP_DEFAULTS
    document = _group_document(_group(call), names)
    return json_answer({"@odata.context": call.context("groups/$entity"), **document})


def list_members(call: Call) -> Answer:
    """GET /groups/{id}/members and /transitiveMembers, with or without ``/microsoft.graph.user``.

    Without Member.Read.Hidden a hidden membership is an empty list. Without a permission to read users their entries
    have type and id, and null for the rest.
    """
    group = _group(call)
    transitive = "transitiveMembers" in call.template
    cast = call.template.endswith("microsoft.graph.user")
    given = {name.lower(): value for name, value in call.request.query.items()}
    if "$skiptoken" in given:
        state = call.unseal(given["$skiptoken"])
        if state["advanced"] and not call.eventual:
            raise Refused(400, "Directory_ExpiredPageToken", "The specified page token value has expired.")
    else:
        options = call.options("$select", "$top", "$filter", "$count", "$search", "$orderby", "$expand")
        advanced = call.eventual and options.get("$count", "").lower() == "true"
        if cast and not advanced:
            raise Refused(
                400,
                "Request_UnsupportedQuery",
                "The specified query on the reference property needs $count=true and the header "
                "ConsistencyLevel:eventual.",
            )
        if "$filter" in options:
            # Observed: a property filter on members is refused even as an advanced query.
            raise Refused(
                400,
                "Request_UnsupportedQuery",
                "The specified filter to the reference property query is currently not supported.",
            )
        names = selected_names(call, options.get("$select"))
        state = {
            "tenant": call.tenant.id,
            "at": 0,
            "top": call.whole_number(options, "$top", 100, 1, 999),
            "names": list(names),
            "advanced": advanced,
        }
    members = call.tenant.directory.flattened(group) if transitive else list(group.members.items())
    if group.hidden and "Member.Read.Hidden" not in call.token.permissions:
        members = []
    return _member_page(call, state, members, cast)


def check_member_groups(call: Call) -> Answer:
    """POST /users/{id}/checkMemberGroups: those of at most 20 groups that contain the person, nested ones included."""
    person = call.person(call.params[0])
    body = json_body(call)
    unknown = set(body) - {"groupIds"}
    if unknown:
        message = f"The parameter '{sorted(unknown)[0]}' is not declared by action 'checkMemberGroups'."
        raise Refused(400, "Request_BadRequest", message)
    wanted = body.get("groupIds")
    if not isinstance(wanted, list) or not all(isinstance(each, str) for each in wanted):
        raise Refused(400, "Request_BadRequest", "The parameter 'groupIds' is missing or no list of ids.")
    if len(wanted) > _CHECKED_MAX:
        raise Refused(400, "Request_BadRequest", f"The limit of {_CHECKED_MAX} groups is exceeded.")
    directory = call.tenant.directory
    found = [
        key
        for key in wanted
        if (group := directory.groups.get(key.lower())) is not None
        and person.id in {identity for identity, _ in directory.flattened(group)}
    ]
    return json_answer({"@odata.context": call.context("Collection(Edm.String)"), "value": found})


def _member_page(call: Call, state: dict[str, Any], members: list[tuple[str, str]], cast: bool) -> Answer:
    size = call.page_size(state["top"])
    position = state["at"]
    items: list[str] = []
    names = tuple(state["names"])
    readable = bool(_READS_USERS & call.token.permissions)
    while position < len(members) and len(items) < size:
        identity, kind = members[position]
        position += 1
        if kind == "group":
            if not cast:
                nested = call.tenant.directory.groups[identity]
                shown = {"@odata.type": "#microsoft.graph.group", **_group_document(nested, _GROUP_DEFAULTS)}
                items.append(encode_json(shown))
            continue
        person = call.tenant.directory.people[identity]
        if not person.listed:
            continue
        document = call.tenant.renderer.listed_document(person, person.props, names)
        if not readable:
            document = dict.fromkeys(document) | {"id": person.id}
        items.append(encode_json({"@odata.type": "#microsoft.graph.user", **document}))

    path = "/".join(["groups", *call.params, *call.template.split("/")[3:]])

    def link(at: int) -> str:
        return call.link(path, skiptoken=call.seal({**state, "at": at}))

    following = link(position) if position < len(members) else None
    counted = sum(kind == "user" for _, kind in members) if cast else len(members)
    count = counted if state["advanced"] and state["at"] == 0 else None
    here = state["at"]
    return call.page(call.context("directoryObjects"), items, following, count=count, again=lambda: link(here))


def _group(call: Call) -> Group:
    group = call.tenant.directory.groups.get(call.params[0].lower())
    if group is None:
        raise Refused(
            404,
            "Request_ResourceNotFound",
            f"Resource '{call.params[0]}' does not exist or one of its queried reference-property objects are not "
            "present.",
        )
    return group


def _group_document(group: Group, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: group.id if name == "id" else group.props.get(name) for name in names}
