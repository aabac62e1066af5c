"""The simulated Microsoft 365 as a program, and what an administrator does there."""

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

CLOUD: Final = "LAB"
"""Name of the simulator in the file of clouds."""

_TIMEOUT_S: Final = 60.0


class SimulatedMicrosoft:
    """One cloud with one tenant. A context manager.

    Args:
        folder: Where the certificate authority and the file of clouds are written.
        users: How many people the tenant has.
        contacts: About how many contacts are in each mailbox; None lets the simulator choose.
        seed: The same seed makes the same tenant.
    """

    def __init__(self, folder: Path, *, users: int, contacts: int | None = None, seed: int = 1) -> None:
        ca, clouds = folder / "ca.pem", folder / "clouds.json"
        self.environment: Mapping[str, str] = {"REQUESTS_CA_BUNDLE": str(ca), "PORTSIP_M365_CLOUDS": str(clouds)}
        """Variables by which the plugin finds the simulator."""
        command = [sys.executable, "-m", "portsip_m365_plugin.simulator", "--json", "--only", "GLOBAL"]
        command += ["--users", str(users), "--seed", str(seed), "--write-ca", str(ca), "--write-clouds", str(clouds)]
        command += ["--contacts", str(contacts)] if contacts is not None else []
        self._child = Child(command, {})
        cloud = json.loads(self._child.first_line())["clouds"]["GLOBAL"]
        self.domain, self.tenant_id = str(cloud["domain"]), str(cloud["tenant_id"])
        self.origin, self.pages = str(cloud["origin"]), str(cloud["pages"])
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = str(ca)

    def control(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Use the simulator's control interface.

        Raises:
            requests.HTTPError: The simulator refused the request.
        """
        answer = self._session.request(method, f"{self.origin}/_control/{path}", json=body, timeout=_TIMEOUT_S)
        answer.raise_for_status()
        return answer.json()

    def register_app(self, **fields: Any) -> str:
        """Register an app and return its client id."""
        return str(self.control("POST", "apps", fields)["client_id"])

    def people(self) -> list[dict[str, Any]]:
        """All people, as they are now."""
        return list(self.control("GET", "users")["users"])

    def create(self, **properties: Any) -> dict[str, Any]:
        """Create a person. Properties are named as in Graph."""
        return dict(self.control("POST", "users", properties))

    def change(self, key: str, **properties: Any) -> None:
        """Change a person."""
        self.control("PATCH", f"users/{quote(key, safe='')}", properties)

    def act(self, key: str, action: str) -> None:
        """`disable`, `enable`, `delete`, `restore` or `purge` a person."""
        self.control("POST", f"users/{quote(key, safe='')}/{action}")

    def requests_by_template(self) -> dict[str, int]:
        """How often each call was made: a number for `"GET /users 200"`, and so on."""
        return dict(self.control("GET", "journal"))

    def forget_requests(self) -> None:
        """Start counting from zero."""
        self.control("DELETE", "journal")

    def close(self) -> None:
        """End the simulator."""
        self._session.close()
        self._child.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
