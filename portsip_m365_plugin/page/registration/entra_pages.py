"""Links to the pages of the Entra admin center on which the set-up is done, in the cloud that was chosen."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from pbx_plugin_api import Link
from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.config.connection import ConnectionConfig
from portsip_m365_plugin.texts import _

APP_NAME: Final = "PortSIP PBX"
"""What the application is called in Entra, unless somebody chooses another name."""


class EntraPage(StrEnum):
    """A page of one app registration, as the admin center names it in its addresses."""

    OVERVIEW = "Overview"
    AUTHENTICATION = "Authentication"
    CREDENTIALS = "Credentials"
    PERMISSIONS = "CallAnAPI"


def link_to_registrations(cloud: Cloud | None) -> Link | None:
    """Return the list of app registrations; None where the cloud has no known admin center."""
    if cloud is None or not cloud.admin_center:
        return None
    url = f"{cloud.admin_center}/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade"
    return Link(label=_("Open App registrations in Entra"), url=url)


def link_to_app(cloud: Cloud | None, connection: ConnectionConfig, page: EntraPage, label: str) -> Link | None:
    """Return one page of the application; the list of registrations while its ID is not known."""
    if cloud is None or not cloud.admin_center or not connection.client_id:
        return link_to_registrations(cloud)
    menu = f"{cloud.admin_center}/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade"
    return Link(label=label, url=f"{menu}/~/{page.value}/appId/{connection.client_id}/isMSAApp~/false")
