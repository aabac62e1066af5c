"""What Graph refuses about mail: messages, drafts, uploads, and too many of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.lab import Lab
from tests.support.sim_client import Client, message


@pytest.fixture
def client(lab: Lab) -> Client:
    return Client(lab)


def someone(client: Client, kind: str = "ordinary") -> Any:
    return next(person for person in client.lab.tenant(client.cloud).directory.order if person.kind == kind)


def item(number: int, **changes: Any) -> dict[str, Any]:
    return {"id": str(number), "method": "GET", "url": "/users?$top=1"} | changes


def recipients(count: int) -> list[dict[str, Any]]:
    return [{"emailAddress": {"address": f"r{number}@b.example"}} for number in range(count)]


def attachment(**changes: Any) -> dict[str, Any]:
    return {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "name": "a.wav",
        "contentType": "audio/wav",
        "contentBytes": "AAAA",
    } | changes


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"message": message(toRecipients=[])}, (400, "ErrorInvalidRecipients")),
        ({"message": message(toRecipients=[{"emailAddress": {"address": "no"}}])}, (400, "ErrorInvalidRecipients")),
        ({"message": message(bccRecipients=recipients(500))}, (400, "ErrorRecipientLimitExceeded")),
        (message(), (400, "BadRequest")),
        ({"saveToSentItems": False}, (400, "ErrorInvalidRequest")),
        ({"message": message(shoeSize=43)}, (400, "RequestBodyRead")),
        ({"message": message(importance="urgent")}, (400, "RequestBodyRead")),
        ({"message": message(subject=7)}, (400, "RequestBodyRead")),
        ({"message": message(internetMessageHeaders=[{"name": "To", "value": "x"}])},
         (400, "InvalidInternetMessageHeader")),
        ({"message": {**message(), "from": {"emailAddress": {"address": "boss@b.example"}}}},
         (403, "ErrorSendAsDenied")),
        ({"message": message(attachments=[{"name": "a"}])}, (400, "RequestBodyRead")),
        ({"message": message(attachments=[attachment(contentBytes="not base64!")])}, (400, "RequestBodyRead")),
    ],
)  # fmt: skip
def test_a_mail_that_is_refused(client: Client, body: dict[str, Any], refusal: tuple[int, str]) -> None:
    answer = client.post(f"/users/{someone(client).id}/sendMail", body)
    assert (answer.status_code, answer.json()["error"]["code"]) == refusal
    assert client.lab.tenant().sent == []


def test_a_right_mail_is_accepted_and_kept(client: Client) -> None:
    person = someone(client)
    body = {"message": message(attachments=[attachment()]), "saveToSentItems": False}
    answer = client.post(f"/users/{person.id}/sendMail", body)
    assert (answer.status_code, answer.content) == (202, b"")
    mail = client.lab.tenant().sent[0]
    assert (mail["mailbox_id"], mail["save_to_sent_items"]) == (person.id, False)
    assert mail["message"]["attachments"][0]["contentBytes"] == "AAAA"


def test_mime_of_the_wrong_kind(client: Client) -> None:
    path, headers = f"/users/{someone(client).id}/sendMail", {"Content-Type": "text/plain"}
    answer = client.call("POST", path, data=b"From: a!!!", headers=headers)
    assert answer.json()["error"]["code"] == "ErrorMimeContentInvalidBase64String"


def test_drafts_and_uploads(client: Client) -> None:
    client.lab.register(permissions=("User.Read.All", "Mail.ReadWrite", "Mail.Send"))
    root = f"/users/{someone(client).id}"
    draft = client.post(f"{root}/messages", message())
    assert draft.status_code == 201
    at = f"{root}/messages/{draft.json()['id']}"
    small = {"AttachmentItem": {"attachmentType": "file", "name": "a.wav", "size": 1000}}
    refused = client.post(f"{at}/attachments/createUploadSession", small)
    assert refused.json()["error"]["code"] == "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize"
    size = 5 * 1024 * 1024
    for strange in ({"isInline": "yes"}, {"contentID": "a"}, {"contentBytes": "YQ=="}):
        item = {"attachmentType": "file", "name": "a.png", "size": size, **strange}
        assert client.post(f"{at}/attachments/createUploadSession", {"AttachmentItem": item}).status_code == 400
    wanted = {"AttachmentItem": {"attachmentType": "file", "name": "a.wav", "size": size, "contentType": "audio/wav"}}
    url = client.post(f"{at}/attachments/createUploadSession", wanted).json()["uploadUrl"]
    first, second = b"a" * (3 * 1024 * 1024), b"b" * (2 * 1024 * 1024)

    def put(data: bytes, start: int, **headers: str) -> Any:
        content_range = f"bytes {start}-{start + len(data) - 1}/{size}"
        return client.http.put(url, data, headers={"Content-Range": content_range, **headers})

    assert put(first, 0, Authorization=f"Bearer {client.token}").status_code == 401
    assert client.http.put(url.replace("authtoken=", "authtoken=x"), first).status_code == 401
    assert put(second, len(first)).status_code == 416
    assert put(first, 0).json()["NextExpectedRanges"] == [str(len(first))]
    assert put(first, 0).status_code == 416
    last = put(second, len(first))
    assert last.status_code == 201
    assert "Location" in last.headers
    assert client.post(f"{at}/send", None).status_code == 202
    gone = client.call("DELETE", at)
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "ErrorItemNotFound")
    assert client.lab.tenant().sent[0]["message"]["attachments"][0]["size"] == size


def test_thirty_mails_a_minute(client: Client) -> None:
    root = f"/users/{someone(client).id}"
    statuses = [client.post(f"{root}/sendMail", {"message": message()}) for _ in range(31)]
    assert [answer.status_code for answer in statuses] == [202] * 30 + [429]
    assert int(statuses[30].headers["Retry-After"]) >= 1
    assert len(client.lab.tenant().sent) == 30
