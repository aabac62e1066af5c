"""What command lines write fits each terminal: long Chinese lines, few letters, brackets in names; JSON is English."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from pbx_plugin_api import Counts, PlanRef, Text
from portsip_m365_plugin import cli, terminal
from portsip_m365_plugin.demo.devhost import DevHost
from portsip_m365_plugin.demo.show import Terminal, plan_table
from portsip_m365_plugin.demo.story import Sync
from portsip_m365_plugin.texts import _

LONG = "用户：无需更改。未同步：五人在微软已禁用、两个来宾、两人没有名字和姓氏。联系人：新增三百个；已读取三十个邮箱。"
PRINT = """
import sys
sys.argv = ["x"]
import {package}.__main__ as program, {package}.cli{module} as commands
def run(): print("„ä“ 联系人 \\N{{GRINNING FACE}}")
commands.main = run
program.main()
"""


def test_a_table_ends_long_lines_and_loses_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    facts = [
        {"label": LONG, "value": LONG, "severity": "plain"},
        {"label": "[/b]", "value": "[red]", "severity": "bad"},
    ]
    cli._print_facts(facts)
    shown = capsys.readouterr().out
    assert "…" not in shown
    assert "[/b]" in shown
    assert "[red]" in shown
    left = "".join(line.split("│")[1].strip() for line in shown.splitlines() if line.count("│") == 3)
    assert left.startswith(LONG)


def test_a_plan_with_a_reason_in_brackets(capsys: pytest.CaptureFixture[str]) -> None:
    plan = PlanRef(checksum="0" * 64, made_at_utc=None, counts=Counts(created=1), guarded=0, why="")  # type: ignore[arg-type]
    Console(width=30).print(plan_table(plan, {"odd [/b] reason" + LONG: 2}))
    shown = capsys.readouterr().out
    assert "…" not in shown
    assert "[/b]" in shown


def test_a_sync_of_the_demo_is_written_as_in_its_language(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "_LANGUAGE", "zh-Hans")
    monkeypatch.setattr(terminal, "IS_TRANSLATED", True)
    done = Sync(title=_("First import"), message="[/b]已新建 32 个。", requests=4, seconds=1.5, counts={}, problems={})
    Terminal(Console(width=200)).show_sync(done)
    assert capsys.readouterr().out == "首次导入：[/b]已新建 32 个。向 Microsoft Graph 发送了 4 次请求，1.5 秒。\n"


@pytest.mark.parametrize(("package", "module"), [("pbx_devhost", ".main"), ("portsip_m365_plugin", "")])
def test_a_terminal_without_these_letters_shows_their_codes(package: str, module: str) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    script = PRINT.format(package=package, module=module)
    ran = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, timeout=60, check=True)
    assert ran.stdout == b"\\u201e\xe4\\u201c \\u8054\\u7cfb\\u4eba \\U0001f600\n"


def test_a_failure_is_english_in_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    given: list[dict[str, str]] = []
    monkeypatch.setattr(
        "portsip_m365_plugin.demo.devhost.start", lambda command, environment: given.append(environment)
    )
    pbx = DevHost("sqlite:///none.db")
    for in_english in (True, False):
        with pytest.raises(AttributeError):  # there is no process
            pbx.try_run("plugins", in_english=in_english)
    assert [each["LC_ALL"] for each in given] == ["C.UTF-8", "de_DE.UTF-8"]
    assert {each["PYTHONIOENCODING"] for each in given} == {"utf-8"}


def test_what_was_stored_before_its_sentence_had_a_plural_is_right() -> None:
    many, one = (Text("{n:,} would be created", {"n": n}, domain="portsip_m365_plugin") for n in (32, 1))
    assert many.in_language("de") == "32 würden angelegt"
    assert one.in_language("de") == "1 würde angelegt"
    assert json.loads(json.dumps(many.as_shape())) == many.as_shape()


@pytest.mark.parametrize(("language", "hint"), [("de_DE", "Hilfe: '"), ("zh_CN", "可查看帮助。")])
def test_clicks_hint_is_in_the_language(language: str, hint: str) -> None:
    command = [sys.executable, "-m", "portsip_m365_plugin", "explain", "T"]
    environment = {**os.environ, "LC_ALL": f"{language}.UTF-8", "PYTHONIOENCODING": "utf-8"}
    ran = subprocess.run(command, env=environment, capture_output=True, timeout=60, encoding="utf-8", check=False)
    assert ran.returncode == 2
    assert hint in ran.stderr
    assert not set(ran.stderr.split()) & {"Try", "for", "Missing", "Usage:"}


@pytest.mark.parametrize(
    ("language", "line"), [("de_DE", "Datei '/nope' gibt es nicht."), ("zh_CN", "文件 '/nope' 不存在。")]
)
def test_what_an_option_takes_has_a_word(language: str, line: str) -> None:
    command = [sys.executable, "-m", "pbx_devhost", "serve", "--tls-cert", "/nope"]
    environment = {**os.environ, "LC_ALL": f"{language}.UTF-8", "PYTHONIOENCODING": "utf-8"}
    ran = subprocess.run(command, env=environment, capture_output=True, timeout=60, encoding="utf-8", check=False)
    assert ran.returncode == 2
    assert ran.stderr.rstrip().endswith(line)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--users", "many"), "Ganzzahl"),
        (("--users", "99999999999"), "liegt nicht im Bereich x<=1000000"),
        (("--keep", "/proc/nowhere"), "--keep: /proc/nowhere kann nicht angelegt werden"),
    ],
)
def test_a_demo_that_cannot_begin_says_why(arguments: tuple[str, ...], said: str) -> None:
    program = [sys.executable, "-m", "portsip_m365_plugin", "demo", "--once", *arguments]
    ended = subprocess.run(
        program, env={**os.environ, "LANG": "de_DE.UTF-8", "LC_ALL": ""}, capture_output=True, text=True, check=False
    )
    assert ended.returncode in (1, 2)
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_json_for_nobody_is_no_fault(tmp_path: Path) -> None:
    """A shell has closed the output."""
    environment = {**os.environ, "PBX_DEVHOST_DB": f"sqlite:///{tmp_path}/pbx.db", "HOST": sys.executable}
    command = '"$HOST" -m pbx_devhost tenant add A >&- && "$HOST" -m pbx_devhost tenant list --json >&-'
    ended = subprocess.run(["sh", "-c", command], env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
