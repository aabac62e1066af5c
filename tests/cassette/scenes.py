"""One scene per call of the wire table, and per call to Entra: each makes its request once, as the plugin makes it.

A scene uses names (people, folders, messages) from `Props`. What a recording found for a name is stored with the
cassettes, so that the replay requests the same.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Final

from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.entra.assertion import ASSERTION_TYPE, sign_key_proof
from portsip_m365_plugin.entra.keypair import make_key_pair
from portsip_m365_plugin.entra.tokens import AppCredential, AppToken, acquire_app_token
from portsip_m365_plugin.entra.transport import FormAnswer, shared_transport
from portsip_m365_plugin.graph.client import GraphClient, Reply
from portsip_m365_plugin.graph.keys import add_key, remove_key
from portsip_m365_plugin.graph.paging import read_page
from portsip_m365_plugin.graph.wire import CALLS, EVENTUAL, Call, Request, build

IMMUTABLE: Final = {"Prefer": 'IdType="ImmutableId"'}
WAV: Final = base64.b64encode(b"RIFF$\0\0\0WAVEfmt ").decode()


@dataclass
class Props:
    """What a scene needs to know about the tenant; written while recording, read while replaying."""

    known: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.known[name]


@dataclass(frozen=True)
class Stage:
    """Where a scene plays."""

    cloud: Cloud
    client: GraphClient
    credential: AppCredential
    props: Props


Scene = Callable[[Stage], object]


def _send(stage: Stage, name: str, **parts: Any) -> Reply:
    call = CALLS[name]
    select = tuple(parts.pop("select", call.select))
    return stage.client.send(build(name, stage.cloud, select=select, **parts))


def _rows(stage: Stage, name: str, **parts: Any) -> list[dict[str, Any]]:
    reply = _send(stage, name, **parts)
    return read_page(reply.body, Request(call=CALLS[name], path_and_query="")).rows


def _message(stage: Stage) -> dict[str, Any]:
    message: dict[str, Any] = {
        "subject": "New voicemail",
        "body": {"contentType": "text", "content": "You have a new voicemail."},
        "toRecipients": [{"emailAddress": {"address": stage.props["upn"]}}],
    }
    if stage.cloud.has_message_headers:
        message["internetMessageHeaders"] = [{"name": "x-portsip-notification", "value": "n-1"}]
    return message


def _attachment() -> dict[str, Any]:
    return {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "name": "voicemail.wav",
        "contentType": "audio/wav",
        "contentBytes": WAV,
    }


def _proof(stage: Stage) -> str:
    credential = stage.credential
    return sign_key_proof(
        credential.private_key_pem,
        credential.certificate_pem,
        application_object_id=stage.props["application_object_id"],
        now_utc=datetime.now(timezone.utc),
    )


def _add_key(stage: Stage) -> str:
    pair = make_key_pair(datetime.now(timezone.utc), private_key_pem=stage.credential.private_key_pem)
    key_id = add_key(stage.client, stage.props["application_object_id"], pair.certificate.der, _proof(stage))
    stage.props.known.setdefault("key_id", key_id)
    return key_id


def _remove_key(stage: Stage) -> None:
    remove_key(stage.client, stage.props["application_object_id"], stage.props["key_id"], _proof(stage))


def _batch(stage: Stage) -> Reply:
    inner = [
        build("users.get", stage.cloud, select=("id",), user_id=stage.props["user_id"]),
        build("users.photo", stage.cloud, user_id=stage.props["photoless_id"]),
    ]
    requests = [{"id": str(n), "method": "GET", "url": each.path_and_query} for n, each in enumerate(inner)]
    return stage.client.send(build("batch", stage.cloud, body={"requests": requests}))


GRAPH_SCENES: Final[Mapping[str, Scene]] = {
    "users.list": lambda s: _rows(s, "users.list", query={"$top": 5}),
    "users.delta": lambda s: _rows(s, "users.delta", query={"$deltatoken": "latest"}),
    "users.get": lambda s: _send(s, "users.get", user_id=s.props["user_id"]),
    "users.find": lambda s: _send(
        s, "users.find",
        query={"$filter": f"proxyAddresses/any(p:p eq 'smtp:{s.props['upn']}')", "$top": 2},
    ),
    "users.check_groups": lambda s: _send(
        s, "users.check_groups", user_id=s.props["user_id"], body={"groupIds": [s.props["group_id"]]}
    ),
    "users.search": lambda s: _send(
        s, "users.search", query={"$filter": "startswith(displayName,'a') or startswith(mail,'a')", "$top": 21}
    ),
    "groups.find": lambda s: _send(
        s, "groups.find", query={"$filter": "displayName eq 'Sales' or mail eq 'Sales'", "$top": 20}
    ),
    "groups.get": lambda s: _send(s, "groups.get", group_id=s.props["group_id"]),
    "groups.members": lambda s: _rows(
        s, "groups.members", group_id=s.props["group_id"], query={"$top": 5, "$count": "true"}, headers=EVENTUAL
    ),
    "users.photo": lambda s: _send(s, "users.photo", user_id=s.props["photo_id"]),
    "users.photo_content": lambda s: _send(s, "users.photo_content", user_id=s.props["photo_id"]),
    "contacts.folders": lambda s: _rows(s, "contacts.folders", user_id=s.props["mailbox_id"], query={"$top": 100}),
    "contacts.folder": lambda s: _send(
        s, "contacts.folder", user_id=s.props["mailbox_id"], folder_id=s.props["folder_id"]
    ).body,
    "contacts.child_folders": lambda s: _rows(
        s, "contacts.child_folders", user_id=s.props["mailbox_id"], folder_id=s.props["folder_id"], query={"$top": 100}
    ),
    "contacts.folders_delta": lambda s: _rows(s, "contacts.folders_delta", user_id=s.props["mailbox_id"]),
    "contacts.list_default": lambda s: _rows(
        s, "contacts.list_default", user_id=s.props["mailbox_id"], query={"$top": 5}, headers=IMMUTABLE
    ),
    "contacts.list": lambda s: _rows(
        s, "contacts.list", user_id=s.props["mailbox_id"], folder_id=s.props["folder_id"],
        query={"$top": 5}, headers=IMMUTABLE,
    ),
    "contacts.delta": lambda s: _rows(
        s, "contacts.delta", user_id=s.props["mailbox_id"], folder_id=s.props["folder_id"], headers=IMMUTABLE
    ),
    "contacts.get": lambda s: _send(
        s, "contacts.get", user_id=s.props["mailbox_id"], contact_id=s.props["contact_id"], headers=IMMUTABLE
    ),
    "mailbox.purpose": lambda s: _send(s, "mailbox.purpose", user_id=s.props["mailbox_id"]),
    "mail.send": lambda s: _send(
        s, "mail.send", user_id=s.props["mailbox_id"], body={"message": _message(s), "saveToSentItems": False}
    ),
    "mail.create_draft": lambda s: _send(s, "mail.create_draft", user_id=s.props["mailbox_id"], body=_message(s)),
    "mail.attach": lambda s: _send(
        s, "mail.attach", user_id=s.props["mailbox_id"], message_id=s.props["message_id"], body=_attachment()
    ),
    "mail.create_upload": lambda s: _send(
        s, "mail.create_upload", user_id=s.props["mailbox_id"], message_id=s.props["message_id"],
        body={"AttachmentItem": {
            "attachmentType": "file", "name": "long.wav", "size": 3_500_000, "contentType": "audio/wav",
        }},
    ),
    "mail.send_draft": lambda s: _send(
        s, "mail.send_draft", user_id=s.props["mailbox_id"], message_id=s.props["message_id"]
    ),
    "mail.delete_draft": lambda s: _send(
        s, "mail.delete_draft", user_id=s.props["mailbox_id"], message_id=s.props["second_message_id"]
    ),
    "applications.add_key": _add_key,
    "applications.remove_key": _remove_key,
    "batch": _batch,
}  # fmt: skip


def _app_token(stage: Stage) -> AppToken:
    answer = acquire_app_token(stage.credential, fresh=True)
    assert isinstance(answer, AppToken), answer
    return answer


def _refused_token(stage: Stage) -> object:
    """A directory that does not know the app: the answer to an administrator's typing error."""
    wrong = stage.credential.__class__(
        **{name: getattr(stage.credential, name) for name in stage.credential.__dataclass_fields__}
        | {"client_id": "99999999-9999-4999-8999-999999999999"}
    )
    answer = acquire_app_token(wrong, fresh=True)
    assert not isinstance(answer, AppToken)
    return answer


def _discovery(stage: Stage) -> Mapping[str, Any]:
    root = f"{stage.cloud.authority}/{stage.credential.entra_tenant_id}/v2.0"
    return shared_transport().get_json(f"{root}/.well-known/openid-configuration")


def _keys(stage: Stage) -> Mapping[str, Any]:
    return shared_transport().get_json(
        f"{stage.cloud.authority}/{stage.credential.entra_tenant_id}/discovery/v2.0/keys"
    )


def _spent_code(stage: Stage) -> FormAnswer:
    """Redeeming a code that is not valid; it can be recorded without a person."""
    token_endpoint = f"{stage.cloud.authority}/{stage.credential.entra_tenant_id}/oauth2/v2.0/token"
    form = {
        "grant_type": "authorization_code",
        "client_id": stage.credential.client_id,
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": "scrubbed",
        "code": "not-a-code",
        "redirect_uri": "https://pbx.example.com:8887/ms365/callback",
        "code_verifier": "v" * 43,
    }
    return shared_transport().post_form(token_endpoint, form)


ENTRA_SCENES: Final[Mapping[str, Scene]] = {
    "entra.app_token": _app_token,
    "entra.app_token_refused": _refused_token,
    "entra.discovery": _discovery,
    "entra.keys": _keys,
    "entra.code_refused": _spent_code,
}


def scenes_of(cloud: Cloud) -> dict[str, Scene]:
    """Return the scenes that play in a cloud, Entra's first."""
    graph = {name: scene for name, scene in GRAPH_SCENES.items() if _has(cloud, CALLS[name])}
    return {**ENTRA_SCENES, **graph}


def _has(cloud: Cloud, call: Call) -> bool:
    return cloud.like in call.clouds
