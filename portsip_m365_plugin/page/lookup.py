"""Looking somebody up in the directory while an administrator waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pbx_plugin_api import Host, JsonValue
from portsip_m365_plugin.connect import NotReady, connect_with
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import GraphError
from portsip_m365_plugin.graph.retry import RetryPolicy
from portsip_m365_plugin.graph.users import get_user
from portsip_m365_plugin.page.signin_tab import FindObjectId, LookupFailedError

__all__ = ["IMPATIENT", "make_finder"]

IMPATIENT: Final = RetryPolicy(tries_max=2, base_s=0.5, cap_s=2.0, budget_s=4.0)
"""For calls that somebody waits for."""


def make_finder(host: Host, values: Mapping[str, JsonValue]) -> FindObjectId:
    """Return a function that finds the object id of a sign-in name. Connects when it is first called."""
    clients: list[GraphClient] = []

    def find(name: str) -> str | None:
        if not clients:
            client = connect_with(host, values, policy=IMPATIENT)
            if isinstance(client, NotReady):
                raise LookupFailedError(client.describe())
            clients.append(client)
        try:
            user = get_user(clients[0], name)
        except GraphError as error:
            raise LookupFailedError(f"{error.sentence} {error.remedy}".strip()) from error
        return str(user["id"]) if user is not None else None

    return find
