"""The region on the PERMISSIONS tab: its words, and finding it when an administrator asks for that.

Nothing is changed behind the administrator's back: the region is found only for somebody who chose to have it found,
the answer says which one it is, and where two clouds have the directory the administrator chooses.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pbx_plugin_api import FieldError, listing
from portsip_m365_plugin.clouds import Cloud, CloudFileError, load_clouds
from portsip_m365_plugin.config.connection import ConnectionConfig
from portsip_m365_plugin.config.fields import FIND_CLOUD
from portsip_m365_plugin.config.writer import Draft
from portsip_m365_plugin.entra.regions import Search, search_clouds
from portsip_m365_plugin.texts import _, _n

_LABELS: Final = {
    FIND_CLOUD: _("Find it from the directory"),
    "CHINA": _("CHINA (operated by 21Vianet)"),
    "GCC_HIGH": _("GCC High (US Government)"),
    "DOD": _("DoD (US Government)"),
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
        message = _(
            "The operator's file of clouds cannot be used: {error}. Choose the region yourself.", error=error.text
        )
        return FieldError(field="national_cloud", message=message)
    search = search_clouds(wanted, clouds)
    if len(search.places) != 1:
        return FieldError(
            field="national_cloud" if search.places else "directory_id", message=explain_search(wanted, search)
        )
    cloud, directory_id = search.places[0].cloud, search.places[0].directory.entra_tenant_id
    found = draft.with_values({"national_cloud": cloud.name, "directory_id": directory_id})
    note = _(
        "The directory is in the region {region}; its ID is {id}.", region=label_region(cloud.name), id=directory_id
    )
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
    return _n(
        "It is a directory of another Microsoft cloud: choose the region {regions}, and register the application"
        " there.",
        "It is a directory of other Microsoft clouds: choose one of the regions {regions}, and register the application"
        " there.",
        len(search.places),
        regions=listing(label_region(place.cloud.name) for place in search.places),
    )


def explain_search(wanted: str, search: Search) -> str:
    """Return why a search has no single answer, and what to do."""
    if search.places:
        places = [
            _("{region} (ID {id})", region=label_region(place.cloud.name), id=place.directory.entra_tenant_id)
            for place in search.places
        ]
        return _(
            "{domain} is a directory in several regions: {regions}. Choose the region that your organisation's accounts"
            " are in.",
            domain=wanted,
            regions=listing(places),
        )
    if search.strange:
        return _(
            "{domain} is served by {host}, and this PBX knows no region with that host. Ask the operator to add the"
            " cloud, or choose the region yourself.",
            domain=wanted,
            host=search.strange[0],
        )
    if search.silent:
        return _(
            "No region knows {domain}, and {hosts} did not answer. Check the spelling and this PBX's way to the"
            " internet, or choose the region yourself.",
            domain=wanted,
            hosts=listing(search.silent),
        )
    return _("No region of Microsoft's knows {domain}. Check the spelling.", domain=wanted)
