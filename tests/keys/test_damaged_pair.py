"""A key pair that cannot be read stops neither page, run nor mail with an exception; another one can be made."""

from __future__ import annotations

import pytest

from pbx_plugin_api import DeliveryStatus, Done, TickStatus
from portsip_m365_plugin.keys.store import ACTIVE_KEY, load_key_pair
from tests.support.lab import Lab, shared_key_pair
from tests.support.mail_samples import make_note
from tests.support.pbx_hand import Hand


@pytest.mark.parametrize("stored", [b"{cut", b"[]", b"{}", b'{"certificate_pem": 5}', b"\xff"], ids=repr)
def test_a_damaged_key_pair_counts_as_missing(lab: Lab, stored: bytes, caplog: pytest.LogCaptureFixture) -> None:
    hand = Hand()
    hand.set_up(lab.settings(), shared_key_pair())
    hand.save(mail_mailbox=str(next(p.id for p in lab.tenant().directory.order if p.mailbox == "user")))
    hand.host.secrets.put(ACTIVE_KEY, stored)
    assert hand.tick().status is TickStatus.NOT_CONFIGURED
    receipt = hand.plugins.send_notification(hand.tenant, make_note()).value
    assert receipt is not None
    assert receipt.status is DeliveryStatus.DEFERRED, "certainly not sent"
    assert "cannot be read" in caplog.text
    assert isinstance(hand.press("generate_key_pair"), Done)
    assert load_key_pair(hand.host, ACTIVE_KEY) is not None
