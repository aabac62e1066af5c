"""Each misconfiguration gives the right sentence on the page and in `doctor`: the table is in `misconfigurations`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pbx_plugin_api import Done, Refused, Severity
from tests.checks.misconfigurations import CASES, Case
from tests.support.check_scene import Scene, open_scene
from tests.support.lab import Lab, shared_lab


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    yield from shared_lab(users=60, clouds=("GLOBAL", "CHINA", "USGOV"))


@pytest.fixture
def scene(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    yield from open_scene(lab, tmp_path, monkeypatch)


@pytest.mark.parametrize("name", CASES)
def test_it_says_what_is_wrong_and_what_to_do(name: str, scene: Scene) -> None:
    case = CASES[name]
    case.make(scene)
    facts = {"mailbox": scene.mailbox, **scene.settings}
    _check_page(case, scene, case.sentence.format(**facts))
    _check_doctor(case, scene, case.sentence.format(**facts))


def _check_page(case: Case, scene: Scene, sentence: str) -> None:
    outcome = scene.press("test_connection")
    if case.state == "not_well":
        assert isinstance(outcome, Refused), outcome
        assert outcome.message.startswith(sentence)
        assert case.remedy in outcome.remedy
    shown = [fact for fact in outcome.facts if sentence in fact.value]
    assert shown, outcome.facts
    assert all(case.remedy in fact.help for fact in shown)
    assert all(fact.help for fact in outcome.facts if fact.severity is Severity.BAD), (
        "a remedy in each that is not well"
    )
    assert "The connection works" not in outcome.message


def _check_doctor(case: Case, scene: Scene, sentence: str) -> None:
    doctor = scene.doctor()
    check = doctor.check(case.check)
    assert (doctor.code, doctor.shape["ok"]) == (1, False)
    assert check["state"] == case.state, doctor.shape["checks"]
    assert sentence in check["found"]
    assert case.remedy in check["remedy"]
    assert "Traceback" not in doctor.line
    if case.state == "not_well":
        assert sentence in doctor.line
        assert case.remedy in doctor.line


def test_when_all_is_well_every_line_says_so(scene: Scene) -> None:
    before = scene.press("test_connection")
    assert isinstance(before, Done)
    assert "not proven yet: Mail.Send, Redirect URIs, Sign-in with Microsoft" in before.message
    assert scene.doctor().code == 1, "what is not proven is not known to work"
    assert isinstance(scene.send_test_mail(), Done)
    assert scene.test_sign_in() == ""
    after = scene.press("test_connection")
    assert isinstance(after, Done)
    assert after.message == "The connection works."
    doctor = scene.doctor()
    assert (doctor.code, doctor.line, doctor.shape["ok"]) == (0, "", True)
    states = {check["name"]: check["state"] for check in doctor.shape["checks"]}
    unneeded = {"GroupMember.Read.All", "people", "web_certificate"}  # people: no sync has run yet
    assert {name for name, state in states.items() if state != "ok"} == unneeded
