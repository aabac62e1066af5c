"""Odd requests of any kind get an answer in Microsoft's form, and the server continues (fixed seed)."""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import Any

import pytest

from portsip_m365_plugin.simulator.graph.routes import templates
from tests.support.lab import Lab
from tests.support.sim_client import ASSERTION_TYPE, Client

OPTIONS = (
    *("$select", "$top", "$skip", "$filter", "$count", "$orderby", "$search", "$expand", "$skiptoken", "$deltatoken"),
)
VALUES = (
    *("", "x", "-1", "0", "9" * 20, "'", "id eq '", "((", "a,b,,", "null", "true", "\0", "é", "$", "%", "latest"),
    *("name eq 1", "startsWith(displayName,", "accountEnabled in (", "emailAddresses/any(", "displayName desc,"),
)
BODIES: tuple[Any, ...] = (
    *(None, 5, "s", [], {}, {"message": 5}, {"message": {"toRecipients": "x"}}, {"message": {"toRecipients": [5]}}),
    *({"message": {"body": []}}, {"message": {"from": "x", "toRecipients": [{"emailAddress": None}]}}),
    *({"AttachmentItem": {"size": "a"}}, {"AttachmentItem": 5}, {"requests": 5}, {"requests": [5]}),
    *(
        {"requests": [{"id": "1", "method": "GET", "url": ""}]},
        {"requests": [{"id": "1", "method": "GET", "url": "/"}]},
    ),
    *({"requests": [{"id": "1", "method": "GET", "url": "/users", "dependsOn": 5}]},),
    *({"requests": [{"id": "1", "method": "POST", "url": "/x", "headers": [1], "body": {}}]},),
)


@pytest.fixture
def client(lab: Lab) -> Client:
    lab.register(
        permissions=("User.Read.All", "Contacts.Read", "Mail.Send", "Mail.ReadWrite", "GroupMember.Read.All",
                     "MailboxSettings.Read"),
    )  # fmt: skip
    lab.realm().limits.settings.enabled = False
    return Client(lab)


def test_graph_answers_whatever_is_asked(client: Client) -> None:
    chance = random.Random(4)
    person = client.lab.tenant().directory.order[0].id
    group = next(iter(client.lab.tenant().directory.groups))
    statuses: Counter[int] = Counter()
    for _ in range(600):
        method, _, path = chance.choice(templates() + ["POST /$batch"] * 4).partition(" ")
        for key in (group if "/groups" in path else person, chance.choice(["contacts", "x", "48x48", "AAMkAx"]), "y"):
            path = path.replace("{id}", key, 1)
        options: dict[str, Any] = {
            "params": {chance.choice(OPTIONS): chance.choice(VALUES) for _ in range(chance.randint(0, 3))},
            "headers": {"ConsistencyLevel": "eventual"} if chance.random() < 0.5 else {},
        }
        if method != "GET":
            options["headers"]["Content-Type"] = chance.choice(["application/json", "text/plain"])
            options["data"] = chance.choice([json.dumps(chance.choice(BODIES)).encode(), b"{", b"\xff", b""])
        answer = client.call(method, path, **options)
        statuses[answer.status_code] += 1
        if answer.status_code >= 400:
            error = answer.json()["error"]
            assert error["code"]
            assert error["innerError"]["request-id"] == answer.headers["request-id"]
    assert statuses[200] > 60
    assert statuses[400] > 60
    assert not any(status >= 502 or status == 500 for status in statuses), statuses


def test_entra_answers_whatever_is_asked(client: Client) -> None:
    chance = random.Random(5)
    app, tenant = client.app.client_id, client.lab.tenant().id
    tails = ("oauth2/v2.0/token", "oauth2/v2.0/authorize", "oauth2/v2.0/logout", "adminconsent", "discovery/v2.0/keys",
             "v2.0/.well-known/openid-configuration", "")  # fmt: skip
    asked = ("client_id", "redirect_uri", "scope", "response_type", "state", "prompt")
    told = ("client_id", "grant_type", "client_assertion", "client_assertion_type", "code", "scope")
    values = (app, "client_credentials", "authorization_code", "x", "", "a.b.c", "https://a/", "openid", ASSERTION_TYPE)
    for _ in range(200):
        path = f"{chance.choice(['common', tenant, 'x', ''])}/{chance.choice(tails)}"
        answer = client.http.request(
            chance.choice(["GET", "POST", "PUT"]),
            f"{client.origin}/{path}",
            params={name: chance.choice(values) for name in chance.sample(asked, 3)},
            data={name: chance.choice(values) for name in chance.sample(told, 4)},
            allow_redirects=False,
        )
        assert answer.status_code in (200, 302, 400, 401, 404, 405), path
        assert "access_token" not in answer.text
        if "json" in answer.headers.get("Content-Type", "") and answer.status_code >= 400:
            assert answer.json()["error_codes"]
