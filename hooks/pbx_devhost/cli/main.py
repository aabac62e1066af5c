"""The command line of the reference host: everything the portal can do, for scripts and for tests.

The exit code is 0 only if the command did what was asked; otherwise one clear line is on stderr. The commands are in
the other modules of this package.
"""

from __future__ import annotations

import logging

import click

from pbx_devhost.cli import audit, callers, database, mail, plugins, runs, tenants, upkeep, users, workers
from pbx_devhost.cli.language import option, show
from pbx_devhost.cli.output import CliContext, OneLineGroup
from pbx_devhost.logs.formats import FORMATS, TEXT
from pbx_devhost.texts import _


@click.group(cls=OneLineGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--db", "url", default="sqlite:///pbx-devhost.db", envvar="PBX_DEVHOST_DB", show_default=True)
@option("--json", "as_json", is_flag=True, help=_("Print JSON."))
@option("--verbose", is_flag=True, help=_("Print the log on stderr."))
@option(
    "--log-format",
    type=click.Choice(FORMATS),
    default=TEXT,
    envvar="PBX_LOG",
    show_default=True,
    help=_("How the log is written on stderr."),
)
@click.option("--spoken", is_flag=True, hidden=True)
@option("--log-level", type=click.Choice(("debug", "info", "warning", "error")), help=_("What the log has."))
@click.pass_context
def main(
    context: click.Context,
    url: str,
    as_json: bool,
    verbose: bool,
    log_format: str,
    spoken: bool,
    log_level: str | None,
) -> None:
    """Hold what all commands share."""
    level = getattr(logging, log_level.upper()) if log_level else None
    context.obj = CliContext(url, as_json=as_json, verbose=verbose, log_format=log_format, log_level=level)
    context.obj.is_spoken = spoken
    context.call_on_close(context.obj.close)


show(main, "help", _("Run a small PBX core with its plugins."))

for _subject in (tenants, plugins, runs, workers, audit, users, callers, mail, database, upkeep):
    _subject.add_commands(main)
