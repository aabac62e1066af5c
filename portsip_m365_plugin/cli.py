"""The command line `portsip-m365`."""

from __future__ import annotations

import click

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Microsoft 365 for the PortSIP PBX: a demo without Microsoft, and tools for a PBX that has the plugin."""
