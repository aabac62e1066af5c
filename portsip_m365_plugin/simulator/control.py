"""The control interface: placeholder until its routes follow in this same file."""

from typing import TYPE_CHECKING

from portsip_m365_plugin.simulator.exchange import Answer, Request, json_answer

if TYPE_CHECKING:
    from portsip_m365_plugin.simulator.realm import Realm


class Control:
    """Answers ``/_control/…`` for one cloud."""

    def __init__(self, realm: "Realm") -> None:
        self._realm = realm

    def answer(self, request: Request) -> Answer:
        """One request."""
        if request.path == "/_control/journal":
            return json_answer(self._realm.journal.counts())
        return json_answer({"error": f"{request.path} is unknown"}, 404)
