"""The plugin's texts for people: `_("A whole sentence with {name}.", name=...)`; see `pbx_plugin_api.texts`.

`python -m tests.languages.catalogues` finds these calls. The German and the Chinese are in `locale`.
"""

from __future__ import annotations

from typing import Final

from pbx_plugin_api.texts import Catalogue

_CATALOGUE: Final = Catalogue("portsip_m365_plugin")

_ = _CATALOGUE.say
_n = _CATALOGUE.count
_p = _CATALOGUE.mean


def _later(message: str, /) -> str:
    """Mark a text of a table that gets its values later: `_(TABLE[code], host=host)`."""
    return message
