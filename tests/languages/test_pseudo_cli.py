"""The command line `portsip-m365` in a language that nobody speaks: no plain English but names, codes and data."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from portsip_m365_plugin import cli, terminal
from portsip_m365_plugin.permissions import PERMISSIONS
from tests.support.check_scene import GROUP, Scene, open_scene
from tests.support.lab import Lab, shared_lab
from tests.support.plain_english import find_plain
from tests.support.pseudo_language import PSEUDO, install

HELP = """
import pbx_plugin_api.texts
from tests.support import pseudo_language
pbx_plugin_api.texts.find_catalogue = pseudo_language.find_catalogue
import click
from portsip_m365_plugin.cli import main
for command in (main, *main.commands.values()):
    print(command.help)
    for each in command.params:
        if isinstance(each, click.Option):
            print(each.help or "")
"""
WORDS = ("T", "WHO", "--once")


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    yield from shared_lab(users=60)


@pytest.fixture
def scene(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    yield from open_scene(lab, tmp_path, monkeypatch)


def speak(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    monkeypatch.setattr(terminal, "_LANGUAGE", PSEUDO)
    monkeypatch.setattr(terminal, "IS_TRANSLATED", True)
    monkeypatch.setenv("LC_ALL", PSEUDO)
    monkeypatch.setenv("COLUMNS", "5000")


def run(scene: Scene, command: str, *arguments: str) -> list[str]:
    ran = CliRunner().invoke(
        cli.main, [command, scene.world.tenant.name, *arguments, "--db", scene.world.pbx.stores.database.url]
    )
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    return ran.output.splitlines()


def data(scene: Scene) -> set[str]:
    known = {item.name for item in PERMISSIONS} | {scene.mailbox, "GLOBAL", "LAB", "PBX", "Contoso", GROUP}
    known |= {"localhost", "pbx.example.com", "sbc.example.com", "ada@customer.example", scene.lab.tenant().domain}
    for person in scene.lab.tenant().directory.order:
        for value in person.props.values():
            if isinstance(value, str):
                known |= {value, value[:128], value[:20]}
    with scene.host() as host:
        known |= {user.username for user in host.users.linked()}
    return known


def test_every_help_is_translated() -> None:
    environment = {**os.environ, "LC_ALL": PSEUDO}
    ran = subprocess.run(
        [sys.executable, "-c", HELP], env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    lines = [line for line in ran.stdout.splitlines() if line]
    assert len(lines) > 15
    assert find_plain(lines) == []


def test_what_a_person_reads_is_in_the_language_of_the_terminal(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    speak(monkeypatch)
    shown = {
        "doctor": run(scene, "doctor"),
        "plan": run(scene, "plan"),
        "sync": run(scene, "sync", "--confirm-first-plan"),
        "explain": run(scene, "explain", "nobody@contoso.example"),
        "send-test": run(scene, "send-test", "--to", "ada@customer.example"),
    }
    assert all(shown.values()), shown
    known = data(scene) | {"nobody@contoso.example"}
    found = [line for command, lines in shown.items() for line in find_plain(lines, known, command)]
    assert not found, "\n".join(found)


def test_json_is_the_same_in_every_language(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    english = json.loads("\n".join(run(scene, "explain", "nobody@contoso.example", "--json")))
    speak(monkeypatch)
    assert json.loads("\n".join(run(scene, "explain", "nobody@contoso.example", "--json"))) == english
