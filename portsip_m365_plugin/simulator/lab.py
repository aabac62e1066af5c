"""The facade: starts and stops clouds, tenants and servers together."""

import json
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from portsip_m365_plugin.simulator import front
from portsip_m365_plugin.simulator.control.admin_center import AdminCenter
from portsip_m365_plugin.simulator.control.service import Control
from portsip_m365_plugin.simulator.exchange import Answer, Request
from portsip_m365_plugin.simulator.faults import Transport
from portsip_m365_plugin.simulator.realm import Realm
from portsip_m365_plugin.simulator.server import LoopbackServer
from portsip_m365_plugin.simulator.tls import LoopbackTls, make_tls
from portsip_m365_plugin.simulator.world.tenant import Tenant

DOMAINS = {
    "GLOBAL": "contoso.onmicrosoft.com",
    "CHINA": "contoso.partner.onmschina.cn",
    "USGOV": "contoso.onmicrosoft.us",
}
LAB_NAMES = {"GLOBAL": "LAB", "CHINA": "LABCN", "USGOV": "LABUS"}


class Simulator:
    """Microsoft's clouds on this machine, one port each, in threads of this process; a context manager.

    Args:
        users: People in the first tenant of each cloud.
        seed: The same seed makes the same tenants.
        clouds: some of ``GLOBAL``, ``CHINA`` and ``USGOV``.
        ports: A cloud's port; 0 or absent: any free one.
        contacts_per_mailbox: About half to twice as many per mailbox; None: 12, or none above 1,000 people.
        photo_share: Share of people with a picture, 0 to 1.
        tls: Certificates to use; None: those of this process.
    """

    def __init__(
        self,
        users: int = 500,
        seed: int = 1,
        clouds: tuple[str, ...] = ("GLOBAL", "CHINA"),
        *,
        ports: dict[str, int] | None = None,
        contacts_per_mailbox: int | None = None,
        photo_share: float = 0.66,
        tls: LoopbackTls | None = None,
    ) -> None:
        self._tls = tls or make_tls()
        self._realms = {cloud: Realm(cloud) for cloud in clouds}
        self._servers: list[LoopbackServer] = []
        self._origins: dict[str, str] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="m365-simulator-")
        self.ca_path = Path(self._folder.name, "ca.pem")
        self.ca_path.write_bytes(self._tls.ca_pem)
        ports = ports or {}
        for cloud, realm in self._realms.items():
            realm.others = [other for other in self._realms.values() if other is not realm]
            realm.add_tenant(users, seed, DOMAINS[cloud], contacts_per_mailbox, photo_share)
            application = _Application(realm)
            server = LoopbackServer(application, self._tls.server_context, ports.get(cloud, 0))
            pages = LoopbackServer(application, None)
            self._servers += [server, pages]
            self._origins[cloud] = f"https://127.0.0.1:{server.port}"
            realm.browser_origin = f"http://127.0.0.1:{pages.port}"

    def start(self) -> Self:
        """Start to answer."""
        for server in self._servers:
            server.start()
        return self

    def close(self) -> None:
        """Stop, drop every connection, remove the CA file."""
        for server in self._servers:
            server.close()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def clouds(self) -> tuple[str, ...]:
        """The clouds that run."""
        return tuple(self._realms)

    def origin(self, cloud: str = "GLOBAL") -> str:
        """Authority and Graph root of a cloud: ``https://127.0.0.1:PORT``."""
        return self._origins[cloud]

    def realm(self, cloud: str = "GLOBAL") -> Realm:
        """A cloud's state: settings, clock, limits, faults, journal, tenants."""
        return self._realms[cloud]

    def tenant(self, cloud: str = "GLOBAL") -> Tenant:
        """A cloud's first tenant."""
        return next(iter(self._realms[cloud].tenants.values()))

    def admin(self, cloud: str = "GLOBAL") -> AdminCenter:
        """What changes a cloud's first tenant."""
        return AdminCenter(self._realms[cloud].schema, self.tenant(cloud))

    def clouds_document(self) -> dict[str, dict[str, str]]:
        """What ``PORTSIP_M365_CLOUDS`` names: LAB (like GLOBAL), LABCN (CHINA), LABUS (GCC High) and LABDOD (DoD).

        As with Microsoft, LABUS and LABDOD share Entra, and only the name of Graph's host differs.
        """
        document = {
            LAB_NAMES[cloud]: {"authority": origin, "graph": origin, "like": cloud}
            for cloud, origin in self._origins.items()
        }
        if "USGOV" in self._origins:
            us = document[LAB_NAMES["USGOV"]]
            document["LABDOD"] = {**us, "graph": us["graph"].replace("127.0.0.1", "localhost")}
        return document

    def write_clouds_file(self, path: Path | str) -> None:
        """Write the operator's file of clouds."""
        Path(path).write_text(json.dumps(self.clouds_document(), indent=2) + "\n", encoding="utf-8")


class _Application:
    """Answers for one server: the control interface, or the cloud."""

    def __init__(self, realm: Realm) -> None:
        self._realm = realm
        self._control = Control(realm)

    def __call__(self, request: Request) -> tuple[Answer, Transport | None]:
        if request.segments[:1] == ["_control"]:
            return self._control.answer(request), None
        return front.answer(self._realm, request)
