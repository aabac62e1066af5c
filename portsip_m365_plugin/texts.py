"""The plugin's texts for people: `_("A whole sentence with {name}.", name=...)`; see `pbx_plugin_api.texts`.

`python -m tests.languages.catalogues` finds these calls. The German and the Chinese are in `locale`.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Final

from pbx_plugin_api.texts import Catalogue, Text

_CATALOGUE: Final = Catalogue("portsip_m365_plugin")

_ = _CATALOGUE.say
_n = _CATALOGUE.count
_p = _CATALOGUE.mean

# Translators: what this plugin is, on the page of all plugins.
SUMMARY: Final = _("Microsoft 365 for the PortSIP PBX: users, sign-in, contacts and mail, as a plugin")
"""The package's metadata has the same words: by them a PBX finds the translation."""


def _later(message: str, /) -> str:
    """Mark a text of a table that gets its values later: `_(TABLE[code], host=host)`."""
    return message


@lru_cache(maxsize=256, typed=True)
def pack(text: str) -> str:
    """Return a text as a plain `str` for a column of a table; `unpack` makes it again."""
    return json.dumps(text.as_shape(), ensure_ascii=False) if isinstance(text, Text) else text


@lru_cache(maxsize=256)
def unpack(packed: str) -> str:
    """Return the text again that was packed. What is no packed text stays as it is."""
    return Text.from_shape(json.loads(packed)) if packed.startswith(_PACKED) else packed


_PACKED: Final = '{"type": "Text"'
