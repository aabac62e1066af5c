"""Photos: what is asked, what is fetched, what is left alone."""

from __future__ import annotations

import pytest

from pbx_plugin_api import Photo, TickStatus
from portsip_m365_plugin.photos.run import run_photo_sync
from portsip_m365_plugin.simulator.faults import Fault
from tests.support.photo_lab import PhotoLab


@pytest.fixture
def lab() -> PhotoLab:
    return PhotoLab(users=120, photo_share=0.66)


def test_first_pass_stores_what_there_is_and_a_quiet_night_costs_one_request_for_twenty(lab: PhotoLab) -> None:
    report = lab.photos()
    assert report.status is TickStatus.DONE, report
    assert dict(report.problem_counts) == {}
    assert report.message == f"{len(lab.pictured())} photos stored, 0 removed."
    for person in lab.linked():
        photo = lab.shown(person)
        assert (photo is not None) == (person in lab.pictured()), person
        if photo is not None:
            assert photo.content.startswith(b"\xff\xd8\xff")
            assert photo.content_type == "image/jpeg"
    quiet = lab.photos()
    assert quiet.requests == -(-len(lab.linked()) // 20)
    assert quiet.message == "0 photos stored, 0 removed."
    assert lab.requests("$value") == 0


def test_the_documented_gif_is_no_photo(lab: PhotoLab) -> None:
    placeholders = [person for person in lab.linked() if person.photo_seed < 0]
    assert placeholders
    lab.photos()
    assert [lab.shown(person) for person in placeholders] == [None] * len(placeholders)


def test_a_new_picture_is_fetched_alone_and_a_removed_one_goes(lab: PhotoLab) -> None:
    lab.photos()
    changed, removed, hidden = lab.pictured()[:3]
    before = lab.shown(changed)
    changed.photo_seed, removed.photo_seed, hidden.photo_seed = 4711, 0, -1
    report = lab.photos()
    assert report.message == "1 photo stored, 2 removed."
    assert lab.requests("GET /users/{id}/photo/$value") == 1
    assert lab.shown(changed) not in (None, before)
    assert lab.shown(removed) is lab.shown(hidden) is None


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (404, "ImageNotFound"),
        (404, "ErrorItemNotFound"),
        (404, "ErrorNonExistentMailbox"),
        (404, "MailboxNotEnabledForRESTAPI"),
        (404, "ResourceNotFound"),
        (404, "Request_ResourceNotFound"),
    ],
)
def test_every_way_to_say_that_there_is_no_photo(lab: PhotoLab, status: int, code: str) -> None:
    lab.photos()
    person = lab.pictured()[0]
    lab.realm.faults.add(Fault("status", match=f"{person.id}/photo", inner=True, status=status, code=code))
    report = lab.photos()
    assert dict(report.problem_counts) == {}
    assert report.message == "0 photos stored, 1 removed."
    assert lab.shown(person) is None


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (503, "MailboxInfoStale", "photo_unread"),
        (403, "ErrorAccessDenied", "photo_not_permitted"),
        (500, "InternalServerError", "photo_unread"),
        (400, "SomethingElse", "photo_unread"),
        (400, "AuthenticationError", "photo_unread"),
        (401, "AuthenticationError", "photo_unread"),
        (404, "UnknownError", "photo_unread"),
        (404, "ErrorInvalidUser", "photo_unread"),
    ],
)
def test_what_is_uncertain_leaves_the_picture(lab: PhotoLab, status: int, code: str, reason: str) -> None:
    lab.photos()
    person = lab.pictured()[0]
    before = lab.shown(person)
    fault = Fault("status", match=f"{person.id}/photo", inner=True, times=None, status=status, code=code)
    lab.realm.faults.add(fault)
    report = lab.photos()
    assert report.status is TickStatus.DONE
    assert report.problem_counts == {reason: 1}
    assert [problem.reason for problem in lab.host.progress.problems] == [reason]
    assert lab.shown(person) == before


@pytest.mark.parametrize("body", ['{"id": "1x1"}', "{}", "[]", '{"@odata.mediaEtag": 5}'])
def test_an_answer_without_a_mark_says_nothing(lab: PhotoLab, body: str) -> None:
    lab.photos()
    person = lab.pictured()[0]
    lab.realm.faults.add(
        Fault("replace", match=f"{person.id}/photo", inner=True, body=body, content_type="application/json", times=None)
    )
    report = lab.photos()
    assert report.problem_counts == {"photo_unread": 1}
    assert lab.shown(person) is not None


def test_a_picture_that_is_none_is_not_shown_to_browsers(lab: PhotoLab) -> None:
    person = lab.pictured()[0]
    lab.realm.faults.add(
        Fault("replace", match=rf"{person.id}/photo/\$value", inner=True, body="<script>", content_type="image/jpeg")
    )
    report = lab.photos()
    assert report.problem_counts == {"photo_invalid": 1}
    assert lab.shown(person) is None
    assert lab.photos().message == "1 photo stored, 0 removed."


def test_a_picture_chosen_in_the_pbx_stays_where_microsoft_has_none(lab: PhotoLab) -> None:
    person = next(person for person in lab.linked() if person.photo_seed == 0)
    row = lab.host.users.row_of(lab.link(person))
    assert row is not None
    row.photo = Photo(content=b"\x89PNG\r\n\x1a\n", content_type="image/png")
    lab.photos()
    assert lab.shown(person) == row.photo is not None


def test_disabled_people_are_not_asked_for_and_keep_their_picture(lab: PhotoLab) -> None:
    lab.photos()
    person = lab.pictured()[0]
    lab.patch(person, accountEnabled=False)
    lab.run()
    lab.photos()
    assert not any(person.id in entry.target for entry in lab.realm.journal.entries())
    assert lab.shown(person) is not None


def test_without_permission_it_ends_soon_and_says_so(lab: PhotoLab) -> None:
    lab.tokens.permissions, lab.tokens.held = ("Mail.Send",), ""
    report = lab.photos()
    assert report.status is TickStatus.DONE
    assert set(report.problem_counts) == {"photo_not_permitted"}
    assert len(lab.host.progress.problems) == 1, "one line, however many people"
    assert lab.host.users.counts().linked > 0


def test_stopped_it_goes_on_where_it_stopped() -> None:
    lab = PhotoLab(users=700, photo_share=0.3)
    lab.host.progress.asks, lab.host.progress.stop_after_asks = 0, 1
    first = lab.photos()
    assert (first.status, first.resumable) == (TickStatus.STOPPED, True)
    asked = lab.requests("GET /users/{id}/photo")
    lab.host.progress.stop_after_asks = None
    second = lab.photos()
    assert second.status is TickStatus.DONE
    assert asked + lab.requests("GET /users/{id}/photo") == len(lab.linked())
    assert lab.requests("/photo 200") == 0, "in a first pass the pictures are asked for at once"
    stored = sum(lab.shown(person) is not None for person in lab.linked())
    assert stored == len(lab.pictured())
    assert lab.photos().requests == -(-len(lab.linked()) // 20), "the next night begins again"


def test_throttled_it_stops_and_says_when(lab: PhotoLab) -> None:
    lab.realm.faults.add(Fault("status", match=r"POST /v1.0/\$batch", status=429, retry_after="4000", times=None))
    report = lab.photos()
    assert report.status is TickStatus.STOPPED
    assert report.next_due_at_utc is not None


def test_out_of_time_is_no_failure(lab: PhotoLab) -> None:
    report = run_photo_sync(
        lab.host, lab.tenant, lab.tick(), lab.client(deadline_utc=lab.host.clock.now_utc()), lab.microsoft.id
    )
    assert (report.status, report.resumable) == (TickStatus.STOPPED, True)


def test_a_cloud_without_batch() -> None:
    lab = PhotoLab(users=40, photo_share=0.5, cloud="CHINA")
    lab.realm.settings.batch = False
    report = lab.photos()
    assert report.status is TickStatus.DONE
    refused = report.requests - len(lab.linked())
    assert 2 <= refused <= 3, "the batches that were on their way when the first was refused"
    for person in lab.pictured():
        assert lab.shown(person) is not None


def test_people_of_another_directory_are_not_asked_for(lab: PhotoLab) -> None:
    report = run_photo_sync(lab.host, lab.tenant, lab.tick(), lab.client(), "another")
    assert (report.status, report.requests) == (TickStatus.DONE, 0)


def test_what_stays_no_picture_is_not_fetched_every_night(lab: PhotoLab) -> None:
    person = lab.pictured()[0]
    content = rf"{person.id}/photo/\$value"
    fault = Fault("replace", match=content, inner=True, body="<script>", content_type="image/jpeg", times=None)
    lab.realm.faults.add(fault)
    reports = [lab.photos() for _ in range(6)]
    assert all(report.problem_counts == {"photo_invalid": 1} for report in reports)
    assert fault.hits == 3
