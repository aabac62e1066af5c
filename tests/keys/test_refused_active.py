"""Entra loses the certificate in use while the one before it still works: nothing fails, and it must be said."""

from __future__ import annotations

from pbx_plugin_api import TickStatus
from portsip_m365_plugin.checks.run import run_checks
from portsip_m365_plugin.config.reader import load_config
from portsip_m365_plugin.keys.store import PREVIOUS_KEY
from portsip_m365_plugin.notices import NoticeKind
from tests.support.key_lab import KeyLab
from tests.support.pbx_hand import TENANT


def lose_the_new_one(keys: KeyLab) -> str:
    """Somebody deletes the wrong certificate in Entra after a renewal."""
    keys.renew_by_itself()
    keys.pass_until(days_left=30)
    keys.nights(5)
    assert keys.pair(PREVIOUS_KEY) is not None
    del keys.app.certificates[-1]
    keys.restart()
    return keys.active.thumbprint_sha1


def certificate_line(keys: KeyLab) -> tuple[str, str]:
    report = run_checks(keys.hand.host, TENANT, load_config(keys.hand.host))
    (line,) = [each for each in report.checks if each.name == "certificate"]
    return line.state.value, line.found


def test_the_check_does_not_call_a_refused_certificate_accepted(keys: KeyLab) -> None:
    thumbprint = lose_the_new_one(keys)
    state, found = certificate_line(keys)
    assert state == "not_well"
    assert f"refuses the certificate {thumbprint}" in found


def test_the_only_pair_that_works_is_kept_and_the_administrators_are_told(keys: KeyLab) -> None:
    lose_the_new_one(keys)
    certificate_line(keys)
    keys.nights(9)
    assert keys.pair(PREVIOUS_KEY) is not None
    (notice,) = [each for each in keys.hand.host.open_notices() if each.key == NoticeKind.CERTIFICATE]
    assert "refuses the certificate" in notice.subject


def test_the_pair_that_works_signs_for_the_next_one(keys: KeyLab) -> None:
    lost = lose_the_new_one(keys)
    report = keys.hand.press("renew_now")
    assert report.status is TickStatus.DONE, "the object ID is right, and nothing says that it is not"
    assert "was registered in Entra" in report.message
    keys.nights(6)
    assert keys.active.thumbprint_sha1 != lost
    assert certificate_line(keys)[0] == "ok"
