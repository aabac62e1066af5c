"""Microsoft's documented answers, read by the same code as live ones. Skipped if the samples are absent."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from portsip_m365_plugin.clouds import CHINA, GLOBAL
from portsip_m365_plugin.graph import errors, judge
from portsip_m365_plugin.graph.batch import run_batches
from portsip_m365_plugin.graph.batch_queue import BatchItem
from portsip_m365_plugin.graph.paging import Page, read_page
from portsip_m365_plugin.graph.wire import CALLS, Request, build, follow
from tests.support.graph_wire import Written, wire

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "oracle" / "graph-samples"

PAGES = {
    "user-list-*-200.json": "users.list",
    "user-delta-*-200.json": "users.delta",
    "delta-query-users-*-200.json": "users.delta",
    "docs2024-delta-users-*-200.json": "users.delta",
    "composed-users-delta-replay-duplicate.json": "users.delta",
    "contact-delta-*-200.json": "contacts.delta",
    "contactfolder-delta-*-200.json": "contacts.folders",  # a page of folders
    "contactfolder-list-childfolders-*-200.json": "contacts.child_folders",
    "contactfolder-list-contacts-*-200.json": "contacts.list",
    "user-list-contactfolders-*-200.json": "contacts.folders",
    "user-list-contacts-*-200.json": "contacts.list_default",
}
SINGLE = {
    "user-get-0*-200.json": "users.get",
    "contact-get-*-200.json": "contacts.get",
    "profilephoto-get-*-200.json": "users.photo",
    "user-get-mailboxsettings-*-200.json": "mailbox.purpose",
    "outlook-large-attachments-01-201.json": "mail.create_draft",
    "outlook-large-attachments-02-201.json": "mail.create_upload",
    "attachment-createuploadsession-01-201.json": "mail.create_upload",
}
REFUSALS = {
    "observed-400-china-delta-ErrorInvalidIdMalformed.json": (400, errors.BadRequestError),
    "observed-400-china-segment-not-found.json": (400, errors.BadRequestError),
    "observed-401-NoPermissionsInAccessToken.json": (401, errors.ConsentMissingError),
    "observed-404-MailboxNotEnabledForRESTAPI-newtext.json": (404, errors.MailboxMissingError),
    "observed-404-MailboxNotEnabledForRESTAPI.json": (404, errors.MailboxMissingError),
    "observed-404-ResourceNotFound.json": (404, errors.MailboxMissingError),
    "observed-404-photo-ImageNotFound.json": (404, errors.NotFoundError),
    "observed-410-SyncStateNotFound.json": (410, errors.ResyncRequiredError),
    "observed-SyncStateNotFound-contacts-messages-events.json": (404, errors.ResyncRequiredError),
    "observed-429-ApplicationThrottled-MailboxConcurrency.json": (429, errors.ThrottledError),
    "cur-throttling-01-429.json": (429, errors.ThrottledError),
    "throttling-01-429.json": (429, errors.ThrottledError),
    "known-issues-01.json": (404, errors.MailboxMissingError),
    "outlook-send-mail-from-other-user-02-403.json": (403, errors.MailboxRefusedError),
    "user-sendmail-05-400.json": (400, errors.BadRequestError),
    "auth-limit-mailbox-access-01.json": (403, errors.MailboxRefusedError),
}

needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="../shared/oracle/graph-samples is absent")


def read(name: str) -> Any:
    return json.loads((SAMPLES / name).read_text(encoding="utf-8"))


def matching(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(path.name, call) for pattern, call in table.items() for path in sorted(SAMPLES.glob(pattern))]


def request_of(call_name: str) -> Request:
    return Request(call=CALLS[call_name], path_and_query=CALLS[call_name].path)


@needs_samples
@pytest.mark.parametrize(("name", "call"), matching(PAGES))
def test_pages(name: str, call: str) -> None:
    body = read(name)
    page = read_page(body, request_of(call))
    assert isinstance(page, Page)
    assert len(page.rows) == len(body["value"])
    for link in (page.next_link, page.delta_link):
        if link is not None and "..." not in link:
            follow(request_of(call), link, GLOBAL if "graph.microsoft.com" in link else CHINA)


@needs_samples
@pytest.mark.parametrize(("name", "call"), matching(SINGLE))
def test_single_objects(name: str, call: str) -> None:
    row = CALLS[call]
    params = {key: "x" for key in ("user_id", "contact_id", "message_id") if f"{{{key}}}" in row.path}
    wired = wire(Written(min(row.success - {202}), read(name)))
    assert wired.client.send(build(call, GLOBAL, **params)).body == read(name)


@needs_samples
@pytest.mark.parametrize(("name", "expected"), REFUSALS.items())
def test_refusals(name: str, expected: tuple[int, type[errors.GraphError]]) -> None:
    status, kind = expected
    body = read(name)
    found, code = judge.judge(status, body)
    assert found is kind
    assert code in list(judge.error_codes(body))
    assert found.sentence_template


@needs_samples
@pytest.mark.parametrize(
    "name", ["cur-batching-01-200.json", "composed-batch-mixed-with-429.json", "observed-batch-photos-200-404.json"]
)
def test_batches(name: str) -> None:
    """Documented batches have other ids; ours are numbers, so only the ids are replaced."""
    body = read(name)
    body = body.get("response", body) if "responses" not in body else body
    answers = [{**each, "id": str(number)} for number, each in enumerate(body["responses"])]
    call = "users.photo_content" if "photos" in name else "users.get"
    for answer in answers:
        if answer.get("body") == "...":  # the sample does not contain the picture
            answer["body"] = "/9j/4AAQSkZJRg=="
    items = [BatchItem(key=n, request=build(call, GLOBAL, user_id=f"u{n}")) for n in range(len(answers))]
    renamed = Written(body={"responses": answers})
    settled = [Written(body={"responses": [{"id": str(n), "status": 404, "body": None} for n in range(20)]})] * 8
    results = {result.item.key: result for result in run_batches(wire(renamed, *settled).client, items)}
    assert set(results) == set(range(len(answers)))
    for number, answer in enumerate(answers):
        if answer["status"] == 200:
            assert results[number].reply is not None
        else:
            assert results[number].error is not None


@needs_samples
def test_the_sample_of_an_old_delta_link_asks_for_a_resync() -> None:
    body = read("observed-400-users-delta-DeltaLink-older-than-30-days.json")
    assert judge.judge(400, body, carries_token=True)[0] is errors.ResyncRequiredError


def mocks_of_our_calls() -> list[tuple[str, Any]]:
    if not SAMPLES.is_dir():
        return []
    found = []
    for mock in read("docs-mocks-2025-subset.json")["mocks"]:
        path = mock["request"]["url"].partition("/v1.0")[2].partition("?")[0]
        for row in CALLS.values():
            pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(row.path))
            if row.method == mock["request"].get("method", "GET") and re.fullmatch(pattern, path):
                found.append((row.name, mock["response"]))
                break
    return found


@needs_samples
def test_documented_mocks() -> None:
    """Answers of the documentation's mock server to calls of the wire table."""
    mocks = mocks_of_our_calls()
    assert len(mocks) >= 5
    for name, response in mocks:
        row, body = CALLS[name], response.get("body")
        if row.is_binary or not isinstance(body, dict):
            continue
        if isinstance(body.get("value"), list):
            assert read_page(body, request_of(name)).rows == body["value"]
        elif response.get("statusCode", 200) >= 400:
            assert issubclass(judge.judge(response["statusCode"], body)[0], errors.GraphError)


@needs_samples
def test_every_sample_of_a_call_we_make_is_read_here() -> None:
    """A sample that is added later must be listed here, as used or as not used."""
    ours = {name for name, _ in [*matching(PAGES), *matching(SINGLE)]} | set(REFUSALS)
    ours |= {"cur-batching-01-200.json", "composed-batch-mixed-with-429.json", "observed-batch-photos-200-404.json"}
    foreign = (
        "README", "aad-", "cur-advanced", "cur-errors", "errors-", "json-batching", "cur-batching-02", "beta-",
        "calendar", "cloudcomm", "presence", "subscription", "webhooks", "delta-query-events", "delta-query-messages",
        "auth-v2",
        "delta-query-overview", "directory-deleteditems", "group-list-photos", "docs-mocks", "outlook-immutable",
        "contact-update", "user-post-contacts", "contactfolder-get", "outlook-large-attachments-0",
        "observed-400-users-delta", "user-list-03", "user-sendmail-0", "outlook-send-mail-from-other-user-01",
    )  # fmt: skip
    unplaced = [p.name for p in SAMPLES.iterdir() if p.name not in ours and not p.name.startswith(foreign)]
    assert unplaced == []
