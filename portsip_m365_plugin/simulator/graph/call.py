"""One Graph call: who asks, in which tenant, with which options."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from portsip_m365_plugin.simulator.exchange import JSON_TYPE, Answer, Refused, Request, encode_json
from portsip_m365_plugin.simulator.realm import Realm
from portsip_m365_plugin.simulator.world.apps import AccessToken
from portsip_m365_plugin.simulator.world.directory import Person
from portsip_m365_plugin.simulator.world.mailboxes import MAILBOX_REFUSALS, Mailbox
from portsip_m365_plugin.simulator.world.tenant import Tenant


@dataclass
class Call:
    """A request with its token and tenant; ``params`` are the ids of its path, ``template`` the path it matched."""

    realm: Realm
    request: Request
    token: AccessToken
    tenant: Tenant
    params: list[str] = field(default_factory=list)
    template: str = ""
    page_faults: frozenset[str] = frozenset()
    mailbox_id: str = ""
    answer_headers: dict[str, str] = field(default_factory=dict)

    # -- options ---------------------------------------------------------------------------------------------------

    def options(self, *allowed: str) -> dict[str, str]:
        """The system query options, all of them among ``allowed``; names compared without regard to case.

        Raises ``Refused`` 400 for another one. Options without ``$`` are ignored, as OData ignores custom ones.
        """
        found: dict[str, str] = {}
        for name, value in self.request.query.items():
            if not name.startswith("$"):
                continue
            if name.lower() not in allowed:
                raise Refused(400, "Request_UnsupportedQuery", f"The query option '{name}' is not supported here.")
            found[name.lower()] = value
        return found

    def whole_number(self, options: dict[str, str], name: str, default: int, low: int, high: int) -> int:
        """A numeric option within its range; ``Refused`` 400 outside."""
        text = options.get(name)
        if text is None:
            return default
        if not text.isdigit() or not low <= int(text) <= high:
            raise Refused(
                400,
                "Request_UnsupportedQuery" if high == 999 else "ErrorInvalidParameter",
                f"Invalid page size specified: '{text}'. Must be between {low} and {high} inclusive.",
            )
        return int(text)

    def page_size(self, wanted: int) -> int:
        """The size of a page, limited by the settings."""
        cap = self.realm.settings.max_page
        return wanted if cap is None else min(wanted, cap)

    @property
    def eventual(self) -> bool:
        """``ConsistencyLevel: eventual`` was sent."""
        return self.request.headers.get("consistencylevel", "").lower() == "eventual"

    # -- objects ---------------------------------------------------------------------------------------------------

    def person(self, key: str) -> Person:
        """A listed user by id or user principal name; ``Refused`` 404 otherwise."""
        person = self.tenant.directory.active(key)
        if person is None:
            raise Refused(
                404,
                "Request_ResourceNotFound",
                f"Resource '{key}' does not exist or one of its queried reference-property objects are not present.",
            )
        return person

    def mailbox(self) -> tuple[Person, Mailbox]:
        """The mailbox of the call's first id; ``Refused`` as by Outlook if there is none."""
        key = self.params[0]
        person = self.tenant.directory.active(key)
        if person is None:
            if "@" in key:
                raise Refused(404, "ErrorInvalidUser", f"The requested user '{key}' is invalid.")
            raise Refused(404, "ResourceNotFound", "Resource could not be discovered.")
        if not person.has_mailbox:
            status, code, message = MAILBOX_REFUSALS[person.mailbox]
            raise Refused(status, code, message)
        if person.mailbox == "shared" and "@" in key and self.realm.settings.shared_by_upn_fails:
            raise Refused(503, "MailboxInfoStale", "Mailbox info is stale.")  # observed: addressed by UPN
        return person, self.tenant.mailbox(person)

    # -- tokens in links -------------------------------------------------------------------------------------------

    def seal(self, content: dict[str, Any]) -> str:
        """An opaque, sealed token, different each time."""
        body = encode_json({**content, "~": secrets.token_hex(3)}).encode()
        return base64.urlsafe_b64encode(_mac(self.realm.secret, body) + body).decode().rstrip("=")

    def unseal(self, token: str) -> dict[str, Any]:
        """The content of a token; ``Refused`` 400 if it was changed or belongs to another cloud or tenant."""
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            content: dict[str, Any] = json.loads(raw[8:])
        except ValueError:
            raise Refused(400, "Request_BadRequest", "Badly formed token.") from None
        if not hmac.compare_digest(raw[:8], _mac(self.realm.secret, raw[8:])):
            raise Refused(400, "Request_BadRequest", "Badly formed token.")
        if content.get("tenant") != self.tenant.id:
            raise Refused(400, "Request_BadRequest", "The token belongs to another tenant.")
        return content

    def link(self, path: str, **options: str) -> str:
        """An absolute link under the Graph root the client used; option names get their ``$``."""
        query = "&".join(f"${name}={quote(value, safe='*(),')}" for name, value in options.items())
        return f"{self.request.origin}/v1.0/{path}" + (f"?{query}" if query else "")

    # -- answers ---------------------------------------------------------------------------------------------------

    def context(self, what: str) -> str:
        """``@odata.context``."""
        return f"{self.request.origin}/v1.0/$metadata#{what}"

    def page(
        self,
        context: str,
        items: list[str],
        next_link: str | None = None,
        delta_link: str | None = None,
        count: int | None = None,
        again: Callable[[], str] | None = None,
    ) -> Answer:
        """A collection answer made of rendered items.

        ``again`` makes a link to this page. An empty page has it as its next link.
        """
        faults = self.page_faults | self.realm.page_habits(bool(again))
        if "empty_page" in faults and again is not None:
            items, next_link, delta_link = [], again(), None
        if "loop" in faults:
            next_link, delta_link = self.request.origin + self.request.target, None
        if "endless" in faults:
            target, _, turn = self.request.target.partition("turn=")
            joint = "" if target.endswith(("?", "&")) else "&" if "?" in target else "?"
            next_link, delta_link = f"{self.request.origin}{target}{joint}turn={int(turn or 0) + 1}", None
        if "duplicates" in faults and items:
            items = [*items, items[0]]
        parts = [f'{{"@odata.context":{encode_json(context)}']
        if count is not None:
            parts.append(f'"@odata.count":{count}')
        if next_link is not None:
            parts.append(f'"@odata.nextLink":{encode_json(next_link)}')
        if delta_link is not None:
            parts.append(f'"@odata.deltaLink":{encode_json(delta_link)}')
        parts.append('"value":[' + ",".join(items) + "]}")
        return Answer(200, ",".join(parts).encode(), JSON_TYPE, self.answer_headers)


def _mac(secret: bytes, body: bytes) -> bytes:
    return hashlib.blake2b(body, key=secret, digest_size=8).digest()
