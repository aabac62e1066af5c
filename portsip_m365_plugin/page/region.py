"""The region on the PERMISSIONS tab: its words, and finding it when an administrator asks for that.

Nothing is changed behind the administrator's back: the region is found only for somebody who chose to have it found,
the answer says which one it is, and where two clouds have the directory the administrator chooses.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pbx_plugin_api import FieldError
from portsip_m365_plugin.clouds import Cloud, CloudFileError, load_clouds
from portsip_m365_plugin.config.connection import ConnectionConfig
from portsip_m365_plugin.config.fields import FIND_CLOUD
from portsip_m365_plugin.config.writer import Draft
from portsip_m365_plugin.entra.regions import Search, search_clouds

_LABELS: Final = {
    FIND_CLOUD: "Find it from the directory",
    "CHINA": "CHINA (operated by 21Vianet)",
    "GCC_HIGH": "GCC High (US Government)",
    "DOD": "DoD (US Government)",
}


def label_region(name: str) -> str:
    """Return how the page names a cloud."""
    return _LABELS.get(name, name)


def list_regions(stored: ConnectionConfig) -> dict[str, str]:
    """Return the choices of the field: label by word."""
    try:
        clouds = tuple(load_clouds())
    except CloudFileError:
        clouds = ("GLOBAL", "CHINA", "GCC_HIGH", "DOD")
    return {name: label_region(name) for name in (FIND_CLOUD, *clouds, stored.cloud_name)}


def find_region(draft: Draft, before: ConnectionConfig) -> Draft | FieldError:
    """Replace `FIND_CLOUD` by the region of the directory, and a domain by the directory's id.

    Args:
        draft: The settings as they would be; the region is to be found.
        before: The connection so far.

    Returns:
        The settings with the region, and a note that names it. Or why there is no single answer.
    """
    wanted = draft.config.connection.entra_tenant_id
    if not wanted:  # nothing to find yet
        unchanged = draft.with_values({"national_cloud": before.cloud_name})
        return replace(unchanged, given=unchanged.given - {"national_cloud"})
    try:
        clouds = load_clouds().values()
    except CloudFileError as error:
        message = f"The operator's file of clouds cannot be used: {error}. Choose the region yourself."
        return FieldError(field="national_cloud", message=message)
    search = search_clouds(wanted, clouds)
    if len(search.places) != 1:
        return FieldError(
            field="national_cloud" if search.places else "directory_id", message=explain_search(wanted, search)
        )
    cloud, directory_id = search.places[0].cloud, search.places[0].directory.entra_tenant_id
    found = draft.with_values({"national_cloud": cloud.name, "directory_id": directory_id})
    note = f"The directory is in the region {label_region(cloud.name)}; its ID is {directory_id}."
    return replace(found, given=found.given | {"directory_id"}, note=note)


def point_to_region(wanted: str, chosen: Cloud) -> str:
    """Return a sentence that names the region of a directory that the chosen cloud does not know; empty if unknown."""
    try:
        others = [cloud for cloud in load_clouds().values() if cloud.authority != chosen.authority]
    except CloudFileError:
        return ""
    search = search_clouds(wanted, others)
    if not search.places:
        return ""
    names = " or ".join(label_region(place.cloud.name) for place in search.places)
    return (
        f"It is a directory of another Microsoft cloud: choose the region {names}, and register the application there."
    )


def explain_search(wanted: str, search: Search) -> str:
    """Return why a search has no single answer, and what to do."""
    if search.places:
        named = " and in ".join(
            f"{label_region(place.cloud.name)} (ID {place.directory.entra_tenant_id})" for place in search.places
        )
        return f"{wanted} is a directory in {named}. Choose the region that your organisation's accounts are in."
    if search.strange:
        host = search.strange[0]
        return (
            f"{wanted} is served by {host}, and this PBX knows no region with that host. Ask the operator to add the"
            " cloud, or choose the region yourself."
        )
    if search.silent:
        hosts = ", ".join(search.silent)
        return (
            f"No region knows {wanted}, and {hosts} did not answer. Check the spelling and this PBX's way to the"
            " internet, or choose the region yourself."
        )
    return f"No region of Microsoft's knows {wanted}. Check the spelling."
