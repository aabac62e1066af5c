"""The reference host's texts for people: `_("A whole sentence with {name}.", name=...)`; see `pbx_plugin_api.texts`.

`python -m tests.languages.catalogues` finds these calls. The German and the Chinese are in `locale`.
"""

from __future__ import annotations

from typing import Final

from pbx_plugin_api.texts import Catalogue

_CATALOGUE: Final = Catalogue("pbx_devhost")

_ = _CATALOGUE.say
_n = _CATALOGUE.count
_p = _CATALOGUE.mean


def _later(message: str, /) -> str:
    """Mark a text of a table that gets its values later: `_(TABLE[word], n=n)`."""
    return message


def say(error: BaseException) -> str:
    """Return what an exception says, as the text that it was made with: `str(error)` is English only."""
    said = error.args[0] if error.args else ""
    return said if isinstance(said, str) else str(error)
