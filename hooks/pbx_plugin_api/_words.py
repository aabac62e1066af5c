"""The contract's own texts for people: what a mail says, and why a change was refused."""

from __future__ import annotations

from typing import Final

from pbx_plugin_api.texts import Catalogue

_CATALOGUE: Final = Catalogue("pbx_plugin_api")

_ = _CATALOGUE.say
_n = _CATALOGUE.count
