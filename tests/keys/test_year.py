"""A year of a PBX: sync, mail and sign-in go on, whether the certificate renews itself or somebody renews it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from pbx_plugin_api import (
    DeliveryStatus,
    LoginRedirect,
    LoginRequest,
    Notification,
    NotificationKind,
    SignedIn,
    TickStatus,
)
from portsip_m365_plugin.entra.signin import PROVIDER_ID
from tests.support.key_lab import KeyLab, open_key_lab
from tests.support.lab import Lab, shared_key_pair

FORTNIGHTS = pytest.param(14, id="fortnights")
DAYS = pytest.param(1, id="days", marks=pytest.mark.long)


@dataclass
class Life:
    """What a PBX does in a year, and what came of it."""

    keys: KeyLab
    done: Counter[str] = field(default_factory=Counter)

    def live(self) -> None:
        """One sync, one mail, one sign-in; each has to succeed."""
        self.keys.restart()  # no token of yesterday helps
        self.keys.lab.realm().limits.reset()  # they count by the machine's own clock
        self._sync()
        self._mail()
        self._sign_in()

    def _sync(self) -> None:
        report = self.keys.hand.tick(confirm_first_plan=True)
        assert report.status is TickStatus.DONE, report.message
        self.done["sync"] += 1

    def _mail(self) -> None:
        hand = self.keys.hand
        self.done["mail"] += 1
        note = Notification(
            notification_id=f"n{self.done['mail']}", kind=NotificationKind.OTHER, to=("ada@customer.example",),
            subject="Hello", text="Hello", created_at_utc=self.keys.now_utc,
        )  # fmt: skip
        receipt = hand.plugins.send_notification(hand.tenant, note)
        assert receipt.value is not None
        assert receipt.value.status is DeliveryStatus.ACCEPTED, receipt.value

    def _sign_in(self) -> None:
        hand, lab = self.keys.hand, self.keys.lab
        asked = LoginRequest(origin=hand.host.web_origins.web, return_to="/")
        begun = hand.plugins.begin_login(hand.plugin, hand.tenant, PROVIDER_ID, asked).value
        assert isinstance(begun, LoginRedirect), begun
        person = next(each for each in lab.tenant().directory.order if each.kind == "ordinary")
        form = {"loginfmt": person.props["userPrincipalName"]}
        answer = requests.post(begun.url, form, allow_redirects=False, verify=str(lab.sim.ca_path), timeout=30)
        back = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
        outcome = hand.plugins.complete_login(hand.plugin, hand.tenant, begun.flow, back).value
        assert isinstance(outcome, SignedIn), outcome
        self.done["sign-in"] += 1


def settings(lab: Lab) -> dict[str, str]:
    lab.register(redirect_uris=("https://pbx.contoso.example:8887/ms365/callback",))
    sender = next(each for each in lab.tenant().directory.order if each.kind == "ordinary" and each.has_mailbox)
    return {
        "sign_in_mode": "all",
        "sign_in_response_mode": "query",
        "mail_mailbox": str(sender.props["userPrincipalName"]),
    }


def pass_year(life: Life, step_days: int, change_days: range, each_day: Callable[[], object]) -> None:
    """Let 400 days pass. Around the change of certificates, by days left of the first one, each day counts."""
    first = shared_key_pair().certificate
    keys, begun_utc, days = life.keys, life.keys.now_utc, 0
    while days < 400:
        life.live()
        each_day()
        is_near = first.days_left(keys.now_utc) in change_days
        keys.pass_time(days=1 if is_near else step_days)
        days = (keys.now_utc - begun_utc).days


@pytest.mark.parametrize("step_days", [FORTNIGHTS, DAYS])
def test_a_year_in_which_the_certificate_renews_itself(make_lab: Callable[..., Lab], step_days: int) -> None:
    lab = make_lab(users=8)
    rules = lab.tenant().key_rules
    with open_key_lab(lab, **settings(lab)) as keys:
        rules.known_after_s, rules.certain_after_s = 600.0, 3600.0
        keys.renew_by_itself()
        life = Life(keys)
        pass_year(life, step_days, range(22, 31), keys.night)
        assert keys.active != shared_key_pair().certificate
        assert keys.active.days_left(keys.now_utc) > 280
        assert keys.hand.host.notices == [], "nobody had anything to do"
        assert len(lab.tenant().sent) == life.done["mail"] == life.done["sync"] == life.done["sign-in"]
        assert life.done["sync"] > 25
        assert keys.events == ["key_pair.generated", "key_pair.registered", "key_pair.promoted"]


@pytest.mark.parametrize("step_days", [FORTNIGHTS, DAYS])
def test_a_year_in_which_somebody_follows_the_notice(make_lab: Callable[..., Lab], step_days: int) -> None:
    """In manual mode without contacts and photos: the clock syncs nothing, and the notice comes all the same."""
    lab = make_lab(users=8)
    with open_key_lab(lab, **settings(lab)) as keys:
        life, first = Life(keys), shared_key_pair().certificate
        done: list[int] = []

        def follow() -> None:
            night = keys.night()
            assert night.quiet, night.message
            notices = [each for each in keys.hand.host.open_notices() if "certificate" in each.subject]
            if not notices:
                return
            days_left = first.days_left(keys.now_utc)
            assert "Generate a new key pair" in notices[0].text or "is waiting" in notices[0].text
            if days_left > 14:
                return  # nobody reads the first notice
            done.append(days_left)
            if len(done) == 1:
                keys.hand.press("generate_key_pair")
                return
            downloaded = keys.hand.press("download_public_key")
            lab.tenant().key_rules.known_after_s, lab.tenant().key_rules.certain_after_s = 600.0, 3600.0
            if len(done) == 2:
                lab.register(downloaded.content.decode())

        pass_year(life, step_days, range(9, 18), follow)
        assert keys.active != first
        assert len(done) == 2, "made and uploaded; it is used as soon as Entra knows it"
        assert keys.hand.host.open_notices() == []
        assert len(lab.tenant().sent) == life.done["mail"] == life.done["sync"] == life.done["sign-in"]
