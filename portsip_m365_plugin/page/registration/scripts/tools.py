"""How the tools of Microsoft call each cloud.

Sources (read 2026-11): Azure CLI, `az cloud list`; Microsoft Graph PowerShell, "Use national cloud environments";
Exchange Online PowerShell, `Connect-ExchangeOnline -ExchangeEnvironmentName`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from portsip_m365_plugin.clouds import CHINA, DOD, GCC_HIGH, GLOBAL, Cloud


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolNames:
    """The names of one cloud."""

    azure_cli: str
    """For `az cloud set`."""
    graph_powershell: str
    """For `Connect-MgGraph -Environment`."""
    exchange_powershell: str
    """For `Connect-ExchangeOnline -ExchangeEnvironmentName`."""


_TOOLS: Final = {
    GLOBAL.name: ToolNames(azure_cli="AzureCloud", graph_powershell="Global", exchange_powershell="O365Default"),
    CHINA.name: ToolNames(azure_cli="AzureChinaCloud", graph_powershell="China", exchange_powershell="O365China"),
    GCC_HIGH.name: ToolNames(
        azure_cli="AzureUSGovernment", graph_powershell="USGov", exchange_powershell="O365USGovGCCHigh"
    ),
    DOD.name: ToolNames(azure_cli="AzureUSGovernment", graph_powershell="USGovDoD", exchange_powershell="O365USGovDoD"),
}


def name_tools(cloud: Cloud) -> ToolNames:
    """Return the names of a cloud. The operator's own clouds have to be added to the tools under their own names."""
    own = ToolNames(azure_cli=cloud.name, graph_powershell=cloud.name, exchange_powershell=cloud.name)
    return _TOOLS.get(cloud.name, own)
