"""The command line speaks the language of LANG: help, tables, sentences, refusals, questions. JSON stays as it is."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pbx_devhost.cli import language, views
from pbx_devhost.cli.language import Spoken, speak_as_asked
from pbx_devhost.cli.main import main
from pbx_devhost.core import Pbx
from pbx_devhost.portal import server
from pbx_devhost.store.sealing.keys import KEY_VARIABLE
from pbx_plugin_api import Catalogue, Counts, PlanRef, dump, translate
from tests.support import pseudo_language
from tests.support.devhost_cli import Cli
from tests.support.mail_samples import make_note
from tests.support.pseudo_language import PSEUDO, mark, plain_words

# What is the same in every language: codes and names that people and scripts type.
CODES = {"queued", "deferred", "dead", "normal", "urgent", "bad", "warning", "loaded", "disabled", "sqlite", "https"}
DATA = {"amy", "not", "address"}
FIELDS = {"name", "username", "email", "enabled", "password", "country", "runs", "problems", "notices", "audit", "mail"}


def commands(group: click.Group, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, group
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)
        else:
            yield (*path, name), command


COMMANDS = dict(commands(main))


@pytest.fixture
def cli(real_cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    pseudo_language.install(monkeypatch)
    return real_cli


@pytest.fixture
def real_cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cli]:
    """With the languages that there are."""
    monkeypatch.setenv(KEY_VARIABLE, base64.b64encode(bytes(range(32))).decode())
    yield Cli(f"sqlite:///{tmp_path / 'pbx.db'}")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    speak_as_asked()


def fill(cli: Cli) -> None:
    cli.ok("tenant", "add", "Contoso")
    cli.ok("plugins", "disable", "m365", "--yes")
    cli.ok("user", "add", "Contoso", "amy", "--display-name", "Amy Lee", "--email", "amy@contoso.example")
    cli.ok("notify", "Contoso", "--to", "amy@contoso.example", "--subject", "Hi", "--text", "x", "--id", "n1")
    pbx = Pbx(cli.url)  # the command refuses such an address; other parts of a PBX may queue one
    try:
        note = make_note(notification_id="n2", to=("not an address",), created_at_utc=datetime.now(timezone.utc))
        pbx.stores.outbox.put(pbx.stores.tenants.find("Contoso").pbx_tenant_id, note)
    finally:
        pbx.close()


def names_of(command: click.Command) -> set[str]:
    """What a help shows that people type: names of commands and options, choices, defaults."""
    shown = " ".join(command.commands) if isinstance(command, click.Group) else ""
    for parameter in command.params:
        shown += " ".join([*parameter.opts, *parameter.secondary_opts, f" {parameter.metavar} {parameter.default}"])
        if isinstance(parameter.type, click.Choice):
            shown += " " + " ".join(map(str, parameter.type.choices))
    return set(re.findall(r"[a-z]+", shown))


def test_every_help_is_in_the_language_of_the_terminal(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    english = {path: cli.ok(*path, "--help").out for path in COMMANDS}
    monkeypatch.setenv("LC_ALL", f"{PSEUDO}.UTF-8")
    plain = {}
    for path, command in COMMANDS.items():
        usage, *lines = cli.ok(*path, "--help").out.splitlines()
        assert usage.startswith("Ŭşȧɠḗ: ")
        plain[path] = plain_words("\n".join(lines)) - names_of(command)
    assert {path: words for path, words in plain.items() if words} == {}
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert {path: cli.ok(*path, "--help").out for path in COMMANDS} == english, "and back again"


ANSWERS = """
tenant list | users Contoso | contacts Contoso | notices Contoso --all | runs Contoso | outbox Contoso | plugins
workers | nights | nights --spread-minutes 1 | retention | retention apply | db status | db upgrade | smtp | smtp clear
system address | system address https://pbx.example | secrets rotate-key | who Contoso anonymous | who Contoso 101
who Contoso 999 | who Contoso +4930123456 | user add Contoso zoe | user edit Contoso amy email=a@b.example
user password Contoso amy --password long-enough-1 | user delete Contoso zoe --yes | user welcome Contoso amy
admin set-password Contoso --password long-enough-1 | admin set-email Contoso a@b.example
tenant set Contoso --language de | plugins enable m365 --tenant Contoso | plugins enable m365 | plugins disable m365
notify Contoso --to amy@contoso.example --id n3 | notify Contoso --to amy@contoso.example --id n3
outbox resend Contoso --all-dead | tick | erase Contoso amy
"""


def lines_of(text: str) -> list[list[str]]:
    return [line.split() for line in text.replace("\n", "|").split("|") if line.strip()]


def test_every_answer_is_in_the_language_of_the_terminal(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(cli)
    monkeypatch.setenv("LC_ALL", f"{PSEUDO}.UTF-8")
    plain = {}
    for arguments in lines_of(ANSWERS):
        shown = cli.ok(*arguments).out
        plain[" ".join(arguments)] = plain_words(shown) - set(re.findall("[a-z]+", " ".join(arguments))) - CODES - DATA
    assert {line: words for line, words in plain.items() if words} == {}


@pytest.mark.parametrize(("language", "of_mail", "of_audit"), [("de", "Betreff", "Worüber"), ("zh_CN", "主题", "对象")])
def test_a_subject_of_mail_and_one_of_the_audit_log_have_their_own_words(
    real_cli: Cli, monkeypatch: pytest.MonkeyPatch, language: str, of_mail: str, of_audit: str
) -> None:
    cli = real_cli
    fill(cli)
    for command in ("outbox", "notices", "audit"):
        assert "subject" in cli.ok(command, "Contoso").out.splitlines()[0].split("\t"), "English: as in JSON"
        assert all("subject" in row for row in json.loads(cli.ok("--json", command, "Contoso").out))
    monkeypatch.setenv("LC_ALL", f"{language}.UTF-8")
    for command, word in (("outbox", of_mail), ("notices", of_mail), ("audit", of_audit)):
        headings = cli.ok(command, "Contoso").out.splitlines()[0].split("\t")
        assert {of_mail, of_audit} & {*headings} == {word}, command


REFUSALS = """
runs Contoso --limit many
users Nobody | tenant add Contoso | tenant add X --country Germany | tenant add X --user-limit many | tenant add
tenant add X --rest-days -5 | user add Contoso amy | user add Contoso a:b | user edit Contoso nobody email=x@y.example
user edit Contoso amy x | user edit Contoso amy enabled=perhaps | user welcome Contoso nobody
user password Contoso amy --password short | admin set-email Contoso none | admin set-email Contoso a@b.example
contacts Contoso --user amy | contacts Contoso --user nobody | contacts Contoso --user amy --company
outbox resend Contoso | outbox resend Contoso nobody | outbox drop Contoso nobody | retention set runs=0
retention set problems=366 | retention set nobody=1 | plugins enable nobody | settings get Contoso | tick --force
tick --at never | audit Contoso --day never | erase Contoso nobody | plan-rows Contoso nobody | secrets new-key
serve --host 0.0.0.0 | serve --tls-key setup.py | db nobody | users Contoso --nobody | db backup pyproject.toml
system address ftp://x | action Contoso nobody
"""


def test_every_refusal_is_in_the_language_of_the_terminal(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(cli)
    monkeypatch.setenv("LC_ALL", f"{PSEUDO}.UTF-8")
    plain = {}
    for arguments in lines_of(REFUSALS):
        result = cli(*arguments)
        assert result.code != 0, arguments
        typed = set(re.findall("[a-z]+", " ".join(arguments)))
        plain[" ".join(arguments)] = plain_words(result.err) - typed - FIELDS - CODES
    assert {line: words for line, words in plain.items() if words} == {}


def test_what_mail_says_is_in_the_language_of_the_terminal(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(cli)
    monkeypatch.setenv("LC_ALL", f"{PSEUDO}.UTF-8")
    shown = cli.ok("deliver").out
    assert shown == f"1 {mark('deferred')}.\n"
    assert mark("No plugin delivers mail for this tenant.") in cli.ok("outbox", "Contoso").out
    assert plain_words(cli.ok("notices", "Contoso").out) == set()


def test_json_is_the_same_in_every_language(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(cli)
    cli.ok("deliver")
    read = """tenant list | users Contoso | notices Contoso --all | outbox Contoso | plugins | retention | db status
    audit Contoso | runs Contoso | system address | who Contoso 101 | smtp | nights"""
    english = {tuple(line): cli.ok(*line, "--json").out for line in lines_of(read)}
    monkeypatch.setenv("LC_ALL", f"{PSEUDO}.UTF-8")
    assert {tuple(line): cli.ok(*line, "--json").out for line in lines_of(read)} == english
    assert "No plugin delivers mail for this tenant." in english["outbox", "Contoso"]
    assert not any('"type": "Text"' in shown for shown in english.values())


def test_questions_are_asked_in_the_language_of_the_terminal(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(cli)
    monkeypatch.setenv("LC_ALL", f"{PSEUDO}.UTF-8")
    asked = CliRunner().invoke(
        main, ["--db", cli.url, "admin", "set-password", "Contoso"], input="ONE LONG\nOTHER\nONE LONG\nONE LONG\n"
    )
    assert plain_words(asked.output) == set()
    assert asked.output.count(f"{mark('Password')}: ") == 2
    assert mark("Error: The two entered values do not match.") in asked.output


def test_a_terminal_of_a_language_that_does_not_exist_speaks_english(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(cli)
    english = cli.ok("db", "status").out
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert cli.ok("db", "status").out == english
    assert cli.ok("db", "--help").out.startswith("Usage: ")


def test_the_english_of_a_country_needs_no_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most machines say en_US: their commands must not load a catalogue, nor click's words."""
    monkeypatch.setattr(language, "_spoken", ["en"])
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    speak_as_asked()
    assert language._spoken == ["en"]


def test_a_plan_is_printed_in_english_or_as_another_version_wrote_it() -> None:
    now = datetime(2026, 11, 26, tzinfo=timezone.utc)
    plan = PlanRef(checksum="x", made_at_utc=now, counts=Counts(), why=Catalogue("x").say("{n} users go.", n=3))
    assert views._show_plan(json.dumps(dump(plan)))["why"] == "3 users go."
    assert views._show_plan(json.dumps({"checksum": "x", "new": 1})) == {"checksum": "x", "new": 1}
    assert views._show_plan(None) is None


def test_a_portal_says_where_people_sign_in(cli: Cli) -> None:
    cli.ok("tenant", "add", "Contoso")
    pbx = Pbx(cli.url)
    try:
        for has_admin in (False, True):
            if has_admin:
                pbx.stores.accounts.set_admin_password(pbx.stores.tenants.all()[0].pbx_tenant_id, "admin", "x" * 20)
            lines = server._reached_at(pbx)
            assert plain_words(" ".join(translate(lines, PSEUDO))) - {"contoso"} == set()
            assert ("(no administrator yet)" in lines[0]) != has_admin
    finally:
        pbx.close()


def test_a_list_of_commands_is_cut_by_its_width_where_there_are_no_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    speak_as_asked()
    command = Spoken("x", help="打印租户的审计日志。最新的排在最前面。")
    assert command.get_short_help_str(40) == "打印租户的审计日志"
    assert command.get_short_help_str(12) == "打印租户的…"
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    speak_as_asked()
    assert Spoken("x", help="Print it. Newest first.").get_short_help_str(40) == "Print it."
