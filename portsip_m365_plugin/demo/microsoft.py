"""The simulated Microsoft 365 as a program, and the administrator at Microsoft's side."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote

import requests

from portsip_m365_plugin.demo.processes import Child

__all__ = ["SimulatedMicrosoft"]

CLOUD: Final = "LAB"
"""How the operator's file names the simulator."""

_TIMEOUT_S: Final = 60.0


class SimulatedMicrosoft:
    """One cloud with one tenant; a context manager.

    Args:
        folder: Where its certificate authority and the operator's file of clouds are written.
        users: How many people it has.
        contacts: About so many in each mailbox; None for the simulator's own choice.
        seed: The same seed makes the same tenant.
    """

    def __init__(self, folder: Path, *, users: int, contacts: int | None = None, seed: int = 1) -> None:
        ca, clouds = folder / "ca.pem", folder / "clouds.json"
        self.environment: Mapping[str, str] = {"REQUESTS_CA_BUNDLE": str(ca), "PORTSIP_M365_CLOUDS": str(clouds)}
        """What lets the plugin find it."""
        command = [sys.executable, "-m", "portsip_m365_plugin.simulator", "--json", "--only", "GLOBAL"]
        command += ["--users", str(users), "--seed", str(seed), "--write-ca", str(ca), "--write-clouds", str(clouds)]
        command += ["--contacts", str(contacts)] if contacts is not None else []
        self._child = Child(command, {})
        told = json.loads(self._child.first_line())["clouds"]["GLOBAL"]
        self.domain, self.tenant_id = str(told["domain"]), str(told["tenant_id"])
        self.origin, self.pages = str(told["origin"]), str(told["pages"])
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = str(ca)

    def control(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Use the simulator's control interface.

        Raises:
            requests.HTTPError: It said no.
        """
        answer = self._session.request(method, f"{self.origin}/_control/{path}", json=body, timeout=_TIMEOUT_S)
        answer.raise_for_status()
        return answer.json()

    def register_app(self, **fields: Any) -> str:
        """Register an app and return its client id."""
        return str(self.control("POST", "apps", fields)["client_id"])

    def people(self) -> list[dict[str, Any]]:
        """Everybody, as they are."""
        return list(self.control("GET", "users")["users"])

    def create(self, **properties: Any) -> dict[str, Any]:
        """Create somebody; properties as Graph names them."""
        return dict(self.control("POST", "users", properties))

    def change(self, key: str, **properties: Any) -> None:
        """Change somebody."""
        self.control("PATCH", f"users/{quote(key, safe='')}", properties)

    def act(self, key: str, action: str) -> None:
        """`disable`, `enable`, `delete`, `restore` or `purge` somebody."""
        self.control("POST", f"users/{quote(key, safe='')}/{action}")

    def requests_by_template(self) -> dict[str, int]:
        """How often each call was made: `"GET /users 200"` to a number."""
        return dict(self.control("GET", "journal"))

    def forget_requests(self) -> None:
        """Begin to count anew."""
        self.control("DELETE", "journal")

    def close(self) -> None:
        """End it."""
        self._session.close()
        self._child.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
