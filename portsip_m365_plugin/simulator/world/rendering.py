"""JSON of users, rendered once per ``$select`` and kept until the user changes: a page is then one join of strings."""

from typing import Any

from portsip_m365_plugin.simulator.exchange import encode_json
from portsip_m365_plugin.simulator.world.directory import Directory, Person

_AGENT_MARK = {"@odata.type": "#microsoft.graph.agentUser"}  # a derived type in a collection names itself
_KEPT_SELECTS = 3
_KEPT_PEOPLE = 50_000  # above this, listings are rare and their text would need more memory than the people
# In a listing Graph adds no annotations to ids; ``id`` is there only if selected (or by default).


class Renderer:
    """Renders people for listings (null if unset) and for delta (absent if never set)."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._kept: dict[tuple[str, ...], dict[str, str]] = {}
        directory.on_change(self._forget)

    def listed(self, person: Person, props: dict[str, Any], names: tuple[str, ...]) -> str:
        """One user of a listing as JSON text."""
        kept = self._kept.get(names)
        if kept is None:
            kept = self._start_keeping(names)
        text = kept.get(person.id)
        if text is None or props is not person.props:
            text = encode_json(self.listed_document(person, props, names))
            if props is person.props and self._directory.is_fresh(person) and len(kept) < _KEPT_PEOPLE:
                kept[person.id] = text
        return text

    def listed_document(self, person: Person, props: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
        """One user of a listing as a document."""
        value = self._directory.listed_value
        document = {name: person.id if name == "id" else value(props, name) for name in names}
        return _AGENT_MARK | document if props.get("identityParentId") else document

    def changed(self, person: Person, names: tuple[str, ...], only: frozenset[str] | None) -> str:
        """One user of a delta page: all selected properties ever set, or (``return=minimal``) only the changed ones."""
        props = person.props
        document: dict[str, Any] = {}
        for name in names:
            if name != "id" and name in props and (only is None or name in only):
                value = props[name]
                document[name] = [] if value is None and name in self._directory.collections else value
        document["id"] = person.id
        return encode_json(document)

    def _start_keeping(self, names: tuple[str, ...]) -> dict[str, str]:
        while len(self._kept) >= _KEPT_SELECTS:
            self._kept.pop(next(iter(self._kept)), None)
        return self._kept.setdefault(names, {})

    def _forget(self, person_id: str) -> None:
        for kept in list(self._kept.values()):
            kept.pop(person_id, None)
