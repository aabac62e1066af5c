"""Every time on the page is the tenant's own, to the minute, in one form."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

from pbx_plugin_api import Counts, PlanRef, Tenant, dump
from pbx_plugin_api.testing import FakeHost
from portsip_m365_plugin.contacts.tally import ContactSummary
from portsip_m365_plugin.page.tabs.contacts import draw_contacts_tab
from portsip_m365_plugin.page.tabs.mail import draw_mail_tab
from portsip_m365_plugin.page.tabs.users import draw_users_tab
from portsip_m365_plugin.times import show_day, show_time
from tests.support.page_view import view_of

BERLIN = Tenant(pbx_tenant_id="t", name="T", sip_domain="t.example", time_zone="Europe/Berlin")
EVENING = datetime(2026, 11, 24, 23, 30, 59, tzinfo=timezone.utc)
ROOMS = (Path("portsip_m365_plugin/page"), Path("portsip_m365_plugin/checks"))


def test_the_form() -> None:
    assert show_time(EVENING, BERLIN) == "2026-11-25 00:30"
    assert show_day(EVENING, BERLIN) == "2026-11-25"
    summer = EVENING - timedelta(days=150)
    assert show_time(summer, BERLIN) == "2026-06-28 01:30"


def test_tabs_that_show_a_time_show_the_tenants() -> None:
    host = FakeHost()
    host.state.put("contacts.summary", dump(ContactSummary(at_utc=EVENING, message="Done.", states={}, troubled=())))
    plan = PlanRef(checksum="c", made_at_utc=EVENING, counts=Counts())
    host.state.put("users.plan", {"plan": dump(plan), "pairs_blob": None, "is_full": False})
    failure = {"at": EVENING.isoformat(), "kind": "test", "status": "rejected", "reason": "No.", "remedy": ""}
    host.state.put("mail.failures", [failure, {**failure, "at": "long ago"}])
    view = view_of(host=host, tenant=BERLIN, may_edit=True, why_not_ready="")
    for draw in (draw_contacts_tab, draw_users_tab, draw_mail_tab):
        text = repr(draw(view))
        assert "2026-11-25 00:30" in text, draw
        assert not re.search(r"\d\d:\d\d UTC|\d\d:\d\d:\d\d|T\d\d:\d\d", text), draw
    assert "long ago" in repr(draw_mail_tab(view))


def test_no_other_room_of_the_page_spells_a_time() -> None:
    """A second form would come back with the next table."""
    spelled = [str(path) for room in ROOMS for path in room.rglob("*.py") if "%H:%M" in path.read_text("utf-8")]
    assert spelled == []
