"""Somebody who was synced, signed in, got mail and stood in plans is erased: nothing of the PBX names them any more."""

from __future__ import annotations

from typing import Any

from pbx_devhost.mail.delivery import Delivery
from pbx_devhost.mail.welcome import queue_welcome
from pbx_devhost.runs.runner import Runner
from pbx_plugin_api import ActionRequest, TickReason
from tests.conftest import MakeLab
from tests.support.database_dump import dump_text
from tests.support.mail_samples import make_note
from tests.support.portal_world import ADMIN, EntraVisitor, World, connect_m365


def run_job(world: World, job: str) -> Any:
    request = ActionRequest(action=job, values={}, viewer=ADMIN.username)
    return Runner(world.pbx).run(world.tenant, "m365", TickReason.JOB, job=job, request=request)


def test_an_erased_person_is_named_nowhere(world: World, make_lab: MakeLab) -> None:
    lab = make_lab(users=40)
    connect_m365(world, lab, sync_every_minutes="5", sync_photo="true", contact_personal="true")
    user = world.synced(3)
    upn = world.upn(user)
    person = next(each for each in lab.tenant().directory.order if each.id == user.subject)
    with EntraVisitor() as entra:
        browser = world.browser()
        assert browser.come_back(entra.sign_in(browser.begin(), upn)).status_code == 303
    queue_welcome(world.pbx.stores, world.tenant, user.username)
    waiting = make_note(
        to=(upn, "someone@customer.example"), subject=f"Call of {user.display_name}", text=f"From {upn}"
    )
    world.pbx.stores.outbox.put(world.tenant_id, waiting)
    Delivery(world.pbx).deliver_due()
    world.pbx.stores.audit.record(world.tenant_id, "admin", "user.edit", subject=user.username)
    # They leave; the plan that disables them waits, and a preview and a report of problems name them.
    lab.admin().change_user(person.id, displayName=user.display_name + " (left)", accountEnabled=False)
    run_job(world, "preview")
    Runner(world.pbx).run(world.tenant, "m365", TickReason.FORCED)
    traces = [
        user.subject,
        upn,
        user.username,
        user.display_name,
        *(text for text in (user.email, user.mobile_phone) if text),
    ]
    before = dump_text(world.pbx.stores).casefold()
    assert all(trace.casefold() in before for trace in traces)
    n_runs = before.count("\nruns: ")
    lab.admin().delete_user(person.id)
    erasure = world.pbx.stores.erasures.ask(world.tenant_id, user.id, also=(upn,))
    done = world.pbx.stores.erasures.work(erasure)
    assert done.is_done
    # A colleague has them in the address book at Microsoft: that is the colleague's, and an administrator reads it.
    [remains] = done.remains
    assert remains.startswith("Contacts in address books that have this name, address or number: ")
    after = dump_text(world.pbx.stores).casefold()
    for trace in traces:
        lines = [
            line[:300] for line in after.splitlines() if trace.casefold() in line and "contacts: " not in line[:12]
        ]
        assert lines == [], trace
    assert after.count("\nruns: ") == n_runs
    # The plugin goes on with a memory from which a person was taken.
    for reason in (TickReason.DUE, TickReason.FORCED):
        result = Runner(world.pbx).run(world.tenant, "m365", reason)
        if result.run_id is not None:
            assert result.is_done, result
    assert user.username not in world.users()
