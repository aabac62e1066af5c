"""A batch that cannot be answered as a whole is asked again in halves, down to single items."""

from __future__ import annotations

from typing import Any

import pytest

from portsip_m365_plugin.graph.batch import BatchResult
from portsip_m365_plugin.graph.batch_queue import BatchItem
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import AnswerTooLargeError, UnavailableError
from portsip_m365_plugin.graph.photos import ask_picture
from portsip_m365_plugin.graph.reads import read_many
from portsip_m365_plugin.simulator.faults import Fault
from portsip_m365_plugin.simulator.world.directory import Person
from tests.support.photo_lab import PhotoLab

LIMIT = 200_000


@pytest.fixture
def lab() -> PhotoLab:
    return PhotoLab(users=120, photo_share=1.0)


def read(lab: PhotoLab, people: list[Person], *, n_threads: int = 1) -> dict[str, BatchResult[str]]:
    client = lab.client()
    items = [BatchItem(key=person.id, request=ask_picture(client.cloud, person.id)) for person in people]
    results = read_many(client, items, n_threads=n_threads, answer_max_bytes=LIMIT)
    return {result.item.key: result for result in results}


def test_a_batch_whose_answer_is_too_large_is_halved(lab: PhotoLab) -> None:
    lab.realm.settings.photo_bytes = 30_000  # 20 of them in base64 are 800,000 bytes
    people = lab.pictured()[:60]
    found = read(lab, people)
    assert len(found) == 60
    assert all(result.reply is not None for result in found.values())


def test_what_is_too_large_by_itself_is_that_items_error(lab: PhotoLab) -> None:
    people = lab.pictured()[:40]
    people[7].photo_kind = "large"
    found = read(lab, people)
    errors = {oid: result.error for oid, result in found.items() if result.error is not None}
    assert len(found) == 40
    assert [type(error) for error in errors.values()] == [AnswerTooLargeError]
    assert list(errors) == [people[7].id]


@pytest.mark.parametrize("n_threads", [1, 8])
def test_one_strange_person_fails_nobody_else(lab: PhotoLab, monkeypatch: pytest.MonkeyPatch, n_threads: int) -> None:
    people = lab.pictured()[:60]
    strange, send = people[7], GraphClient.send

    def fail_with_strange(client: GraphClient, request: Any) -> Any:
        if any(strange.id in inner["url"] for inner in (request.body or {}).get("requests", ())):
            raise UnavailableError("batch was refused", status=500)
        return send(client, request)

    monkeypatch.setattr(GraphClient, "send", fail_with_strange)
    found = read(lab, people, n_threads=n_threads)
    assert len(found) == 60
    assert [oid for oid, result in found.items() if result.error is not None] == [strange.id]


@pytest.mark.parametrize("n_threads", [1, 8])
def test_an_outage_is_still_an_outage_and_ends_soon(lab: PhotoLab, n_threads: int) -> None:
    lab.realm.faults.add(Fault("status", match=r"POST /v1.0/\$batch", status=500, times=None))
    started = lab.elapsed_s
    with pytest.raises(UnavailableError):
        read(lab, lab.pictured()[:90], n_threads=n_threads)
    assert lab.elapsed_s - started < 45 * 60


def test_batches_grow_again_after_the_large_ones(lab: PhotoLab) -> None:
    people = lab.pictured()
    for person in people[:20]:
        person.photo_kind = "wide"  # 20 of them are too large together, 2 are not
    client = lab.client()
    items = [BatchItem(key=person.id, request=ask_picture(client.cloud, person.id)) for person in people]
    results = list(read_many(client, items, answer_max_bytes=1_000_000))
    assert [result.error for result in results] == [None] * len(people)
    assert client.requests_sent < 30, "after the large ones there are 20 in a batch again"
