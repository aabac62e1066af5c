"""Who and what is in the directory, and answers to single calls. Numbers make names, so that two of them are alike."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from PIL import Image

FOLDER = "AAMkFolder"


@dataclass
class Answer:
    """Status, body (JSON or bytes) and headers of an answer."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def oid(number: int) -> str:
    return f"{number:08x}-1111-4222-8333-444444444444"


def person(number: int) -> dict[str, Any]:
    upn = f"person{number}@fabrikam.example"
    return {
        "id": oid(number),
        "userPrincipalName": upn,
        "displayName": f"Person {number}",
        "givenName": "Person",
        "surname": f"No{number}",
        "mail": upn,
        "mobilePhone": f"+49 170 {2_000_000 + number}",
        "businessPhones": [],
        "usageLocation": "DE",
        "userType": "Member",
        "accountEnabled": True,
        "assignedLicenses": [{"skuId": "6fd2c87f-b296-42f0-b197-1e91e994b900", "disabledPlans": []}],
        "proxyAddresses": [f"SMTP:{upn}"],
    }


class Directory:
    """People, each with a picture and contacts; folders with more contacts where a test wants them."""

    def __init__(self, n_people: int, contacts_each: int, folders_each: int, page: int) -> None:
        self.people = [person(number) for number in range(1, n_people + 1)]
        self.ids = {each["id"] for each in self.people}
        self.by_name = {each["userPrincipalName"]: each for each in self.people} | {
            each["id"]: each for each in self.people
        }
        self.contacts_each, self.folders_each, self.page = contacts_each, folders_each, page
        self.sent: list[dict[str, Any]] = []

    def folder_ids(self) -> list[str]:
        return [FOLDER, *(f"{FOLDER}{number}" for number in range(1, self.folders_each + 1))]

    def contacts(self, mailbox: str, folder_id: str) -> list[dict[str, Any]]:
        return [
            {
                "id": f"C-{mailbox[:8]}-{folder_id}-{number}",
                "changeKey": "1",
                "parentFolderId": folder_id,
                "displayName": f"Contact {number} of {mailbox[:8]} in {folder_id}",
                "mobilePhone": f"+49 171 {int(mailbox[:8], 16) * 1000 + number:07d}",
            }
            for number in range(self.contacts_each)
        ]

    def picture(self, mailbox: str) -> bytes:
        number, out = int(mailbox[:8], 16), io.BytesIO()
        Image.new("RGB", (16, 16), (number % 256, number // 256 % 256, 90)).save(out, "PNG")
        return out.getvalue()

    def answer(self, method: str, url: str, body: bytes, root: str) -> Answer:
        """Answer one call below `/v1.0`."""
        parts = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        match method, [unquote(part) for part in parts.path.strip("/").split("/")]:
            case "GET", ["users", "delta"]:
                return self._changes(f"{root}/users/delta", query, self.people)
            case "GET", ["users"] if "$filter" in query:
                return Answer(body={"value": []})
            case "GET", ["users"]:
                return self._listing(f"{root}/users", query, self.people)
            case "GET", ["users", name] if name in self.by_name:
                return Answer(body=self.by_name[name])
            case _, ["users", mailbox, *rest] if mailbox in self.ids:
                return self._at_mailbox(method, mailbox, rest, query, body, root)
        return Answer(404, _error("Request_ResourceNotFound"))

    def _at_mailbox(
        self, method: str, mailbox: str, rest: list[str], query: dict[str, str], body: bytes, root: str
    ) -> Answer:
        base = f"{root}/users/{mailbox}/{'/'.join(rest)}"
        match method, rest:
            case "GET", ["photo"]:
                etag = f'"{mailbox[:8]}"'
                return Answer(body={"@odata.mediaEtag": etag, "id": "504x504", "width": 504, "height": 504})
            case "GET", ["photo", "$value"]:
                return Answer(body=self.picture(mailbox), headers={"ETag": f'"P{mailbox[:8]}"'})
            case "GET", ["mailboxSettings", "userPurpose"]:
                return Answer(body={"value": "user"})
            case "GET", ["contactFolders"]:
                return Answer(body={"value": [self._folder(name) for name in self.folder_ids()[1:]]})
            case "GET", ["contactFolders", "delta"]:
                return self._changes(base, query, [self._folder(name) for name in self.folder_ids()[1:]])
            case "GET", ["contactFolders", "contacts"]:
                return Answer(body=self._folder(FOLDER))
            case "GET", ["contactFolders", _, "childFolders"]:
                return Answer(body={"value": []})
            case "GET", ["contacts"]:
                return Answer(body={"value": self.contacts(mailbox, FOLDER)[:1]})
            case "GET", ["contactFolders", folder_id, "contacts", "delta"] if folder_id in self.folder_ids():
                return self._changes(base, query, self.contacts(mailbox, folder_id))
            case "POST", ["sendMail"]:
                self.sent.append(json.loads(body))
                return Answer(202)
        return Answer(404, _error("ErrorItemNotFound"))

    def _folder(self, folder_id: str) -> dict[str, Any]:
        return {"id": folder_id, "displayName": folder_id, "parentFolderId": "AAMkRoot"}

    def _listing(self, base: str, query: dict[str, str], rows: list[dict[str, Any]]) -> Answer:
        """A page: the server chooses its size, below the one that was asked for."""
        start, size = int(query.get("$skiptoken", "0")), min(self.page, int(query.get("$top", "100")))
        shape: dict[str, Any] = {"value": rows[start : start + size]}
        if start + size < len(rows):
            kept = {name: query[name] for name in ("$select", "$top") if name in query}
            options = "&".join(f"{name}={quote(value)}" for name, value in kept.items())
            shape["@odata.nextLink"] = f"{base}?{options}&$skiptoken={start + size}"
        return Answer(body=shape)

    def _changes(self, base: str, query: dict[str, str], rows: list[dict[str, Any]]) -> Answer:
        """A round of changes: everything the first time, nothing afterwards."""
        if "$deltatoken" in query:
            return Answer(body={"value": [], "@odata.deltaLink": f"{base}?$deltatoken=seen"})
        start = int(query.get("$skiptoken", "0"))
        shape: dict[str, Any] = {"value": rows[start : start + self.page]}
        following = start + self.page
        is_last = following >= len(rows)
        shape["@odata.deltaLink" if is_last else "@odata.nextLink"] = (
            f"{base}?$deltatoken=seen" if is_last else f"{base}?$skiptoken={following}"
        )
        return Answer(body=shape)


def _error(code: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": "said by the limited server", "innerError": {}}}
