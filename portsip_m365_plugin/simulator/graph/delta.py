"""GET /users/delta: rounds, tokens and their end (delta-query-users, 2024-01; answers seen live)."""

from typing import Any

from portsip_m365_plugin.simulator.exchange import Answer, Refused, encode_json
from portsip_m365_plugin.simulator.graph.call import Call
from portsip_m365_plugin.simulator.graph.filters import ids_of_filter
from portsip_m365_plugin.simulator.graph.users import selected_names
from portsip_m365_plugin.simulator.world.directory import EVERYTHING, Person

DIRECTORY_TOKEN_LIFE_S = 7 * 86_400


def users_delta(call: Call) -> Answer:
    """One page of a round: initial, continued by skip token, or begun by delta token."""
    given = {name.lower(): value for name, value in call.request.query.items()}
    if "$skiptoken" in given:
        return _page(call, _valid_token(call, given["$skiptoken"]))
    if given.get("$deltatoken") and given["$deltatoken"].lower() != "latest":
        state = _valid_token(call, given["$deltatoken"])
        start = max(0, state["until"] - call.realm.settings.delta_replays)
        state |= {"full": False, "after": start, "at": start, "until": call.tenant.directory.sequence}
        return _page(call, state)
    options = call.options("$select", "$filter", "$deltatoken", "$skiptoken")  # no $top, $orderby, $expand
    names = selected_names(call, options.get("$select"))
    directory = call.tenant.directory
    state = {
        "tenant": call.tenant.id,
        "generation": call.tenant.delta_generation,
        "born": call.realm.clock.time_s(),
        "names": list(names),
        "select": options.get("$select"),
        "only": ids_of_filter(options["$filter"]) if "$filter" in options else None,
        "full": True,
        "after": directory.sequence,
        "until": directory.sequence,
        "at": 0,
        "end": len(directory.order),
    }
    if options.get("$deltatoken", "").lower() == "latest":
        return call.page(_context(call, state), [], delta_link=_delta_link(call, state))
    return _page(call, state)


def _page(call: Call, state: dict[str, Any]) -> Answer:
    # Prefer: odata.maxpagesize is not documented for users, so it changes nothing here.
    size = call.page_size(call.realm.settings.delta_page)
    items: list[str] = []
    here = state["at"]
    at = _fill_full(call, state, items, size) if state["full"] else _fill_changes(call, state, items, size)

    def skip_link(position: int) -> str:
        return call.link("users/delta", skiptoken=call.seal({**state, "at": position}))

    finished = at is None
    return call.page(
        _context(call, state),
        items,
        None if at is None else skip_link(at),
        _delta_link(call, state) if finished else None,
        again=lambda: skip_link(here),
    )


def _fill_full(call: Call, state: dict[str, Any], items: list[str], size: int) -> int | None:
    order = call.tenant.directory.order
    names = tuple(state["names"])
    wanted = set(state["only"]) if state["only"] else None
    position = state["at"]
    while position < state["end"]:
        if len(items) == size:
            return int(position)
        person = order[position]
        position += 1
        if wanted is None or person.id in wanted:
            items.append(_entry(call, person, names, None))
    return None


def _fill_changes(call: Call, state: dict[str, Any], items: list[str], size: int) -> int | None:
    directory = call.tenant.directory
    names = tuple(state["names"])
    tracked = frozenset(names) | EVERYTHING
    wanted = set(state["only"]) if state["only"] else None
    minimal = (call.request.prefers("return") or "").lower() == "minimal"
    number = state["at"]
    while number < state["until"]:
        if len(items) == size:
            return int(number)
        person = directory.log[number]
        number += 1
        last, touched = directory.changes_of(person, state["after"], state["until"])
        if last != number or not touched & tracked or (wanted is not None and person.id not in wanted):
            continue  # a later entry of this round reports the same person, or nothing selected has changed
        only = None if not minimal or touched & EVERYTHING else touched
        items.append(_entry(call, person, names, only))
    if minimal:
        call.answer_headers["Preference-Applied"] = "return=minimal"
    return None


def _entry(call: Call, person: Person, names: tuple[str, ...], only: frozenset[str] | None) -> str:
    if person.listed:
        return call.tenant.renderer.changed(person, names, only)
    return encode_json({"id": person.id, "@removed": {"reason": "deleted" if person.gone else "changed"}})


def _delta_link(call: Call, state: dict[str, Any]) -> str:
    kept = {name: state[name] for name in ("tenant", "generation", "names", "select", "only", "until")}
    kept |= {"born": call.realm.clock.time_s(), "full": False, "end": 0}
    return call.link("users/delta", deltatoken=call.seal(kept))


def _valid_token(call: Call, token: str) -> dict[str, Any]:
    state = call.unseal(token)
    aged = call.realm.clock.time_s() - state["born"] > DIRECTORY_TOKEN_LIFE_S
    if state["generation"] == call.tenant.delta_generation and not aged:
        return state
    if call.realm.settings.expired_token_form == "too_old":  # noqa: S105  a name, not a secret
        raise Refused(400, "Request_UnsupportedQuery", "DeltaLink older than 30 days is not supported.")
    options = {"deltatoken": ""} | ({"select": state["select"]} if state["select"] else {})
    raise Refused(
        410,
        "SyncStateNotFound",
        "The sync state is not found. Please restart the synchronization from the beginning.",
        {"Location": call.link("users/delta", **options)},
    )


def _context(call: Call, state: dict[str, Any]) -> str:
    return call.context(f"users({state['select']})" if state["select"] else "users")
