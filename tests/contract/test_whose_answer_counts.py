"""Several plugins have a hook: which answer counts, and which calls run in parallel."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from pbx_plugin_api import (
    DeliveryReceipt,
    DeliveryStatus,
    Host,
    Provisioned,
    ProvisionRefused,
    Tenant,
    TickReport,
)
from pbx_plugin_api.hosting.isolation import Outcome
from pbx_plugin_api.hosting.manager import Deadlines
from tests.support.plugin_lab import ASKED, DONE, DRAFT, MAIL, TENANT, failing, load_plugins, tick

# ---------------------------------------------------------------------- whose answer counts


def receipt(status: DeliveryStatus = DeliveryStatus.ACCEPTED) -> DeliveryReceipt:
    return DeliveryReceipt(status=status, reason="" if status is DeliveryStatus.ACCEPTED else "why")


def test_the_first_answer_wins_a_mail_and_nobody_sends_it_twice() -> None:
    asked: list[str] = []

    def answer(name: str, value: DeliveryReceipt | None) -> dict[str, Any]:
        return {"on_send_notification": lambda host: asked.append(name) or value}

    pbx = load_plugins(a=answer("a", None), b=answer("b", receipt(DeliveryStatus.REJECTED)), c=answer("c", receipt()))
    sent = pbx.send_notification(TENANT, MAIL)
    assert (sent.plugin, sent.value, asked) == ("b", receipt(DeliveryStatus.REJECTED), ["a", "b"])


@pytest.mark.parametrize(
    ("hook", "outcome"),
    [
        (failing(RuntimeError("lost")), Outcome.FAILED),
        (lambda host: "sent", Outcome.WRONG_TYPE),
        (lambda host: time.sleep(0.6), Outcome.TIMED_OUT),
    ],
)
def test_a_mailer_that_fails_may_have_sent(hook: Callable[..., Any], outcome: Outcome) -> None:
    asked: list[str] = []
    good = {"on_send_notification": lambda host: asked.append("b") or receipt()}
    pbx = load_plugins(None, Deadlines(send_s=0.2), a={"on_send_notification": hook}, b=good)
    sent = pbx.send_notification(TENANT, MAIL)
    assert sent.value is not None
    assert (sent.plugin, sent.outcome, sent.value.status, asked) == ("a", outcome, DeliveryStatus.UNKNOWN, [])
    assert sent.value.reason == sent.sentence


def test_the_first_answer_wins_a_person_and_who_fails_is_passed_over() -> None:
    refused = ProvisionRefused(reason="guest", sentence="Guests are not added.")
    pbx = load_plugins(
        a={"on_user_provision": failing(RuntimeError())},
        b={"on_user_provision": lambda host: None},
        c={"on_user_provision": lambda host: refused},
        d={"on_user_provision": lambda host: Provisioned(draft=DRAFT)},
    )
    answer = pbx.provision_user(TENANT, ASKED)
    assert (answer.plugin, answer.value) == ("c", refused)
    alone = load_plugins(a={"on_user_provision": failing(RuntimeError())}).provision_user(TENANT, ASKED)
    assert (alone.plugin, alone.outcome) == ("a", Outcome.FAILED)
    nobody = load_plugins(a={"on_user_provision": lambda host: None}).provision_user(TENANT, ASKED)
    assert (nobody.outcome, nobody.sentence) == (Outcome.MISSING, "No plugin knows where to look for people.")


def test_calls_to_different_tenants_run_side_by_side() -> None:
    meeting = threading.Barrier(2, timeout=10)

    def meet(host: Host) -> TickReport:
        meeting.wait()
        return DONE

    pbx = load_plugins(a={"on_nightly_tick": meet})
    other = Tenant(pbx_tenant_id="t2", name="Fabrikam", sip_domain="fabrikam.example")
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda tenant=tenant: answers.append(pbx.tick("a", tenant, tick())))
        for tenant in (TENANT, other)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.ok for answer in answers] == [True, True]
