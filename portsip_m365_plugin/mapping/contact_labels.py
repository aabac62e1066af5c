"""What the notes of a contact call what has no field of its own, as texts: for problems, not for the notes.

The notes are written into address books in English, like the fields that Microsoft's own exports name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from pbx_plugin_api import Text, listing
from portsip_m365_plugin.texts import _

_LABELS: Final[Mapping[str, Text]] = {
    text: text
    for text in (
        # Translators: these are fields of a contact in Outlook
        _("Name"),
        _("Company"),
        _("Job title"),
        _("Address"),
        _("Business address"),
        _("Home address"),
        _("Other address"),
        _("Business phone"),
        _("Home phone"),
        _("Mobile phone"),
        _("Mail"),
        _("Mail name"),
        _("Full name"),
        _("Filed as"),
        _("Form of address"),
        # Translators: after a name, such as "Jr."
        _("Suffix"),
        _("Profession"),
        _("Department"),
        _("Office"),
        _("Manager"),
        _("Assistant"),
        _("Nickname"),
        # Translators: the name as it is pronounced in Japanese (Outlook's field "Yomi")
        _("Yomi"),
        _("Yomi company"),
        _("Web page"),
        _("Chat"),
        _("Notes"),
    )
}


def list_labels(labels: Iterable[str]) -> Text:
    """Return labels as a list that can be translated."""
    return listing(_LABELS.get(label, label) for label in labels)
