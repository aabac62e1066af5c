"""A command of the host loads what it needs: each start is paid by whoever types a command, and by each cron job."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAVY = {
    "PIL": "pictures",
    "alembic": "the upgrade of a database",
    "jinja2": "pages",
    "msal": "the plugin",
    "phonenumbers": "the plugin, and the search for a caller",
    "portsip_m365_plugin": "commands that ask a plugin",
    "procrastinate": "workers on PostgreSQL",
    "prometheus_client": "runs, mail and workers, which count",
    "psycopg": "PostgreSQL",
    "requests": "the plugin",
    "sqlalchemy.dialects.postgresql": "PostgreSQL",
    "structlog": "a log for programs",
}
"""Modules that take long to load, and what needs them."""
PROGRAM = """
import sys
from pbx_devhost.__main__ import main
try:
    main()
finally:
    print("loaded:", *sys.modules, file=sys.stderr)
"""


def test_a_command_loads_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    def run(*arguments: str) -> set[str]:
        command = [sys.executable, "-c", PROGRAM, "--db", f"sqlite:///{tmp_path}/pbx.db", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        return set(done.stderr.partition("loaded: ")[2].split())

    run("tenant", "add", "Contoso")
    loaded = run("tenant", "list")
    assert "sqlalchemy.dialects.sqlite" in loaded
    assert {name: HEAVY[name] for name in HEAVY if name in loaded} == {}
