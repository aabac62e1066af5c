"""One setting as a field of the page: its name, its kind and its value come from `config`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pbx_plugin_api import Choice, Field, FieldKind
from portsip_m365_plugin.config import fields as kinds
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.config.schema import SETTINGS
from portsip_m365_plugin.page.directory.lookup import lookup_of

_KINDS: Final[Mapping[type[kinds.Setting[Any]], FieldKind]] = {
    kinds.Toggle: FieldKind.TOGGLE,
    kinds.Choice: FieldKind.CHOICE,
    kinds.CloudName: FieldKind.CHOICE,
    kinds.TimeOfDay: FieldKind.TIME,
    kinds.WholeNumber: FieldKind.NUMBER,
    kinds.Lines: FieldKind.LONG_TEXT,
    kinds.Names: FieldKind.LONG_TEXT,
    kinds.GroupNames: FieldKind.LONG_TEXT,
    kinds.Addresses: FieldKind.LONG_TEXT,
    kinds.Text: FieldKind.TEXT,
}


def draw_setting(
    config: Config,
    key: str,
    label: str,
    *,
    help: str = "",  # the contract's word
    placeholder: str = "",
    choices: Mapping[str, str] | None = None,
    kind: FieldKind | None = None,
    required: bool = False,
) -> Field:
    """Return the field of one setting, as it is now.

    Args:
        config: The settings.
        key: Which of them.
        label: What the administrator reads beside it.
        help: A sentence or two below it.
        placeholder: An example.
        choices: For a choice: label by word.
        kind: Where another than the setting's own fits better, such as `EMAIL`.
        required: Whether the page asks for it.
    """
    return Field(
        name=key,
        label=label,
        kind=kind or _KINDS[type(SETTINGS[key])],
        value=config.shown(key),
        help=help,
        placeholder=placeholder,
        choices=tuple(Choice(value=word, label=text) for word, text in (choices or {}).items()),
        required=required,
        lookup=lookup_of(key),
    )
