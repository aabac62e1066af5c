"""The certificate renews itself: each step, what Entra may refuse, and what an administrator then reads."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pbx_plugin_api import Saved, SaveRefused, Scope, Severity, StepState, Tenant, Text, TickStatus
from portsip_m365_plugin.keys.store import PREVIOUS_KEY, REQUESTED_KEY
from portsip_m365_plugin.notices import NoticeKind
from portsip_m365_plugin.renewal import REMOVED_AFTER, SENDS_MAX, TRIALS, read_renewal
from portsip_m365_plugin.simulator.faults import Fault
from tests.keys.test_issued import issue, request
from tests.support.key_lab import KeyLab, open_key_lab
from tests.support.lab import Lab, shared_key_pair

FIRST = shared_key_pair().certificate


def wrong_field(answer: object) -> str:
    assert isinstance(answer, SaveRefused)
    (error,) = answer.errors
    assert error.field == "application_object_id"
    return error.message


def test_nothing_changes_without_the_object_id(keys: KeyLab) -> None:
    assert "cannot renew" in wrong_field(keys.hand.save(renew_certificate="true"))
    keys.pass_until(days_left=10)
    keys.nights(3)
    assert (keys.active, keys.waits, keys.events) == (FIRST, False, [])
    assert len(keys.app.certificates) == 1


@pytest.mark.parametrize("what", ["service_principal_id", "client_id", "id"])
def test_another_objects_id_is_refused_at_once_with_the_remedy(keys: KeyLab, what: str) -> None:
    given = keys.lab.tenant().id if what == "id" else getattr(keys.app, what)
    message = wrong_field(keys.renew_by_itself(given))
    assert "app registration" in message
    if what == "service_principal_id":
        assert "knows no app registration" in message
        assert "enterprise application" in message
    assert keys.hand.host.settings.read().values.get("renew_certificate") is None
    assert len(keys.app.certificates) == 1


def test_another_application_needs_its_own_object_id(keys: KeyLab) -> None:
    assert isinstance(keys.renew_by_itself(), Saved)
    other = "6f1c3b0e-3d4e-4c0e-9d53-2b1f8a7c6e10"
    assert "of the new app registration" in wrong_field(keys.hand.save(application_id=other))
    assert keys.hand.host.settings.read().values["application_id"] == keys.app.client_id, "nothing half-applied"
    assert isinstance(keys.hand.save(application_id=other, renew_certificate="false"), Saved)


def test_an_object_id_nobody_can_check_now_is_kept_and_checked_when_it_is_used(keys: KeyLab) -> None:
    keys.lab.realm().faults.add(Fault("status", "removeKey", status=503, times=9))
    assert isinstance(keys.renew_by_itself(keys.app.service_principal_id), Saved)
    keys.pass_until(days_left=30)
    (report,) = keys.nights(1)
    assert "could not be renewed. Entra knows no app registration with this object ID" in report.message


def test_thirty_days_before_the_end_the_next_one_is_made_registered_tried_and_used(keys: KeyLab) -> None:
    assert isinstance(keys.renew_by_itself(), Saved)
    rules = keys.lab.tenant().key_rules
    rules.known_after_s, rules.certain_after_s = 1800.0, 5400.0
    keys.pass_until(days_left=31)
    assert keys.night().quiet
    assert keys.events == []
    keys.pass_time(days=1)
    registered = keys.night()
    assert "was registered in Entra" in registered.message
    assert not registered.quiet, "it is in the run log"
    assert len(keys.app.certificates) == 2
    assert keys.active == FIRST
    (fact,) = [each for each in keys.hand.tab("permissions").facts if each.label.startswith("Next certificate")]
    assert "registered by this PBX" in fact.label
    assert "Nothing to do" in fact.help
    messages = []
    for _ in range(TRIALS):
        keys.pass_time(days=1)
        messages.append(keys.night().message)
    assert messages[:-1] == [""] * (TRIALS - 1)
    assert messages[-1].startswith("The certificate was renewed")
    assert f"({FIRST.thumbprint_sha1}) was uploaded by hand" in messages[-1]
    assert keys.active != FIRST
    assert not keys.waits
    assert keys.active.days_left(keys.now_utc) > 355
    assert keys.events == ["key_pair.generated", "key_pair.registered", "key_pair.promoted"]
    assert keys.pair(PREVIOUS_KEY) is not None
    keys.nights(REMOVED_AFTER.days + 1)
    assert keys.pair(PREVIOUS_KEY) is None
    assert keys.hand.host.notices == [], "nobody had anything to do"


def test_in_the_next_year_the_old_one_is_removed_a_week_after_the_switch(keys: KeyLab) -> None:
    keys.renew_by_itself()
    keys.pass_until(days_left=30)
    keys.nights(TRIALS + 1)
    second = keys.active
    keys.pass_until(days_left=30)
    messages = [report.message for report in keys.nights(TRIALS + 1)]
    assert f"The old one is removed in {REMOVED_AFTER.days} days." in messages[-1]
    assert keys.active != second
    assert len(keys.app.certificates) == 3
    messages = [report.message for report in keys.nights(REMOVED_AFTER.days + 1)]
    assert messages.count("The old certificate was removed from the app registration.") == 1
    left = {each.thumbprint_sha256 for each in keys.app.certificates}
    assert len(left) == 2, "the one of the first year was uploaded by hand and has expired"
    assert keys.events.count("key_pair.removed") == 1
    assert all(isinstance(line.detail, Text) for line in keys.hand.host.audit.lines if line.detail)
    keys.hand.press("test_connection")


def test_a_pair_that_was_made_by_hand_is_registered_at_once(keys: KeyLab) -> None:
    keys.renew_by_itself()
    keys.hand.press("generate_key_pair")
    keys.nights(TRIALS + 1)
    assert keys.active != FIRST
    assert keys.events == ["key_pair.generated", "key_pair.registered", "key_pair.promoted"]


@pytest.mark.parametrize("cloud", ["CHINA", "USGOV"])
def test_each_cloud_renews(make_lab: Callable[..., Lab], cloud: str) -> None:
    with open_key_lab(make_lab(users=1, clouds=(cloud,)), cloud=cloud) as keys:
        assert isinstance(keys.renew_by_itself(), Saved)
        keys.pass_until(days_left=30)
        keys.nights(TRIALS + 1)
        assert keys.active != FIRST
        assert len(keys.app.certificates) == 2


def test_the_system_which_only_sends_mail_renews_its_certificate_too(make_lab: Callable[..., Lab]) -> None:
    system = Tenant(pbx_tenant_id="system", name="System", sip_domain="pbx.example", scope=Scope.SYSTEM)
    with open_key_lab(make_lab(users=1), tenant=system, sync_mode="automatic") as keys:
        keys.renew_by_itself()
        keys.pass_until(days_left=30)
        messages = [report.message for report in keys.nights(TRIALS + 1)]
        assert messages[-1].startswith("The certificate was renewed")
        assert keys.active != FIRST


# ---------------------------------------------------------------------- what Entra refuses


def test_a_policy_that_asks_for_shorter_lives_gets_them(keys: KeyLab) -> None:
    keys.renew_by_itself()
    keys.lab.tenant().key_rules.max_life_days = 100
    keys.pass_until(days_left=30)
    keys.nights(TRIALS + 1)
    assert keys.active.life_days == 90
    assert keys.events.count("key_pair.shortened") == 2
    assert len(keys.app.certificates) == 2, "what a policy refuses is not registered"
    keys.pass_until(days_left=30)
    keys.nights(TRIALS + 1)
    assert keys.active.life_days == 90
    assert keys.events.count("key_pair.shortened") == 2, "the life was remembered"
    assert all(isinstance(line.detail, Text) for line in keys.hand.host.audit.lines if line.detail)


def test_where_no_self_signed_certificate_is_allowed_one_of_the_authority_is_registered(keys: KeyLab) -> None:
    keys.renew_by_itself()
    keys.lab.tenant().key_rules.only_from_authorities = True
    keys.pass_until(days_left=30)
    report = keys.nights(5)[0]
    assert "does not allow certificates that this PBX signs itself" in report.message
    (notice,) = [each for each in keys.hand.host.notices if each.key == NoticeKind.RENEWAL]
    assert notice.severity is Severity.WARNING
    assert "press Download certificate request" in notice.text
    (ending,) = [each for each in keys.hand.host.open_notices() if each.key == NoticeKind.CERTIFICATE]
    assert "It could not be renewed: A policy of the directory" in ending.text
    assert len(keys.app.certificates) == 1
    pem = issue(request(keys.hand))
    keys.hand.press("import_certificate", {"certificate": pem})
    assert keys.hand.host.secrets.get(REQUESTED_KEY) is None
    keys.nights(TRIALS + 1)
    assert keys.active.pem.split() == pem.split()
    assert read_renewal(keys.hand.host).problem == ""
    assert NoticeKind.RENEWAL not in {each.kind for each in keys.hand.host.open_notices()}


def test_where_the_directory_asks_for_a_permission_it_is_named(keys: KeyLab) -> None:
    keys.renew_by_itself()
    keys.lab.tenant().key_rules.needs_permission = True
    keys.pass_until(days_left=30)
    assert "Application.ReadWrite.OwnedBy" in keys.nights(1)[0].message
    keys.lab.register(permissions=(*keys.app.permissions, "Application.ReadWrite.OwnedBy"))
    keys.nights(TRIALS + 1)
    assert keys.active != FIRST


@pytest.mark.parametrize("kind", ["truncate", "reset_lost"])
def test_a_lost_answer_is_not_asked_for_again_before_entra_had_time_to_know_it(keys: KeyLab, kind: str) -> None:
    keys.renew_by_itself()
    keys.lab.realm().faults.add(Fault(kind, "addKey", times=1))
    keys.pass_until(days_left=30)
    keys.nights(TRIALS + 1)
    assert keys.active != FIRST
    assert len(keys.app.certificates) == 2


def test_an_outage_at_entra_is_waited_out(keys: KeyLab) -> None:
    keys.renew_by_itself()
    keys.lab.realm().faults.add(Fault("status", "addKey", status=503, times=2))
    keys.pass_until(days_left=30)
    keys.nights(TRIALS + 4)
    assert keys.active != FIRST
    assert len(keys.app.certificates) == 2


def test_throttled_it_is_tried_again_and_does_not_count(keys: KeyLab) -> None:
    keys.renew_by_itself()
    fault = Fault("status", "addKey", status=429, times=SENDS_MAX, retry_after="3600")
    keys.lab.realm().faults.add(fault)
    keys.pass_until(days_left=30)
    for _ in range(SENDS_MAX):
        assert keys.nights(1)[0].message == ""
        keys.restart()  # the gate counts by the machine's own clock
    assert fault.hits == SENDS_MAX
    keys.nights(TRIALS + 2)
    assert keys.active != FIRST
    assert len(keys.app.certificates) == 2


def test_what_entra_never_learns_becomes_a_task_for_somebody(keys: KeyLab) -> None:
    keys.renew_by_itself()
    keys.lab.tenant().key_rules.known_after_s = 1e9
    keys.lab.tenant().key_rules.certain_after_s = 1e9
    keys.pass_until(days_left=30)
    messages = [report.message for report in keys.nights(7)]
    assert any("Entra has not accepted the new certificate since" in message for message in messages)
    assert len(keys.app.certificates) == 2, "no endless row of keys"
    keys.lab.tenant().key_rules.known_after_s = keys.lab.tenant().key_rules.certain_after_s = 0.0
    pair = keys.hand.press("download_public_key")
    keys.lab.register(pair.content.decode())
    keys.nights(TRIALS + 1)
    assert keys.active != FIRST


def test_renewing_now_shows_at_once_that_it_works(keys: KeyLab) -> None:
    (offered,) = [each for each in keys.hand.tab("permissions").actions if each.name == "renew_now"]
    assert not offered.enabled
    assert keys.hand.fact("Renewal").value == "by hand"
    keys.renew_by_itself()
    assert keys.hand.fact("Renewal").value.startswith("by itself, from ")
    report = keys.hand.press("renew_now")
    assert (report.status, "was registered in Entra" in report.message) == (TickStatus.DONE, True)
    again = keys.hand.press("renew_now")
    assert (again.status, "has to know it" in again.message) == (TickStatus.DONE, True)
    assert len(keys.app.certificates) == 2
    keys.nights(TRIALS + 1)
    assert keys.active != FIRST
    assert "Last renewed on" in keys.hand.fact("Renewal").help


def test_what_prevents_it_is_on_the_page(keys: KeyLab) -> None:
    keys.renew_by_itself()
    keys.lab.tenant().key_rules.only_from_authorities = True
    report = keys.hand.press("renew_now")
    assert report.status is TickStatus.FAILED
    assert "could not be renewed" in keys.hand.press("renew_now").message, "asked again, it is tried again"
    fact = keys.hand.fact("Renewal")
    assert fact.severity is Severity.BAD
    assert "Download certificate request" in fact.value
    keys.hand.save(renew_certificate="false")
    keys.night()
    assert keys.hand.fact("Renewal").value == "by hand"
    assert keys.hand.host.open_notices() == []


def test_attack_object_id_of_another_application(keys: KeyLab) -> None:
    """An administrator of the PBX cannot put a key of the PBX beside those of another application."""
    other = keys.lab.tenant().register_app(FIRST.pem)
    assert "object ID" in wrong_field(keys.renew_by_itself(other.object_id))
    assert keys.hand.host.settings.read().values.get("application_object_id") is None
    assert len(other.certificates) == 1


def test_a_certificate_that_entra_never_confirmed_is_not_called_registered(keys: KeyLab) -> None:
    keys.renew_by_itself()
    keys.lab.realm().faults.add(Fault("status", "addKey", status=503, times=None))
    report = keys.hand.press("renew_now")
    assert report.status is TickStatus.FAILED
    assert "has not confirmed" in report.message
    assert len(keys.app.certificates) == 1
    assert not [fact for fact in keys.hand.tab("permissions").facts if "registered by this PBX" in fact.label]
    keys.pass_time(days=1)
    keys.nights(SENDS_MAX + 4)
    assert "upload it there" in keys.hand.fact("Renewal").value
    (fact,) = [each for each in keys.hand.tab("permissions").facts if each.label.startswith("Next certificate")]
    assert "Nothing to do" not in fact.help
    (step,) = [each for each in keys.hand.tab("permissions").steps if each.name == "upload"]
    assert step.state is StepState.TO_DO
    (notice,) = [each for each in keys.hand.host.open_notices() if each.key == NoticeKind.RENEWAL]
    assert "every day" not in notice.text, "it is not sent any more"


def test_an_expired_certificate_does_not_renew_itself_and_the_page_says_so(keys: KeyLab) -> None:
    keys.renew_by_itself()
    keys.pass_until(days_left=-3)
    fact = keys.hand.fact("Renewal")
    assert fact.severity is Severity.BAD
    assert fact.value.startswith("not possible")
