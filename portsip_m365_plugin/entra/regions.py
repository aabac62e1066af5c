"""In which of the clouds a directory is, found before anybody signs in.

Each cloud's Entra publishes the document of its own directories, to anybody. A name or an id can be a directory in two
clouds (21vianet.com is, for example): then an administrator has to choose. GCC High and DoD share Entra, and only
`msgraph_host` in the document distinguishes them; a directory of GCC is in GLOBAL.

Sources: OpenID Connect on the Microsoft identity platform (read 2026-11); Microsoft Entra authentication & national
clouds (2025-01-15); Microsoft Graph national cloud deployments (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.entra.aadsts import EntraRefusal, RefusalKind
from portsip_m365_plugin.entra.discovery import Directory, find_directory
from portsip_m365_plugin.entra.transport import FormAnswer

_OUTAGES = (RefusalKind.UNREACHABLE, RefusalKind.TRANSIENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A directory in a cloud."""

    cloud: Cloud
    directory: Directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What the clouds answered."""

    places: tuple[Place, ...]
    """Where the directory is. More than one: an administrator has to choose."""
    silent: tuple[str, ...]
    """Hosts of Entra that did not answer. The directory may be there too."""
    strange: tuple[str, ...]
    """Hosts of Graph that serve the directory and belong to no cloud of this PBX."""


def search_clouds(
    domain_or_id: str, clouds: Iterable[Cloud], *, ask: Callable[[str], FormAnswer] | None = None
) -> Search:
    """Ask the Entra of every cloud for a directory. Cost: one request for each Entra, all at the same time.

    Args:
        domain_or_id: As the administrator typed it.
        clouds: Where to look.
        ask: Fetches a document, on any thread; tests pass their own.
    """
    by_authority: dict[str, list[Cloud]] = {}
    for cloud in clouds:
        by_authority.setdefault(cloud.authority, []).append(cloud)
    groups = list(by_authority.values())
    with ThreadPoolExecutor(max_workers=max(1, len(groups))) as pool:
        answers = list(pool.map(lambda group: find_directory(group[0], domain_or_id, ask=ask), groups))
    places: list[Place] = []
    silent: list[str] = []
    strange: list[str] = []
    for group, answer in zip(groups, answers, strict=True):
        if isinstance(answer, EntraRefusal):
            if answer.kind in _OUTAGES:
                silent.append(urlsplit(group[0].authority).hostname or group[0].authority)
            continue
        serving = _choose_serving(group, answer)
        places += [Place(cloud=cloud, directory=answer) for cloud in serving]
        if not serving:
            strange.append(answer.graph_host)
    return Search(places=tuple(places), silent=tuple(silent), strange=tuple(strange))


def find_serving(cloud: Cloud, directory: Directory, clouds: Iterable[Cloud]) -> Cloud:
    """Return the cloud with the same Entra whose Graph serves a directory; the given one if none is known to."""
    if directory.is_served_by(cloud):
        return cloud
    beside = (other for other in clouds if other.authority == cloud.authority and directory.is_served_by(other))
    return next(beside, cloud)


def _choose_serving(group: list[Cloud], directory: Directory) -> list[Cloud]:
    """The clouds of one Entra whose Graph serves the directory; an operator's addresses are the operator's."""
    serving = [cloud for cloud in group if directory.is_served_by(cloud)]
    return serving or [cloud for cloud in group if not cloud.is_microsofts]
