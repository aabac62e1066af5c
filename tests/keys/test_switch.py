"""A switch of certificates while Entra's servers do not agree yet: nothing fails, and the pair before goes later."""

from __future__ import annotations

from datetime import timedelta

from pbx_plugin_api import Download
from portsip_m365_plugin.config.reader import load_config
from portsip_m365_plugin.connect import NotReady, connect
from portsip_m365_plugin.keys.store import DROPPED_AFTER, PREVIOUS_KEY, SETTLED_AFTER, choose_single
from tests.keys.test_year import Life, settings
from tests.support.key_lab import KeyLab, open_key_lab
from tests.support.lab import Lab, shared_key_pair

FIRST = shared_key_pair()


def is_connected(keys: KeyLab) -> bool:
    keys.restart()
    return not isinstance(connect(keys.hand.host, load_config(keys.hand.host).connection), NotReady)


def upload_next(keys: KeyLab) -> None:
    keys.hand.press("generate_key_pair")
    downloaded = keys.hand.press("download_public_key")
    assert isinstance(downloaded, Download)
    keys.lab.register(downloaded.content.decode())


def test_nothing_fails_while_only_some_of_entras_servers_know_the_new_one(lab: Lab) -> None:
    with open_key_lab(lab, **settings(lab)) as keys:
        life, rules = Life(keys), lab.tenant().key_rules
        life.live()
        rules.known_after_s, rules.certain_after_s = 60.0, 3600.0
        upload_next(keys)
        life.live()
        assert keys.active == FIRST.certificate, "no server knows the new one"
        keys.pass_time(seconds=90)
        for _ in range(4):
            assert is_connected(keys)
            life.live()
        assert keys.active != FIRST.certificate
        assert life.done["sign-in"] == life.done["mail"] == 6


def test_the_pair_before_signs_what_cannot_be_repeated_for_a_day_and_goes_after_a_week(keys: KeyLab) -> None:
    upload_next(keys)
    assert is_connected(keys)
    assert keys.active != FIRST.certificate
    assert choose_single(keys.hand.host) == FIRST
    keys.pass_time(seconds=SETTLED_AFTER.total_seconds() + 1)
    assert choose_single(keys.hand.host) == keys.pair()
    keys.night()
    assert keys.pair(PREVIOUS_KEY) == FIRST
    keys.pass_time(seconds=(DROPPED_AFTER - SETTLED_AFTER + timedelta(hours=1)).total_seconds())
    keys.night()
    assert keys.pair(PREVIOUS_KEY) is None


def test_an_expired_pair_before_signs_nothing(keys: KeyLab) -> None:
    keys.pass_until(days_left=0)
    upload_next(keys)
    assert is_connected(keys)
    keys.pass_time(hours=25)
    assert choose_single(keys.hand.host) == keys.pair()


def test_disconnecting_leaves_no_key_behind(keys: KeyLab) -> None:
    upload_next(keys)
    assert is_connected(keys)
    keys.hand.press("generate_key_pair")
    keys.hand.press("download_certificate_request")
    assert len(keys.hand.host.secrets.names()) == 4
    keys.hand.press("disconnect")
    assert keys.hand.host.secrets.names() == []
    assert list(keys.hand.host.state.items("key.")) == []
