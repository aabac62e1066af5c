"""The steps of the set-up, by table: what is known in, the state of each step and the next one out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from pbx_plugin_api import Counts, Step, StepState, WebOrigins
from portsip_m365_plugin.clouds import CHINA, DOD, GCC_HIGH, GLOBAL, Cloud
from portsip_m365_plugin.config.connection import ConnectionConfig
from portsip_m365_plugin.last_test import Finding, LastTest
from portsip_m365_plugin.page.set_up.known import Known
from portsip_m365_plugin.page.set_up.step_states import CONFIRM_ACTION, CONFIRM_LABELS, confirmation_of
from portsip_m365_plugin.page.set_up.steps import draw_steps
from portsip_m365_plugin.permissions import PERMISSIONS
from portsip_m365_plugin.proofs import MAILBOX, Outcome, Proof
from tests.support.lab import shared_key_pair

NOW = datetime(2026, 11, 26, 12, tzinfo=timezone.utc)
EARLIER, LATER = NOW - timedelta(days=1), NOW + timedelta(hours=1)
APP = ConnectionConfig(entra_tenant_id="72f988bf-86f1-41af-91ab-2d7cd011db47", client_id="0b1ec700-0000-4000-8000-beef")
READ, GROUPS, CONTACTS = (next(p for p in PERMISSIONS if p.name.startswith(n)) for n in ("User.", "Group", "Contacts"))
EMPTY = Known(
    origins=WebOrigins(web="https://pbx.example.com:8887", sbc="https://sbc.example.com:10443"),
    now_utc=NOW,
    cloud=GLOBAL,
    needed=(READ,),
)
CERTIFICATE = replace(shared_key_pair().certificate, not_after_utc=NOW + timedelta(days=300))
MARKS = {"to_do": "-", "waiting": "w", "done": "d", "proven": "p", "failed": "F"}


def a_test(*faults: str, at_utc: datetime = NOW, works: tuple[str, ...] = ("token", "User.Read.All")) -> LastTest:
    found = [Finding(name=name, works=False, found=f"{name} is wrong.", remedy="Mend it.") for name in faults]
    found += [Finding(name=name, works=True, found="ok") for name in works]
    return LastTest(at_utc=at_utc, thumbprint_sha256=CERTIFICATE.thumbprint_sha256, findings=tuple(found), app=APP.mark)


def proof(name: str, *, works: bool = True, at_utc: datetime = NOW) -> Proof:
    outcome = Outcome.WORKS if works else Outcome.REFUSED
    sentence, remedy = ("", "") if works else ("Not granted.", "Grant it.")
    return Proof(subject=name, outcome=outcome, at_utc=at_utc, call="read", sentence=sentence, remedy=remedy)


def confirmed(known: Known, *steps: str) -> Known:
    return replace(known, confirmed={step: confirmation_of(step, known) for step in steps or CONFIRM_LABELS})


CONNECTED = replace(EMPTY, connection=APP, certificate=CERTIFICATE)
SAID = confirmed(CONNECTED)
WORKS = replace(SAID, test=a_test())
PLANNED = replace(WORKS, is_scope_saved=True, plan=Counts(created=3))
FINISHED = replace(PLANNED, plan=None, approved_at_utc=NOW, linked=3)
RUN_ONLY = replace(CONNECTED, last_good_run_utc=EARLIER, approved_at_utc=EARLIER, needed=(READ, CONTACTS))

# prerequisites register ids key_pair upload permissions consent test scope preview approve
TABLE = [
    ("an empty PBX", EMPTY, "----w-----w", "prerequisites"),
    ("the addresses are right", confirmed(EMPTY, "prerequisites"), "d---w-----w", "register"),
    ("it is registered", confirmed(EMPTY, "prerequisites", "register"), "dd--w-----w", "ids"),
    ("another domain", replace(SAID, origins=WebOrigins(web="https://new.example")), "-dddddd---w", "prerequisites"),
    ("localhost", replace(EMPTY, origins=WebOrigins(web="http://localhost:8887")), "d---w-----w", "register"),
    ("IDs alone say that it is registered", replace(EMPTY, connection=APP), "-dd-w-----w", "prerequisites"),
    ("one ID", replace(EMPTY, connection=replace(APP, entra_tenant_id="")), "-d--w-----w", "prerequisites"),
    ("a region that is gone", replace(SAID, cloud=None), "ddFdddd---w", "ids"),
    ("a key pair", confirmed(CONNECTED, "prerequisites"), "dddd------w", "upload"),
    ("it is uploaded", confirmed(CONNECTED, "prerequisites", "upload"), "ddddd-----w", "permissions"),
    ("all is said", SAID, "ddddddd---w", "test"),
    ("an expired certificate", replace(SAID, now_utc=NOW + timedelta(days=301)), "dddFddd---w", "key_pair"),
    ("another permission is needed now", replace(SAID, needed=(READ, GROUPS)), "ddddd-----w", "permissions"),
    ("fewer are needed now", replace(confirmed(replace(SAID, needed=(READ, GROUPS))), needed=(READ,)), "ddddddd---w",
     "test"),
    ("the test works", WORKS, "dppdpppp--w", "scope"),
    ("the test alone shows it", replace(CONNECTED, test=a_test()), "-ppdpppp--w", "prerequisites"),
    ("the web certificate was tried", replace(WORKS, test=a_test(works=("token", "User.Read.All", "web_certificate"))),
     "pppdpppp--w", "scope"),
    ("the web certificate is wrong", replace(WORKS, test=a_test("web_certificate")), "Fppdppp---w", "prerequisites"),
    ("the directory is wrong", replace(SAID, test=a_test("directory", works=())), "ddFdddd---w", "ids"),
    ("the application is wrong", replace(SAID, test=a_test("application", works=())), "ddFdddd---w", "ids"),
    ("Entra knows no such certificate", replace(SAID, test=a_test("certificate", works=())), "ddddFdd---w", "upload"),
    ("the clock is wrong", replace(SAID, test=a_test("clock", works=())), "dddddddF--w", "test"),
    ("consent is missing", replace(SAID, test=a_test("User.Read.All", works=("token",))), "dppdpdF---w", "consent"),
    ("a run worked after a failed test", replace(SAID, test=a_test("token", works=()), proofs={"User.Read.All":
     proof("User.Read.All", at_utc=LATER)}), "dppdpppp--w", "scope"),
    ("a test failed after a run", replace(SAID, test=a_test("token", works=()), proofs={"User.Read.All":
     proof("User.Read.All", at_utc=EARLIER)}), "dddddppF--w", "test"),
    ("a call was refused after the test", replace(WORKS, proofs={"User.Read.All":
     proof("User.Read.All", works=False, at_utc=LATER)}), "dppdpdFp--w", "consent"),
    ("one of two is proven", replace(WORKS, needed=(READ, CONTACTS), confirmed={}), "-ppdp--p--w", "prerequisites"),
    ("people are chosen", replace(WORKS, is_scope_saved=True), "dppdppppd-w", "preview"),
    ("a plan waits", PLANNED, "dppdppppdd-", "approve"),
    ("approved", FINISHED, "dppdppppddp", None),
    ("a year later a new key pair waits", replace(FINISHED, is_renewal=True, confirmed={}), "dppd-pppddp", "upload"),
    ("that the PBX registers by itself", replace(FINISHED, is_renewal=True, is_sent=True), "dppdwpppddp", None),
    ("a domain has changed", replace(FINISHED, new_uris_task="Register it."), "dFpdppppddp", "register"),
    ("a colleague has consented", replace(CONNECTED, consent_at_utc=NOW), "-ddd--d---w", "prerequisites"),
    ("consent came after a refusal", replace(SAID, test=a_test("User.Read.All", works=("token",)),
     consent_at_utc=LATER), "dppdpdd---w", "test"),
    ("consent came before a refusal", replace(SAID, test=a_test("User.Read.All", works=("token",)),
     consent_at_utc=EARLIER), "dppdpdF---w", "consent"),
    ("the mailbox for mail is wrong", replace(FINISHED, test=a_test("mailbox")), "dppdpppFddp", "test"),
    ("and a mail went out since", replace(FINISHED, test=a_test("mailbox"), proofs={MAILBOX:
     proof(MAILBOX, at_utc=LATER)}), "dppdppppddp", None),
    ("a permission works since the test", replace(WORKS, test=a_test("User.Read.All", works=("token",)), proofs={
     "User.Read.All": proof("User.Read.All", at_utc=LATER)}), "dppdpppp--w", "scope"),
    ("a database from before all this", RUN_ONLY, "dppdpddpddp", None),
]  # fmt: skip


def states(steps: tuple[Step, ...]) -> str:
    return "".join(MARKS[step.state] for step in steps)


@pytest.mark.parametrize(("known", "wanted", "following"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_states_and_the_next_step(known: Known, wanted: str, following: str | None) -> None:
    steps = draw_steps(known)
    assert (states(steps), [step.name for step in steps if step.is_next]) == (wanted, [following] if following else [])
    for step in steps:
        assert (CONFIRM_ACTION in step.actions) == (
            step.is_next and step.state is StepState.TO_DO and step.name in CONFIRM_LABELS
        )
        assert step.state is not StepState.FAILED or (step.detail and step.remedy)
        assert not step.is_next or step.fields or step.actions


def test_they_come_in_microsofts_order() -> None:
    order = "prerequisites register ids key_pair upload permissions consent test scope preview approve"
    assert [step.name for step in draw_steps(EMPTY)] == order.split()


def test_somebody_who_may_only_look_has_no_next_step() -> None:
    assert not any(step.is_next for step in draw_steps(replace(EMPTY, may_edit=False)))


def test_what_has_to_be_copied_is_there() -> None:
    steps = {step.name: step for step in draw_steps(replace(SAID, needed=(READ, CONTACTS)))}
    copied = {name: [fact.value for fact in step.facts if fact.copyable] for name, step in steps.items()}
    assert copied["register"] == [
        "PortSIP PBX",
        "https://pbx.example.com:8887/ms365/callback",
        "https://sbc.example.com:10443/ms365/callback",
    ]
    assert copied["upload"] == [CERTIFICATE.thumbprint_sha1]
    assert copied["permissions"] == ["User.Read.All", "Contacts.Read"]


def test_a_missing_sbc_domain_is_said() -> None:
    drawn = draw_steps(replace(EMPTY, origins=WebOrigins(web="https://pbx.example.com")))[0]
    assert drawn.facts[1].value.startswith("none: nobody signs in with Microsoft through a session border controller")


@pytest.mark.parametrize(
    ("cloud", "center"),
    [
        (GLOBAL, "https://entra.microsoft.com"),
        (CHINA, "https://entra.microsoftonline.cn"),
        (GCC_HIGH, "https://entra.microsoft.us"),
        (DOD, "https://entra.microsoft.us"),
    ],
)
def test_links_lead_to_the_admin_center_of_the_cloud(cloud: Cloud, center: str) -> None:
    links = {step.name: step.link.url for step in draw_steps(replace(SAID, cloud=cloud)) if step.link is not None}
    apps = f"{center}/#view/Microsoft_AAD_RegisteredApps"
    assert links == {
        "register": f"{apps}/ApplicationsListBlade",
        **{
            name: f"{apps}/ApplicationMenuBlade/~/{page}/appId/{APP.client_id}/isMSAApp~/false"
            for name, page in (
                ("ids", "Overview"),
                ("upload", "Credentials"),
                ("permissions", "CallAnAPI"),
                ("consent", "CallAnAPI"),
            )
        },
    }


def test_there_is_no_link_for_an_operators_cloud() -> None:
    lab = Cloud(name="LAB", authority="https://a.example", graph="https://b.example", like="GLOBAL")
    assert not any(step.link for step in draw_steps(replace(SAID, cloud=lab)))


@pytest.mark.parametrize(
    ("more", "last", "action"),
    [
        ({}, StepState.TO_DO, ()),
        ({"mailbox": "pbx@contoso.example"}, StepState.TO_DO, ("send_test_mail",)),
        ({"mailbox": "x@y.example", "proofs": {MAILBOX: proof(MAILBOX)}}, StepState.PROVEN, ("send_test_mail",)),
        ({"mailbox": "x@y.example", "proofs": {MAILBOX: proof(MAILBOX, works=False)}}, StepState.FAILED,
         ("send_test_mail",)),
    ],
)  # fmt: skip
def test_the_system_ends_with_a_test_mail(more: dict[str, Any], last: StepState, action: tuple[str, ...]) -> None:
    steps = draw_steps(replace(WORKS, is_system=True, **more))
    assert [step.name for step in steps[-2:]] == ["test", "mail"]
    assert (steps[-1].state, steps[-1].actions) == (last, action)
