"""Misconfigurations that are refused, or seen, elsewhere than in the test of the connection: in the form, by a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pbx_plugin_api import Refused, SaveConflict, SaveRefused
from tests.support.check_scene import Scene, open_scene
from tests.support.lab import Lab, shared_lab
from tests.support.portal_world import ADMIN, SBC, WEB

OpenScene = Callable[..., Scene]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    yield from shared_lab(users=60, clouds=("GLOBAL",))


@pytest.fixture
def make_scene(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenScene]:
    """`make_scene(web=…, sbc=…)`."""
    opened: list[Iterator[Scene]] = []

    def make(**origins: str | None) -> Scene:
        opened.append(open_scene(lab, tmp_path, monkeypatch, **{"web": WEB, "sbc": SBC} | origins))  # type: ignore[arg-type]
        return next(opened[-1])

    yield make
    for each in opened:
        next(each, None)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        (
            "directory_id",
            "contosso.onmicrosoft.com",
            "contosso.onmicrosoft.com cannot be turned into a directory ID: Entra does not know this directory (tenant)"
            " ID. Check the directory ID, and check that the right Microsoft 365 region is chosen.",
        ),
        ("sync_time", "25:00", "'25:00' is not possible here. Give a time such as 00:00 or 23:30."),
        (
            "mail_mailbox",
            "nobody@contoso.onmicrosoft.com",
            "nobody@contoso.onmicrosoft.com: no account of this directory has this address or sign-in name.",
        ),
        ("starting_extension_number", "12", "3 to 13 digits, the first of which is not 0"),
    ],
)
def test_what_cannot_be_right_is_refused_in_the_form_and_by_the_command(
    make_scene: OpenScene, field: str, typed: str, sentence: str
) -> None:
    scene = make_scene()
    version = scene.version()
    answer = scene.world.pbx.save("m365", scene.world.tenant, ADMIN, {field: typed}, version)
    assert isinstance(answer.value, SaveRefused)
    (error,) = answer.value.errors
    assert error.field == field
    assert sentence in error.message
    browser = scene.portal()
    browser.get("/plugins/m365/permissions")
    _, failure = scene.devhost().try_run("settings", "set", "Contoso", f"{field}={typed}")
    assert failure is not None
    assert failure.startswith(f"{field}: ")
    assert sentence in failure
    assert scene.version() == version, "nothing was stored"


def test_two_administrators_do_not_overwrite_each_other(make_scene: OpenScene) -> None:
    scene = make_scene()
    version = scene.version()
    scene.save(sync_time="01:00")
    answer = scene.world.pbx.save("m365", scene.world.tenant, ADMIN, {"sync_time": "02:00"}, version)
    assert isinstance(answer.value, SaveConflict)
    assert scene.devhost().run("settings", "get", "Contoso")["values"]["sync_time"] == "01:00"


def test_a_web_address_without_https(make_scene: OpenScene) -> None:
    """No host can tell a plugin such an address: the contract refuses it, and so does the command that would set it."""
    _, failure = make_scene().devhost().try_run("tenant", "add", "Other", "--web-origin", "http://pbx.example.com")
    assert failure == "web: 'http://pbx.example.com' is not allowed: https (plain http only for localhost)"


def test_a_missing_sbc_domain_is_said(make_scene: OpenScene) -> None:
    scene = make_scene(sbc=None)
    sentence = "This PBX has no SBC domain, so nobody can sign in through one."
    outcome = scene.press("test_connection")
    assert any(sentence in fact.value for fact in outcome.facts)
    assert sentence in scene.doctor().check("redirect_uris")["found"]


def test_a_changed_domain_is_a_task(make_scene: OpenScene) -> None:
    scene = make_scene()
    scene.test_sign_in()
    scene.change_tenant(web_origin="https://new.example.com")
    sentence = "The redirect URI of a new address is not proven: https://new.example.com/ms365/callback."
    outcome = scene.press("test_connection")
    assert isinstance(outcome, Refused)
    assert outcome.message == sentence
    assert "Register https://new.example.com/ms365/callback in Entra, under Authentication" in outcome.remedy
    assert sentence in scene.doctor().line


def test_a_range_of_numbers_that_is_too_small(make_scene: OpenScene) -> None:
    """The PBX gives no more users than its licence allows: the rest of the people have no number."""
    scene = make_scene()
    scene.change_tenant(user_limit=10)
    scene.save(contact_personal="false", contact_shared="off")
    scene.world.tick()
    sentence = "41 of the people who are synced have no user of the PBX yet. For example: "
    outcome = scene.press("test_connection")
    assert isinstance(outcome, Refused)
    assert outcome.message.startswith(sentence)
    assert "10 users" in outcome.message
    assert "raise the limit of users" in outcome.remedy
    doctor = scene.doctor()
    assert doctor.code == 1
    assert sentence in doctor.line
    assert "raise the limit of users" in doctor.check("people")["remedy"]
