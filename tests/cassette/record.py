"""Record the cassettes again: from the simulator or from a real tenant.

    python -m tests.cassette.record simulator
    python -m tests.cassette.record tenant --cloud GLOBAL --directory-id … --application-id … \
        --private-key key.pem --certificate public_key.pem --mailbox someone@…

Recording uses one thread (vcrpy loses requests of other threads) and Microsoft's own host names; for the simulator,
these names are resolved to it. A real tenant must have a mailbox with a contact, a photo and a folder, and a group that
is named Sales; one mail is sent from the mailbox to itself. Everything is scrubbed before it is written
(tests/cassette/scrub.py).
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from portsip_m365_plugin.clouds import CHINA, GLOBAL, Cloud
from portsip_m365_plugin.entra.keypair import make_key_pair
from portsip_m365_plugin.entra.tokens import AppCredential, AppToken, acquire_app_token
from portsip_m365_plugin.graph.client import GraphClient, Timing
from portsip_m365_plugin.graph.session import make_session
from portsip_m365_plugin.graph.throttle import ThrottleGate
from portsip_m365_plugin.graph.wire import CALLS, build
from tests.cassette.scenes import Props, Stage, scenes_of
from tests.cassette.scrub import scrub_text
from tests.cassette.tape import PROVENANCE, cassette_file, make_tape, props_file

PERMISSIONS = (
    "User.Read.All", "GroupMember.Read.All", "Contacts.Read", "MailboxSettings.Read", "Mail.Send", "Mail.ReadWrite",
)  # fmt: skip


class _KeptToken:
    """One token for all scenes, so that each cassette contains only its own call."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get(self) -> str:
        return self._token

    def renew(self) -> str:
        return self._token


def open_stage(cloud: Cloud, credential: AppCredential, props: Props, token: str) -> Stage:
    """Make the client that the scenes share."""
    timing = Timing()
    client = GraphClient(
        cloud=cloud,
        tokens=_KeptToken(token),
        session=make_session(cloud.graph),
        gate=ThrottleGate(timing.monotonic, timing.sleep),
    )
    return Stage(cloud=cloud, client=client, credential=credential, props=props)


def record(stage: Stage, source: str) -> None:
    """Play every scene once and record it."""
    tape = make_tape("all")
    lines = []
    for name, scene in scenes_of(stage.cloud).items():
        path = cassette_file(stage.cloud.name, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        stage.client.session = make_session(stage.cloud.graph)
        with tape.use_cassette(str(path)):
            scene(stage)
        lines.append(f"| {stage.cloud.name.lower()}/{path.name} | {source} | {datetime.now(timezone.utc):%Y-%m-%d} |")
    kept = {name: scrub_text(value) for name, value in sorted(stage.props.known.items())}
    kept |= {
        "tenant_id": scrub_text(stage.credential.entra_tenant_id),
        "client_id": scrub_text(stage.credential.client_id),
    }
    props_file(stage.cloud.name).write_text(json.dumps(kept, indent=1) + "\n")
    _write_provenance(stage.cloud.name, lines)


def find_props(stage: Stage, mailbox: str) -> None:
    """Find the people, folders and messages that the scenes use."""

    def get(name: str, **parts: Any) -> Any:
        return stage.client.send(build(name, stage.cloud, select=CALLS[name].select, **parts)).body

    owner = get("users.get", user_id=mailbox)
    known = stage.props.known
    known |= dict.fromkeys(("user_id", "photo_id", "photoless_id", "mailbox_id"), owner["id"])
    known["upn"] = owner["userPrincipalName"]
    contact = get("contacts.list_default", user_id=owner["id"], query={"$top": 1})["value"][0]
    known |= {"contact_id": contact["id"], "folder_id": contact["parentFolderId"]}
    groups = get("groups.find", query={"$filter": "displayName eq 'Sales' or mail eq 'Sales'", "$top": 20})["value"]
    known["group_id"] = groups[0]["id"]
    draft: dict[str, Any] = {"subject": "Draft", "body": {"contentType": "text", "content": "…"}}
    draft["toRecipients"] = [{"emailAddress": {"address": known["upn"]}}]
    for name in ("message_id", "second_message_id"):
        made = stage.client.send(build("mail.create_draft", stage.cloud, user_id=owner["id"], body=draft))
        known[name] = made.body["id"]


def _write_provenance(cloud: str, lines: list[str]) -> None:
    head = [
        "# Where each cassette comes from",
        "",
        "No Microsoft tenant could be reached when these were made. A cassette recorded from the simulator proves that",
        "the client and the simulator agree, and fixes what is sent. It proves nothing about Microsoft. If you have a",
        "tenant, record them from it: `python -m tests.cassette.record tenant --help`.",
        "",
        "| cassette | recorded from | on |",
        "|---|---|---|",
    ]
    old = PROVENANCE.read_text().splitlines() if PROVENANCE.exists() else []
    kept = [
        line for line in old if line.startswith("| ") and not line.startswith((f"| {cloud.lower()}/", "| cassette"))
    ]
    PROVENANCE.write_text("\n".join([*head, *sorted([*kept, *lines])]) + "\n")


@contextmanager
def resolved_to(port: int, hosts: set[str]) -> Iterator[None]:
    """Resolve Microsoft's host names to a port of this machine."""
    real = socket.getaddrinfo

    def look_up(host: Any, asked_port: Any, *args: Any, **kwargs: Any) -> Any:
        if host in hosts:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        return real(host, asked_port, *args, **kwargs)

    socket.getaddrinfo = look_up
    try:
        yield
    finally:
        socket.getaddrinfo = real


def record_simulator() -> None:
    """Record both clouds from a simulator of this process."""
    from portsip_m365_plugin.simulator import Simulator

    with Simulator(users=60, seed=5, clouds=("GLOBAL", "CHINA")) as sim, tempfile.TemporaryDirectory() as folder:
        os.environ["REQUESTS_CA_BUNDLE"] = str(sim.ca_path)
        for cloud in (GLOBAL, CHINA):
            tenant = sim.tenant(cloud.name)
            pair = make_key_pair(common_name="recorder", now_utc=datetime.now(timezone.utc))
            app = tenant.register_app(pair.certificate.pem, permissions=PERMISSIONS)
            credential = AppCredential(
                cloud=cloud,
                entra_tenant_id=tenant.id,
                client_id=app.client_id,
                private_key_pem=pair.private_key_pem,
                certificate_pem=pair.certificate.pem,
                thumbprint_sha256=pair.certificate.thumbprint_sha256,
            )
            hosts = {str(urlsplit(url).hostname) for url in (cloud.authority, cloud.graph)}
            with resolved_to(urlsplit(sim.origin(cloud.name)).port or 443, hosts):
                mailbox, photoless = _choose_in_simulator(tenant)
                _record_cloud(cloud, credential, mailbox, photoless, app.object_id, "the simulator of this project")
        del folder


def _choose_in_simulator(tenant: Any) -> tuple[str, str]:
    people = [p for p in tenant.directory.people.values() if p.listed and p.has_mailbox]
    owner = next(p for p in people if p.photo_seed > 0 and tenant.mailbox(p).default_folder.contacts)
    bare = next(p for p in people if p.photo_seed == 0)
    return owner.id, bare.id


def _record_cloud(
    cloud: Cloud,
    credential: AppCredential,
    mailbox: str,
    photoless: str | None,
    application_object_id: str,
    source: str,
) -> None:
    answer = acquire_app_token(credential, fresh=True)
    if not isinstance(answer, AppToken):
        sys.exit(f"{cloud.name}: {answer.describe()}")
    stage = open_stage(cloud, credential, Props(), answer.access_token)
    find_props(stage, mailbox)
    stage.props.known["application_object_id"] = application_object_id
    if photoless is not None:
        stage.props.known["photoless_id"] = photoless
    record(stage, source)
    print(f"{cloud.name}: {len(scenes_of(cloud))} cassettes")


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(dest="kind", required=True)
    kinds.add_parser("simulator", help="record both clouds from the simulator")
    tenant = kinds.add_parser("tenant", help="record from a real tenant")
    tenant.add_argument("--cloud", choices=["GLOBAL", "CHINA"], default="GLOBAL")
    for name in ("--directory-id", "--application-id", "--application-object-id", "--mailbox"):
        tenant.add_argument(name, required=True)
    tenant.add_argument("--private-key", type=Path, required=True)
    tenant.add_argument("--certificate", type=Path, required=True)
    return parser.parse_args()


def main() -> None:
    """Run the command line."""
    arguments = _read_arguments()
    if arguments.kind == "simulator":
        record_simulator()
        return
    from portsip_m365_plugin.entra.keypair import read_certificate

    cloud = GLOBAL if arguments.cloud == "GLOBAL" else CHINA
    certificate = read_certificate(arguments.certificate.read_text())
    credential = AppCredential(
        cloud=cloud,
        entra_tenant_id=arguments.directory_id,
        client_id=arguments.application_id,
        private_key_pem=arguments.private_key.read_bytes(),
        certificate_pem=certificate.pem,
        thumbprint_sha256=certificate.thumbprint_sha256,
    )
    _record_cloud(cloud, credential, arguments.mailbox, None, arguments.application_object_id, "a Microsoft tenant")


if __name__ == "__main__":
    main()
