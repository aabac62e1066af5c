"""Killed before any write and around any request, the renewal ends the same: one new key, the old one gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest

from pbx_plugin_api import Tick, TickReason
from portsip_m365_plugin import renewal
from portsip_m365_plugin.config.reader import load_config
from portsip_m365_plugin.connect import NotReady, connect
from portsip_m365_plugin.entra import keypair
from portsip_m365_plugin.entra.keypair import make_private_key
from portsip_m365_plugin.keys import store
from portsip_m365_plugin.keys.history import change_history, list_histories
from portsip_m365_plugin.keys.store import ACTIVE_KEY
from portsip_m365_plugin.nightly import run_tick
from portsip_m365_plugin.renewal import REMOVED_AFTER, TRIALS
from tests.support.key_lab import KeyLab, open_key_lab
from tests.support.lab import Lab, shared_key_pair

FIRST = shared_key_pair().certificate
NIGHTS = TRIALS + 5


class KilledError(BaseException):
    """The process is gone."""


class Reaper:
    """Kills at the so many-th effect: before a write to the host, before a request is sent, or after its answer."""

    def __init__(self, at: int) -> None:
        self.at, self.seen = at, 0
        self.where = ""

    def pass_by(self, where: str) -> None:
        self.seen += 1
        if self.seen == self.at:
            self.where = where
            raise KilledError(where)

    def watch(self, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, *, and_after: bool = False) -> None:
        real = getattr(owner, name)

        def watched(*args: Any, **kwargs: Any) -> Any:
            self.pass_by(f"before {name}")
            answer = real(*args, **kwargs)
            if and_after:
                self.pass_by(f"after {name}")
            return answer

        monkeypatch.setattr(owner, name, watched)


def run_night(keys: KeyLab) -> None:
    now_utc = keys.now_utc
    tick = Tick(run_id="r", reason=TickReason.DUE, now_utc=now_utc, deadline_utc=now_utc + timedelta(hours=1))
    run_tick(keys.hand.host, keys.hand.tenant, tick)


def live_on(keys: KeyLab) -> None:
    """The year goes on, night after night; whatever happened, Microsoft answers this PBX every day."""
    for night in range(NIGHTS):
        try:
            run_night(keys)
        except KilledError:
            keys.restart()
            run_night(keys)  # the host goes on where it was cut off
        connection = load_config(keys.hand.host).connection
        assert not isinstance(connect(keys.hand.host, connection), NotReady)
        keys.pass_time(days=REMOVED_AFTER.days if night == TRIALS + 1 else 1)


@pytest.mark.parametrize(
    "moments",
    [
        pytest.param((5, 12, 13, 16), id="the worst"),
        pytest.param(range(1, 200), id="all", marks=pytest.mark.long),
    ],
)
def test_killed_anywhere_it_ends_the_same(
    make_lab: Callable[..., Lab], monkeypatch: pytest.MonkeyPatch, moments: Iterable[int]
) -> None:
    other_key = make_private_key()
    monkeypatch.setattr(keypair, "make_private_key", lambda: other_key)  # making one takes longest
    lab, places = make_lab(users=1), []
    for at in moments:
        lab.apps.clear()
        reaper = Reaper(at)
        with open_key_lab(lab) as keys, monkeypatch.context() as patch:
            keys.renew_by_itself()
            (first_at_entra,) = keys.app.certificates
            change_history(keys.hand.host, FIRST.thumbprint_sha1, key_id=first_at_entra.key_id)
            keys.pass_until(days_left=30)
            for name in ("put", "delete"):
                reaper.watch(patch, keys.hand.host.secrets, name)
            for room in (renewal, store):  # what is remembered about each key
                reaper.watch(patch, room, "change_history")
            reaper.watch(patch, store, "forget_history")
            for name in ("add_key", "remove_key"):
                reaper.watch(patch, renewal, name, and_after=True)
            live_on(keys)
            assert keys.active != FIRST, reaper.where
            assert not keys.waits
            assert keys.hand.host.secrets.names() == [ACTIVE_KEY]
            left = [each for each in keys.app.certificates if each is not first_at_entra]
            assert len(left) == 1, f"killed {reaper.where}: no endless row of keys"
            assert first_at_entra not in keys.app.certificates
            assert [name for name, _ in list_histories(keys.hand.host)] == [keys.active.thumbprint_sha1]
        if not reaper.where:
            break
        places.append(reaper.where)
    assert {"after add_key", "before put", "before delete", "after remove_key"} <= set(places)
