"""Users: list, count, get; and the organization.

Source: "List users" and "Get a user", Microsoft Graph v1.0 (2023); paging (2026-05-20); answers seen live.
"""

from typing import Any

from portsip_m365_plugin.simulator.exchange import Answer, Refused, encode_json, json_answer
from portsip_m365_plugin.simulator.graph.call import Call
from portsip_m365_plugin.simulator.graph.filters import Predicate, exact_lookup, parse_filter
from portsip_m365_plugin.simulator.world.directory import Person
from portsip_m365_plugin.simulator.world.schema import OUTSIDE_DIRECTORY, USER_DEFAULTS

BASIC_PROFILE = frozenset(["displayName", "givenName", "surname", "mail", "userPrincipalName", "id", "photo"])
_FULL_READ = ("User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All")


def selected_names(call: Call, select: str | None) -> tuple[str, ...]:
    """The property names to render in a collection. ``Refused`` 400 unknown, 501 kept outside the directory."""
    names = call.realm.schema.selected("user", select) or USER_DEFAULTS
    for name in names:
        if name in OUTSIDE_DIRECTORY:
            raise Refused(501, "NotImplemented", "This operation target is not yet supported.")
        if name in call.realm.schema.navigation("user") and name != "manager":
            raise Refused(400, "Request_BadRequest", f"The navigation property '{name}' cannot be selected.")
    return tuple(name for name in names if name != "manager")


def list_users(call: Call) -> Answer:
    """GET /users: default page 100, ``$top`` up to 999, opaque next links."""
    if "$skiptoken" in {name.lower() for name in call.request.query}:
        return _continue_list(call)
    options = call.options("$select", "$top", "$filter", "$count", "$orderby", "$search", "$expand")
    names = selected_names(call, options.get("$select"))
    top = call.whole_number(options, "$top", call.realm.settings.user_page, 1, 999)
    counted = options.get("$count", "").lower() == "true"
    advanced = call.eventual and counted
    if "$search" in options:
        if not call.eventual:
            raise Refused(
                400,
                "Request_UnsupportedQuery",
                "Request with $search query parameter only works through MSGraph with a special request header: "
                "'ConsistencyLevel: eventual'",
            )
        raise Refused(501, "NotImplemented", "This simulator does not search users.")
    if "$orderby" in options:
        if "$filter" in options and not advanced:
            raise Refused(400, "Request_UnsupportedQuery", "Sorting not supported for current query.")
        if options["$orderby"].split(" ")[0] not in ("displayName", "userPrincipalName", "createdDateTime"):
            raise Refused(400, "Request_UnsupportedQuery", "Sorting by this property is not supported.")
    if "$expand" in options and options["$expand"].split("(")[0] not in ("manager", "memberOf", "directReports"):
        raise Refused(400, "Request_BadRequest", f"Could not find a property named '{options['$expand']}'.")
    state = {
        "at": 0,
        "top": top,
        "names": list(names),
        "filter": options.get("$filter"),
        "advanced": advanced,
        "select": options.get("$select"),
        "order": options.get("$orderby"),
    }
    if "$filter" in options:
        _predicate(state)  # a bad filter is refused before anything is read
    count = None
    if counted and call.eventual:
        count = sum(1 for _ in _matching(call, state, 0))
    return _list_page(call, state, count)


def _continue_list(call: Call) -> Answer:
    token = next(value for name, value in call.request.query.items() if name.lower() == "$skiptoken")
    state = call.unseal(token)
    if state.get("advanced") and not call.eventual:
        # Observed: the link does not contain the header. A request for a page without it gets "expired".
        raise Refused(400, "Directory_ExpiredPageToken", "The specified page token value has expired.")
    return _list_page(call, state, None)


def _list_page(call: Call, state: dict[str, Any], count: int | None) -> Answer:
    names = tuple(state["names"])
    size = call.page_size(state["top"])
    renderer = call.tenant.renderer
    items: list[str] = []
    more: int | None = None
    found = _ordered(call, state) if state.get("order") else _matching(call, state, state["at"])
    for position, person, props in found:
        if len(items) == size:
            more = position
            break
        items.append(renderer.listed(person, props, names))

    def again(at: int) -> str:
        return call.link("users", skiptoken=call.seal({**state, "tenant": call.tenant.id, "at": at}))

    what = f"users({state['select']})" if state["select"] else "users"
    return call.page(
        call.context(what),
        items,
        again(more) if more is not None else None,
        count=count,
        again=lambda: again(state["at"]),
    )


def _matching(call: Call, state: dict[str, Any], position: int) -> Any:
    directory = call.tenant.directory
    indexed = exact_lookup(state["filter"]) if state["filter"] else None
    if indexed is not None:
        person = directory.active(indexed[1])
        if person is not None and position <= person.position:
            yield person.position, person, person.props
        return
    wanted = _predicate(state)
    for person, props in directory.read_from(position):
        if wanted is None or wanted({**props, "id": person.id}):
            yield person.position, person, props


def _ordered(call: Call, state: dict[str, Any]) -> Any:
    name, _, direction = state["order"].partition(" ")
    found = sorted(
        _matching(call, state, 0), key=lambda row: str(row[2].get(name) or ""), reverse=direction.strip() == "desc"
    )
    for rank, (_, person, props) in enumerate(found[state["at"] :], start=state["at"]):
        yield rank, person, props


def _predicate(state: dict[str, Any]) -> Predicate | None:
    return parse_filter(state["filter"], advanced=state["advanced"]) if state["filter"] else None


def count_users(call: Call) -> Answer:
    """GET /users/$count: an advanced query, a plain number."""
    options = call.options("$filter")
    if not call.eventual:
        raise Refused(400, "Request_BadRequest", "$count is not currently supported.")
    state = {"filter": options.get("$filter"), "advanced": True}
    return Answer(200, str(sum(1 for _ in _matching(call, state, 0))).encode(), "text/plain")


def get_user(call: Call) -> Answer:
    """GET /users/{id}."""
    options = call.options("$select", "$expand")
    person = call.person(call.params[0])
    names = call.realm.schema.selected("user", options.get("$select")) or USER_DEFAULTS
    document: dict[str, Any] = {"@odata.context": call.context("users/$entity")}
    if options.get("$select"):
        document["@odata.context"] = call.context(f"users({options['$select']})/$entity")
    else:
        document["@microsoft.graph.tips"] = "This request only returns a subset of the resource's properties."
    plain = tuple(name for name in names if name not in OUTSIDE_DIRECTORY)
    document |= call.tenant.renderer.listed_document(person, person.props, plain)
    for name in names:
        if name == "mailboxSettings":
            _need_mailbox_settings(call)
            document[name] = mailbox_settings_of(person)
        elif name in OUTSIDE_DIRECTORY:
            document[name] = None
    if not any(permission in call.token.permissions for permission in _FULL_READ):
        document = {
            name: value if name in BASIC_PROFILE or name.startswith("@") else None for name, value in document.items()
        }
    return json_answer(document)


def mailbox_settings_of(person: Person) -> dict[str, Any]:
    """The mailboxSettings object; ``userPurpose`` is a plain enum in the schema."""
    return {
        "archiveFolder": None,
        "timeZone": "UTC",
        "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
        "dateFormat": "yyyy-MM-dd",
        "timeFormat": "HH:mm",
        "userPurpose": person.mailbox,
        "automaticRepliesSetting": {"status": "disabled", "externalAudience": "all"},
        "language": {"locale": person.props.get("preferredLanguage"), "displayName": None},
        "workingHours": {"daysOfWeek": ["monday", "tuesday", "wednesday", "thursday", "friday"]},
    }


def get_mailbox_settings(call: Call) -> Answer:
    """GET /users/{id}/mailboxSettings."""
    call.options("$select")
    person, _ = call.mailbox()
    context = call.context(f"users('{person.id}')/mailboxSettings")
    return json_answer({"@odata.context": context, **mailbox_settings_of(person)})


def get_user_purpose(call: Call) -> Answer:
    """GET /users/{id}/mailboxSettings/userPurpose: shows a shared mailbox."""
    person, _ = call.mailbox()
    context = call.context(f"users('{person.id}')/mailboxSettings/userPurpose")
    return json_answer({"@odata.context": context, "value": person.mailbox})


def list_organization(call: Call) -> Answer:
    """GET /organization."""
    document: dict[str, Any] = {
        "id": call.tenant.id,
        "displayName": call.tenant.display_name,
        "tenantType": "AAD",
        "countryLetterCode": "CN" if call.realm.cloud == "CHINA" else "US",
        "verifiedDomains": [
            {
                "capabilities": "Email",
                "isDefault": True,
                "isInitial": True,
                "name": call.tenant.domain,
                "type": "Managed",
            }
        ],
    }
    options = call.options("$select")
    names = call.realm.schema.selected("organization", options.get("$select"))
    if names is not None:
        document = {name: document.get(name) for name in names}
    return call.page(call.context("organization"), [encode_json(document)])


def _need_mailbox_settings(call: Call) -> None:
    if not {"MailboxSettings.Read", "MailboxSettings.ReadWrite"} & call.token.permissions:
        raise Refused(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
