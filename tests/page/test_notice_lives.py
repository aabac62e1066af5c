"""Each notice of the plugin: a scene that raises it, and what ends it. Nothing stays for ever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from pbx_plugin_api import (
    DeliveryStatus,
    Notification,
    NotificationKind,
    ProvisionReason,
    ProvisionRequest,
    TickReason,
    TickStatus,
    UserLink,
    WebOrigins,
)
from pbx_plugin_api.testing import FakeHost
from portsip_m365_plugin.config.reader import load_config
from portsip_m365_plugin.contacts.leaving import approve_removal, pending_removal
from portsip_m365_plugin.entra.aadsts import explain_token_error
from portsip_m365_plugin.entra.keypair import make_key_pair
from portsip_m365_plugin.entra.signin import CALLBACK_PATH
from portsip_m365_plugin.keys.store import ACTIVE_KEY, store_key_pair
from portsip_m365_plugin.notices import NoticeKind
from portsip_m365_plugin.photos.vanishing import approve_photo_removal, judge_vanishing
from portsip_m365_plugin.redirects import remember_proven
from portsip_m365_plugin.signin_health import forget_fault, report_fault
from portsip_m365_plugin.simulator.faults import Fault
from portsip_m365_plugin.simulator.world.directory import Person
from tests.support.contact_lab import ContactLab
from tests.support.lab import Lab, shared_key_pair
from tests.support.mail_lab import shared_mailbox
from tests.support.pbx_hand import Hand
from tests.support.pseudo_language import install
from tests.support.pseudo_reader import Reader
from tests.support.sync_realm import ADMIN


@dataclass
class Stage:
    """A tenant that is connected and synced."""

    lab: Lab
    hand: Hand

    @property
    def host(self) -> FakeHost:
        return self.hand.host

    def people(self) -> list[Person]:
        return [each for each in self.lab.tenant().directory.order if each.kind == "ordinary" and each.listed]

    def refuse(self, match: str) -> None:
        self.lab.realm().faults.add(Fault("status", match=match, status=403, times=None))

    def look(self) -> TickStatus:
        self.host.clock.move(minutes=5)
        return self.hand.tick(TickReason.DUE).status

    def disable(self, n: int) -> None:
        for person in self.people()[:n]:
            self.lab.tenant().directory.patch(person, {"accountEnabled": False})

    def mail(self, note_id: str = "n1", **more: Any) -> DeliveryStatus:
        at_utc = self.host.clock.now_utc()
        given = {"notification_id": note_id, "kind": NotificationKind.OTHER, "to": ("ada@customer.example",)}
        note = Notification(**{**given, "subject": "Hello", "text": "Ho", "created_at_utc": at_utc, **more})
        answer = self.hand.plugins.send_notification(self.hand.tenant, note)
        assert answer.value is not None, answer.sentence
        return answer.value.status


@pytest.fixture
def stage(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Stage:
    install(monkeypatch)
    hand = Hand()
    settings = {**lab.settings(), "sync_every_minutes": "5", "mail_mailbox": shared_mailbox(lab)}
    hand.set_up({**settings, "sign_in_mode": "all"}, shared_key_pair())
    for confirm in (True, False):
        assert hand.tick(TickReason.FORCED, confirm_first_plan=confirm).status is TickStatus.DONE
    assert hand.host.notices == []
    return Stage(lab, hand)


# ---------------------------------------------------------------------- what raises each


def nights_fail(stage: Stage) -> None:
    stage.refuse("GET /v1.0/users")
    assert [stage.hand.tick().status for _ in range(2)] == [TickStatus.FAILED] * 2


def looks_fail(stage: Stage) -> None:
    stage.refuse("users/delta")
    assert {stage.look() for _ in range(14)} == {TickStatus.FAILED}


def many_leave(stage: Stage) -> None:
    stage.disable(20)
    assert stage.hand.tick().status is TickStatus.NEEDS_APPROVAL


def somebody_waits(stage: Stage) -> None:
    stage.host.users.user_limit = stage.host.users.counts().linked
    stage.lab.admin().create_user(displayName="New Hire", givenName="New", surname="Hire")
    assert stage.hand.tick().problem_counts["user_limit"] == 1


def an_address_is_taken(stage: Stage) -> None:
    person = stage.lab.admin().create_user(
        displayName="Ann Lee", givenName="Ann", surname="Lee", userPrincipalName=f"ann@{stage.lab.tenant().domain}"
    )
    stage.host.users.add_by_hand("ann.b", email=f"ann@{stage.lab.tenant().domain}")
    link = UserLink(authority=stage.lab.tenant().id, subject=person.id)
    outcome = stage.hand.provision(ProvisionRequest(reason=ProvisionReason.FIRST_SIGN_IN, link=link))
    assert outcome.reason == "link_needed"


def pictures_vanish(stage: Stage) -> None:
    assert judge_vanishing(stage.host, ["a", "b", "c"], of=4) is not None


def nobody_signs_in(stage: Stage) -> None:
    report_fault(stage.host, load_config(stage.host).signin, explain_token_error({"error_codes": [700027]}).sentence)


def the_domain_changed(stage: Stage) -> None:
    connection = load_config(stage.host).connection
    remember_proven(stage.host, connection, stage.host.web_origins.web + CALLBACK_PATH)
    stage.host.web_origins = WebOrigins(web="https://new.contoso.example")
    stage.hand.tick()


def the_certificate_ends(stage: Stage) -> None:
    stage.host.clock.move(days=340)
    stage.hand.tick(TickReason.DUE)


def a_mail_is_refused(stage: Stage) -> None:
    fault = Fault("status", match="sendMail", status=400, code="ErrorInvalidRecipients", times=1)
    stage.lab.realm().faults.add(fault)
    assert stage.mail() is DeliveryStatus.REJECTED


def a_reply_address_is_none(stage: Stage) -> None:
    assert stage.mail(reply_to=("not an address",)) is DeliveryStatus.ACCEPTED


# ---------------------------------------------------------------------- what ends each


def repaired(stage: Stage) -> None:
    stage.lab.realm().faults.clear()
    assert stage.hand.tick().status is TickStatus.DONE


def looked_well(stage: Stage) -> None:
    stage.lab.realm().faults.clear()
    assert stage.look() is TickStatus.DONE


def approved(stage: Stage) -> None:
    action = next(each for each in stage.hand.tab("user_sync").actions if each.name == "approve")
    assert stage.hand.press("approve", {"checksum": action.parameters[0].value}).status is TickStatus.DONE


def they_came_back(stage: Stage) -> None:
    for person in stage.people()[:20]:
        stage.lab.tenant().directory.patch(person, {"accountEnabled": True})
    assert stage.hand.tick().status is TickStatus.DONE


def there_is_room(stage: Stage) -> None:
    stage.host.users.user_limit = None
    stage.hand.tick()


def added_by_an_administrator(stage: Stage) -> None:
    stage.hand.provision(ProvisionRequest(reason=ProvisionReason.ADMIN, typed=f"ann@{stage.lab.tenant().domain}"))


def the_address_is_free(stage: Stage) -> None:
    stage.host.users.edit_by_hand("ann.b", email="another@customer.example")
    stage.hand.tick()


def somebody_came_back_there(stage: Stage) -> None:
    connection = load_config(stage.host).connection
    remember_proven(stage.host, connection, stage.host.web_origins.web + CALLBACK_PATH)


def the_domain_is_the_old_one_again(stage: Stage) -> None:
    stage.host.web_origins = FakeHost().web_origins
    stage.hand.tick()


def another_certificate(stage: Stage) -> None:
    store_key_pair(stage.host, ACTIVE_KEY, make_key_pair(stage.host.clock.now_utc()))
    stage.hand.tick(TickReason.DUE)


def sent_again(stage: Stage) -> None:
    assert stage.mail(attempt=2) is DeliveryStatus.ACCEPTED


def a_good_reply_address(stage: Stage) -> None:
    assert stage.mail("n2", reply_to=("desk@customer.example",)) is DeliveryStatus.ACCEPTED


def saved(**values: str) -> Callable[[Stage], None]:
    def save(stage: Stage) -> None:
        stage.lab.realm().faults.clear()
        stage.hand.save(**values)

    return save


def photos_approved(stage: Stage) -> None:
    pending = judge_vanishing(stage.host, ["a", "b", "c"], of=4)
    assert pending is not None
    approve_photo_removal(stage.host, pending.checksum, ADMIN)


def pictures_are_back(stage: Stage) -> None:
    assert judge_vanishing(stage.host, ["a"], of=4) is None


def disconnected(stage: Stage) -> None:
    assert stage.hand.press("disconnect").status is TickStatus.DONE


RAISED = {
    NoticeKind.SYNC_FAILED: nights_fail,
    NoticeKind.SYNC_BETWEEN: looks_fail,
    NoticeKind.USERS_APPROVAL: many_leave,
    NoticeKind.USERS_WAITING: somebody_waits,
    NoticeKind.PHOTOS_APPROVAL: pictures_vanish,
    NoticeKind.JOIN: an_address_is_taken,
    NoticeKind.SIGNIN_FAULT: nobody_signs_in,
    NoticeKind.REDIRECT_URIS: the_domain_changed,
    NoticeKind.CERTIFICATE: the_certificate_ends,
    NoticeKind.MAIL_REJECTED: a_mail_is_refused,
    NoticeKind.MAIL_REPLY_TO: a_reply_address_is_none,
}
ENDED: list[tuple[NoticeKind, Callable[[Stage], Any]]] = [
    (NoticeKind.SYNC_FAILED, repaired),
    (NoticeKind.SYNC_BETWEEN, looked_well),
    (NoticeKind.SYNC_BETWEEN, saved(sync_every_minutes="0")),
    (NoticeKind.USERS_APPROVAL, approved),
    (NoticeKind.USERS_APPROVAL, they_came_back),
    (NoticeKind.USERS_WAITING, there_is_room),
    (NoticeKind.PHOTOS_APPROVAL, photos_approved),
    (NoticeKind.PHOTOS_APPROVAL, pictures_are_back),
    (NoticeKind.JOIN, added_by_an_administrator),
    (NoticeKind.JOIN, the_address_is_free),
    (NoticeKind.SIGNIN_FAULT, lambda stage: forget_fault(stage.host)),
    (NoticeKind.SIGNIN_FAULT, saved(sign_in_mode="off")),
    (NoticeKind.REDIRECT_URIS, somebody_came_back_there),
    (NoticeKind.REDIRECT_URIS, the_domain_is_the_old_one_again),
    (NoticeKind.REDIRECT_URIS, saved(sign_in_mode="off")),
    (NoticeKind.CERTIFICATE, another_certificate),
    (NoticeKind.MAIL_REJECTED, sent_again),
    (NoticeKind.MAIL_REJECTED, saved(mail_mailbox="")),
    (NoticeKind.MAIL_REPLY_TO, a_good_reply_address),
    (NoticeKind.MAIL_REPLY_TO, saved(mail_mailbox="")),
    *((kind, disconnected) for kind in RAISED),
]


def test_every_kind_has_a_scene_and_an_end() -> None:
    elsewhere = {
        NoticeKind.CONTACTS_APPROVAL,  # in its own test below
        NoticeKind.RENEWAL,  # in tests/keys/test_renewal.py
    }
    assert set(RAISED) | elsewhere == {kind for kind, _ in ENDED} | elsewhere == set(NoticeKind)


@pytest.mark.parametrize(("kind", "end"), ENDED, ids=lambda each: getattr(each, "__name__", str(each)))
def test_what_mends_a_notice_ends_it(stage: Stage, kind: NoticeKind, end: Callable[[Stage], Any]) -> None:
    RAISED[kind](stage)
    (notice,) = [each for each in stage.host.open_notices() if each.kind == kind]
    assert notice.values, "a text that is translated later needs them"
    assert notice.text
    reader = Reader(stage.hand, stage.lab, named=("ann.b", "not an address", "ErrorInvalidRecipients"))
    reader.read_stored()
    assert reader.found == [], "somebody who speaks another language reads it too"
    end(stage)
    assert [each.kind for each in stage.host.open_notices()] == []


def test_a_removal_of_contacts_ends_with_its_approval_and_when_nothing_leaves() -> None:
    for answer in ("approved", "back"):
        lab = ContactLab()
        lab.fill(9)
        lab.run()
        lab.settings_changes["personal"] = False
        lab.night()
        assert [each.kind for each in lab.host.open_notices()] == [NoticeKind.CONTACTS_APPROVAL]
        pending = pending_removal(lab.host)
        assert pending is not None
        if answer == "approved":
            approve_removal(lab.host, pending.checksum, ADMIN)
        else:
            lab.settings_changes["personal"] = True
            lab.night()
        assert lab.host.open_notices() == []


def test_a_notice_that_grows_is_mailed_again_and_one_that_stays_is_not(stage: Stage) -> None:
    nights_fail(stage)
    assert len(stage.host.mailed) == 1
    assert stage.hand.tick().status is TickStatus.FAILED
    assert len(stage.host.mailed) == 1
    stage.host.dismiss_notice(NoticeKind.SYNC_FAILED)
    assert stage.hand.tick().status is TickStatus.FAILED
    assert len(stage.host.mailed) == 2, "the night was given up"
    assert [each.is_shown for each in stage.host.open_notices()] == [True]
    stage.host.clock.move(seconds=timedelta(days=1).total_seconds())
    stage.hand.tick()
    assert len(stage.host.mailed) == 2


def test_a_refused_mail_that_nobody_sends_again_is_not_news_for_ever(stage: Stage) -> None:
    a_mail_is_refused(stage)
    stage.host.clock.move(days=29)
    stage.hand.tick()
    assert [notice.kind for notice in stage.host.open_notices()] == [NoticeKind.MAIL_REJECTED]
    stage.host.clock.move(days=2)
    stage.hand.tick()
    assert stage.host.open_notices() == []
