"""The plugin speaks a language that nobody speaks: whatever plain English is left cannot be translated.

Each scene is a tenant in some state. What may stay plain there is data of the scene: names, addresses, ids, codes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pbx_plugin_api import Fact, RunSummary, Scope, TickReason, TickStatus, WebOrigins, translate
from portsip_m365_plugin.config.reader import load_config
from portsip_m365_plugin.config.schema import SETTINGS
from portsip_m365_plugin.entra.keypair import make_key_pair
from portsip_m365_plugin.keys.store import ACTIVE_KEY, store_key_pair
from portsip_m365_plugin.signin_health import report_fault
from portsip_m365_plugin.simulator.faults import Fault
from portsip_m365_plugin.texts import _
from tests.conftest import MakeLab
from tests.support.lab import Lab, shared_key_pair
from tests.support.mail_lab import shared_mailbox
from tests.support.pbx_hand import TENANT, Hand
from tests.support.plain_english import find_plain
from tests.support.pseudo_language import PSEUDO, install
from tests.support.pseudo_reader import LOOKER, Reader

WRONG = "¿ ?\x07\n¡ !"
EVERYTHING_ON = {
    "sync_every_minutes": "5",
    "sign_in_mode": "all",
    "contact_personal": "true",
    "contact_shared": "found",
    "sync_photo": "true",
}


@pytest.fixture(autouse=True)
def pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)


@pytest.fixture
def reader(lab: Lab) -> Reader:
    """Of a tenant that is connected, with every feature on."""
    hand = Hand()
    settings = {**lab.settings(), **EVERYTHING_ON, "mail_mailbox": shared_mailbox(lab)}
    hand.set_up(settings, shared_key_pair())
    return Reader(hand, lab)


def check(reader: Reader) -> None:
    found = list(dict.fromkeys(reader.found))
    assert not found, "plain English:\n" + "\n".join(found)


def test_what_is_not_a_text_is_found_and_what_is_glued_too() -> None:
    text = _("Choose another region.")
    facts = [
        Fact(label=text, value="12"),
        Fact(label=text, value="Plain words"),
        Fact(label=text + " of the PBX", value=f"{text}"),
        Fact(label=text, value=_("{name}:", name="Some words")),
        Fact(label=_("{name}:", name="amy@contoso.example"), value="PBX-AMY"),
    ]
    found = find_plain(translate(facts, PSEUDO), ("amy@contoso.example", "pbx-amy"))
    assert [each.partition(":")[0] for each in found] == ["[1].value", "[2].label", "[2].value", "[3].value"]


def test_nothing_is_set_up() -> None:
    reader = Reader(Hand())
    for viewer_page in (reader.page(), reader.page(LOOKER)):
        assert viewer_page.tabs
    reader.press_all()
    reader.page()
    reader.tick()
    check(reader)


def test_each_fault_of_what_is_typed(reader: Reader) -> None:
    reader.named = ("\\x07", "\\n")  # as a typed text is quoted
    for typed in (WRONG, "1" * 400, "\n".join(f"{n}@{n}.1" for n in range(5_001))):
        reader.save(**dict.fromkeys(SETTINGS, typed))
    reader.save(no_such_setting="1")
    check(reader)


def test_what_a_connected_tenant_reads(reader: Reader) -> None:
    reader.press_all()
    for kind in ("text", "azure_cli", "graph_powershell", "?"):
        reader.press("download_script", file=kind)
    reader.press("limit_mailboxes", senders="1 2")
    reader.press("send_test_mail", to="1 2")
    for text in ("a", "m"):
        reader.look_up("sync_users", text)
        reader.look_up("sync_groups", text)
    reader.page()
    reader.page(LOOKER)
    check(reader)


def test_what_is_said_of_each_kind_of_person(reader: Reader, lab: Lab) -> None:
    kinds = {person.kind: person for person in lab.tenant().directory.order}
    for prepare in (lambda: reader.press("preview"), lambda: reader.press("approve")):
        for person in kinds.values():
            reader.run("explain", who=person.id)
        prepare()
    for person in kinds.values():
        reader.run("explain", who=person.id)
        reader.run("contact_state", mailbox=person.id)
    reader.run("explain", who="?@?.1")
    reader.page()
    check(reader)


def test_many_who_leave(reader: Reader, lab: Lab) -> None:
    reader.tick(confirm_first_plan=True)
    people = [each for each in lab.tenant().directory.order if each.kind == "ordinary"]
    for person in people[:20]:
        lab.tenant().directory.patch(person, {"accountEnabled": False})
    for person in people[20:25]:
        lab.admin().delete_user(person.id)
    assert reader.tick().status is TickStatus.NEEDS_APPROVAL
    reader.save(contact_personal="false", sync_photo="false", sync_photo_when_off="remove")
    reader.tick()
    reader.page()
    for person in people[18:22]:
        reader.run("explain", who=person.id)
    reader.press_all("approve", "approve_contact_removal", "approve_photo_removal")
    reader.press("disconnect", delete_users="true")
    reader.page()
    check(reader)


@pytest.mark.parametrize(
    ("match", "status"),
    [("GET /v1.0/users", 401), ("GET /v1.0/users", 403), ("delta", 403), ("contact", 403), ("photo", 403)],
)
def test_microsoft_refuses(reader: Reader, lab: Lab, match: str, status: int) -> None:
    lab.realm().faults.add(Fault("status", match=match, status=status, times=None))
    for _step in range(2):
        reader.tick(confirm_first_plan=True)
        reader.tick(TickReason.DUE)
    reader.press("test_connection")
    reader.page()
    check(reader)


@pytest.mark.parametrize("days", [-1, 1, 20, 400])
def test_a_certificate_near_its_end(reader: Reader, days: int) -> None:
    host = reader.hand.host
    store_key_pair(host, ACTIVE_KEY, make_key_pair(host.clock.now_utc() - timedelta(days=365 - days)))
    reader.save(renew_certificate="true", application_object_id="72f988bf-86f1-41af-91ab-2d7cd011db47")
    reader.tick()
    reader.press("generate_key_pair")
    reader.page()
    check(reader)


def test_another_cloud(make_lab: MakeLab) -> None:
    lab = make_lab(users=20, clouds=("GLOBAL", "CHINA", "USGOV"))
    reader = Reader(Hand(), lab, named=("MARS",))
    for home, chosen in (("CHINA", "LAB"), ("CHINA", "FIND"), ("GLOBAL", "MARS"), ("USGOV", "LABUS")):
        settings = lab.settings(home) | {"national_cloud": chosen}
        reader.save(**settings)
        reader.save(**settings | {"directory_id": lab.tenant(home).domain})
        reader.save(**settings | {"directory_id": "1.22"})
        reader.press_all("generate_key_pair", "test_connection")
        reader.page()
    check(reader)


def test_the_system_that_only_sends_mail(lab: Lab) -> None:
    reader = Reader(Hand(tenant=replace(TENANT, pbx_tenant_id="system", scope=Scope.SYSTEM)), lab)
    reader.page()
    reader.hand.set_up(lab.settings() | {"mail_mailbox": shared_mailbox(lab)}, shared_key_pair())
    reader.press_all()
    reader.page()
    check(reader)


def test_how_runs_and_sign_in_ended(reader: Reader) -> None:
    host = reader.hand.host
    reader.tick(confirm_first_plan=True)
    now_utc = host.clock.now_utc()
    message = _("Choose another region.")
    for place, status in enumerate([*TickStatus, None]):
        at_utc = now_utc + timedelta(minutes=place)
        run = RunSummary(
            run_id=f"r{place}", started_at_utc=at_utc, finished_at_utc=at_utc, status=status, message=message,
            problem_counts={problem.reason: 1 for problem in host.progress.problems},
        )  # fmt: skip
        host.overview.log.append(run)
        host.overview.problems_of[run.run_id] = list(host.progress.problems)
        reader.page()
    report_fault(host, load_config(host).signin, message)
    host.web_origins = WebOrigins(web="https://new.contoso.example", sbc="https://sbc.contoso.example")
    reader.tick()
    reader.page()
    check(reader)
