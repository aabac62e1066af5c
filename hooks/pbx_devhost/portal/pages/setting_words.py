"""Changed settings in the words of the plugin's own page: labels of fields and choices instead of keys and values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pbx_devhost.portal.visit import the_pbx, the_visit
from pbx_devhost.portal.words import user_field_label
from pbx_devhost.store.audit import Change, read_changes
from pbx_devhost.store.languages import offered_languages
from pbx_devhost.texts import _p
from pbx_plugin_api import Field, FieldKind

_NAMES: Final[Mapping[str, str]] = {
    # Translators: what somebody changed, in the audit log.
    "language": _p("a setting", "language"),
    "email": _p("a setting", "email"),
    "enabled": _p("a setting", "enabled"),
    "web_origin": _p("a setting", "web address"),
}
_SWITCHED: Final = {"on": _p("a setting", "on"), "off": _p("a setting", "off")}
_EVENTS = frozenset({"settings.save", "settings.change"})


def describe_changes(lines: Sequence[Any]) -> dict[int, list[Change]]:
    """Return what each line of the audit log says that has changed, by the line's id.

    A page is asked for only where a line names a setting. What no page shows any more is spelled out.
    """
    found = {line.id: read_changes(line) for line in lines}
    fields: dict[str, Mapping[str, Field]] = {}
    for line in lines:
        if line.event in _EVENTS and found[line.id]:
            known = fields.get(line.subject)
            if known is None:
                known = fields[line.subject] = _fields_of(line.subject)
            found[line.id] = [
                (_label(known.get(name), name), _value(known.get(name), before), _value(known.get(name), after))
                for name, before, after in found[line.id]
            ]
        else:
            found[line.id] = [_of_host(change) for change in found[line.id]]
    return found


def _of_host(change: Change) -> Change:
    """A change of a setting of the PBX itself in words; another one as it is."""
    name, before, after = change
    if name == "language":
        names = offered_languages()
        before, after = (names.get(value, value) if value else value for value in (before, after))
    elif name == "enabled":
        before, after = (_SWITCHED.get(value, value) if value else value for value in (before, after))
    return _NAMES.get(name) or user_field_label(name), before, after


def _fields_of(plugin: str) -> Mapping[str, Field]:
    visit, pbx = the_visit(), the_pbx()
    if not any(state.name == plugin and state.is_in_force for state in pbx.plugins.plugins(visit.tenant)):
        return {}
    answers = pbx.plugins.settings_pages(visit.tenant, visit.viewer, plugin=plugin)
    page = answers[0].value if answers else None  # it may have no page for this tenant any more
    return {} if page is None else {each.name: each for tab in page.tabs for each in tab.fields}


def _label(field: Field | None, name: str) -> str:
    return field.label if field is not None else name.replace("_", " ").capitalize()


def _value(field: Field | None, value: str | None) -> str | None:
    if field is None or value is None:
        return value
    if field.kind is FieldKind.TOGGLE:
        return {"true": _p("a setting", "on"), "false": _p("a setting", "off")}.get(value, value)
    return next((choice.label for choice in field.choices if choice.value == value), value)
