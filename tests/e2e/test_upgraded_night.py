"""The night after an upgrade: the old key signs in, the old state is understood, and everybody keeps their number."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path
from typing import Final

import pytest
import time_machine

from pbx_devhost.core import Pbx
from pbx_devhost.runs.runner import Runner
from pbx_devhost.store.sealing.keys import KEY_VARIABLE
from pbx_plugin_api import CompanyBook, TickReason, TickStatus
from portsip_m365_plugin.keys.store import ACTIVE_KEY, load_key_pair
from tests.conftest import MakeLab
from tests.support.released import VERSIONS, lay_out

NIGHT_UTC: Final = datetime(2026, 11, 27, 1, tzinfo=timezone.utc)
"""Soon after the databases were made: the certificates in them end in November 2027."""


@time_machine.travel(NIGHT_UTC, tick=True)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_sync_goes_on_after_the_upgrade(
    version: int, make_lab: MakeLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = lay_out(version, "sqlite", f"sqlite:///{tmp_path}/pbx.db")
    monkeypatch.setenv(KEY_VARIABLE, released.found["key"])
    shown = released.found["shown"]["Contoso"]
    before = {user["entra_object_id"]: user for user in shown["users Contoso"] if user["entra_object_id"]}
    settings = shown["settings get Contoso --plugin m365"]["values"]
    # The people of the simulator that the old program saw: the same seed, before any of them was disabled or deleted.
    lab = make_lab(users=10, seed=7, contacts_per_mailbox=3, photo_share=0.2)
    with closing(Pbx(released.url)) as pbx:
        tenant = pbx.stores.tenants.find(released.tenant_id)
        with pbx.open("m365", tenant, hook="on_settings_page", run_id=None) as host:
            pair = load_key_pair(host, ACTIVE_KEY)
        assert pair is not None
        lab.tenant().register_app(pair.certificate.pem, client_id=settings["application_id"])
        report = Runner(pbx).run(tenant, "m365", TickReason.FORCED).report
        assert report is not None
        assert report.status is TickStatus.DONE, report
        # One was deleted by hand, one edited by hand, and two were away.
        assert (report.counts.created, report.counts.updated, report.counts.enabled) == (1, 1, 2)
        assert (report.counts.disabled, report.counts.deleted) == (0, 0)
        assert (report.counts.contacts_created, report.counts.contacts_deleted) == (0, 0)
        after = {user.subject: user for user in pbx.stores.users.rows(tenant.pbx_tenant_id) if user.subject}
        for subject, user in before.items():
            kept = (after[subject].id, after[subject].username, after[subject].extension_number)
            assert kept == (user["id"], user["username"], user["extension_number"])
        (returned,) = set(after) - set(before)
        numbers = {int(user["extension_number"]) for user in shown["users Contoso"]}
        assert int(after[returned].extension_number) in set(range(min(numbers), max(numbers))) - numbers, "their own"
        names = [contact["name"] for contact in pbx.stores.contacts.rows(tenant.pbx_tenant_id, CompanyBook())]
        assert "Hand Made" in names
