"""What is stored for people is read again as a text of any language, by every reader; a person in it can be erased."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import cast

import pytest
from sqlalchemy import text

from pbx_devhost.cli.views import show_run
from pbx_devhost.core import Pbx
from pbx_devhost.store.erasure.identity import ERASED, Identity
from pbx_devhost.store.sql.schema.base import Sentence
from pbx_devhost.store.work.leases import LEASE_S
from pbx_plugin_api import Catalogue, Counts, PlanRef, Problem, Severity, Text, TickReport, TickStatus
from tests.support.database_dump import dump_text
from tests.support.devhost_pbx import DevPbx

_WORDS = Catalogue("some_plugin")
SENTENCE = _WORDS.say("{name} was left out: {reason}.", name="Zoë Quist", reason=_WORDS.say("no name"))


@pytest.fixture
def run_id(dev: DevPbx) -> str:
    stores, tenant_id = dev.stores, dev.tenant.pbx_tenant_id
    run_id = stores.runs.begin(tenant_id, "m365", "forced", None)
    with stores.database.write() as connection:
        stores.runs.add_problems(connection, run_id, [Problem(reason="no_name", detail=SENTENCE)])
    plan = PlanRef(checksum="abc", made_at_utc=dev.host.clock.now_utc(), counts=Counts(), why=SENTENCE)
    stores.runs.finish(run_id, TickReport(status=TickStatus.NEEDS_APPROVAL, message=SENTENCE, plan=plan))
    stores.notices.begin(tenant_id, "some.key", SENTENCE, SENTENCE, Severity.BAD, plugin="m365")
    return run_id


def test_runs_problems_and_notices_come_back_as_texts(dev: DevPbx, run_id: str) -> None:
    run = dev.stores.runs.get(run_id)
    [problem] = dev.stores.runs.problems(run_id)
    [kept] = dev.stores.notices.open_ones(dev.tenant.pbx_tenant_id)
    for found in (run.message, problem.detail, kept.notice.subject, kept.notice.text):
        assert isinstance(found, Text)
        assert found == "Zoë Quist was left out: no name."
        assert found.as_shape() == SENTENCE.as_shape()


def test_a_sentence_of_another_language_is_stored_in_english(dev: DevPbx, run_id: str) -> None:
    dev.stores.notices.begin(dev.tenant.pbx_tenant_id, "k", SENTENCE.in_language("de"), "", Severity.BAD)
    with dev.stores.database.read() as connection:
        raw = connection.execute(text("SELECT subject FROM notices WHERE key = 'k'")).scalar_one()
    assert raw.startswith("Zoë Quist was left out: no name.\x1f{")


def test_json_for_programs_has_sentences(dev: DevPbx, run_id: str) -> None:
    pbx = cast(Pbx, SimpleNamespace(stores=dev.stores))
    shown = show_run(pbx, dev.stores.runs.get(run_id))
    assert shown["message"] == shown["plan"]["why"] == shown["problems"][0]["detail"] == str(SENTENCE)
    assert "Text" not in json.dumps(shown)


def test_a_person_in_a_sentence_is_erased_and_the_sentence_stays(dev: DevPbx, run_id: str) -> None:
    who = Identity(names=("Zoë Quist",), addresses=())
    assert who.is_named_in(SENTENCE)
    cleared = who.clear(SENTENCE)
    assert isinstance(cleared, Text)
    assert cleared == f"{ERASED} was left out: no name."
    tenant_id = dev.tenant.pbx_tenant_id
    dev.move_clock(LEASE_S + 1)
    dev.stores.erasures.ask(tenant_id, "zoe@contoso.example", also=("Zoë Quist",))
    for erasure_id in dev.stores.erasures.waiting():
        assert dev.stores.erasures.work(erasure_id).is_done
    left = dump_text(dev.stores).casefold()
    assert "quist" not in left
    assert isinstance(dev.stores.runs.get(run_id).message, Text)


def test_a_name_over_several_values_goes_with_the_sentence() -> None:
    who = Identity(names=("Zoë Quist",), addresses=())
    parted = _WORDS.say("{given} {surname} was left out.", given="Zoë", surname="Quist")
    assert who.clear(parted) == f"{ERASED} was left out."
    assert not isinstance(who.clear(parted), Text)


@pytest.mark.parametrize("raw", ["plain", "", "half \x1f{", 'other version\x1f{"type": "Word"}', "list\x1f[1]"])
def test_what_is_no_text_is_read_as_plain(raw: str) -> None:
    read = Sentence().process_result_value(raw, None)  # type: ignore[arg-type]  # the database does not matter
    assert read == raw.partition("\x1f")[0]
    assert not isinstance(read, Text)
