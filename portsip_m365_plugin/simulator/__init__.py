"""Entra ID and Microsoft Graph on loopback, for demo and tests: an island that imports nothing of the plugin."""

from portsip_m365_plugin.simulator.lab import Simulator

__all__ = ["Simulator"]
