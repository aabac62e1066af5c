"""Clients that others wrote, unchanged and under Microsoft's own host names: msal, msgraph-sdk, python-o365.

They use their own addresses, TLS and parsing; only names are resolved to the simulator. Without a tenant this is the
best proof that the simulator answers like Microsoft, and not only as this project's client expects. Run with the extra
``peers`` (`.ci/peers`); msal is a dependency of the plugin, so its part runs everywhere.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msal
import pytest
import requests

from tests.support.lab import Lab, shared_key_pair
from tests.support.sim_client import REDIRECT, Forms

# Warnings of other libraries are not ours to fix.
pytestmark = pytest.mark.filterwarnings("ignore")

HOSTS = {
    "GLOBAL": ("login.microsoftonline.com", "graph.microsoft.com", "outlook.office.com"),
    "CHINA": ("login.partner.microsoftonline.cn", "microsoftgraph.chinacloudapi.cn"),
}
PERMISSIONS = ("User.Read.All", "Contacts.Read", "Mail.Send", "Mail.ReadWrite", "GroupMember.Read.All")


def require(name: str) -> Any:
    """Import a foreign client, or skip; PBX_REQUIRE_PEERS turns absence into a failure."""
    if os.environ.get("PBX_REQUIRE_PEERS") == "1":
        return importlib.import_module(name)
    return pytest.importorskip(name, reason=f"{name} is not installed (extra: peers)")


@pytest.fixture
def microsoft(make_lab: Callable[..., Lab], monkeypatch: pytest.MonkeyPatch) -> Lab:
    """A lab that answers under Microsoft's names on port 443, for this process."""
    lab = make_lab(clouds=("GLOBAL", "CHINA"), users=250)
    for cloud in lab.sim.clouds:
        lab.register(permissions=PERMISSIONS, redirect_uris=(REDIRECT,), cloud=cloud)
    monkeypatch.setenv("SSL_CERT_FILE", str(lab.sim.ca_path))
    monkeypatch.delenv("PORTSIP_M365_CLOUDS")
    # Each cloud has its own loopback address, which determines the port.
    address_of = {host: f"127.0.0.{number}" for number, cloud in enumerate(HOSTS, 11) for host in HOSTS[cloud]}
    port_of = {
        f"127.0.0.{number}": int(lab.sim.origin(cloud).rpartition(":")[2]) for number, cloud in enumerate(HOSTS, 11)
    }
    resolve, connect = socket.getaddrinfo, socket.socket.connect

    def to_loopback(host: Any, *rest: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in address_of and name not in (*port_of, "127.0.0.1", "localhost"):
            raise socket.gaierror(f"a foreign client asked for {name}")
        return resolve(address_of.get(name, name), *rest, **named)

    def to_simulator(self: socket.socket, address: Any) -> Any:
        if self.family == socket.AF_INET and address[0] in port_of:
            address = ("127.0.0.1", port_of[address[0]])
        return connect(self, address)

    monkeypatch.setattr(socket, "getaddrinfo", to_loopback)
    monkeypatch.setattr(socket.socket, "connect", to_simulator)
    return lab


def listed(lab: Lab) -> list[Any]:
    return [person for person in lab.tenant().directory.order if person.listed]


def owner_of_contacts(lab: Lab) -> Any:
    person = lab.admin().create_user(displayName="Owner", userPrincipalName="owner@contoso.onmicrosoft.com")
    for number in range(25):
        lab.admin().create_contact(
            person.id,
            displayName=f"Customer {number}",
            emailAddresses=[{"name": "C", "address": f"c{number}@customer.example"}],
            businessPhones=["+49 30 1234"],
        )
    lab.admin().create_folder(person.id, "Customers")
    lab.admin().create_contact(person.id, "Customers", displayName="In a folder")
    return person


# -- msal --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cloud", ["GLOBAL", "CHINA"])
def test_msal_signs_a_person_in_and_gets_an_app_token(microsoft: Lab, cloud: str) -> None:
    tenant, pair = microsoft.tenant(cloud), shared_key_pair()
    app = msal.ConfidentialClientApplication(
        microsoft.apps[cloud].client_id,
        authority=f"https://{HOSTS[cloud][0]}/{tenant.id}",
        client_credential={"private_key": pair.private_key_pem.decode(), "public_certificate": pair.certificate.pem},
    )
    person = next(each for each in tenant.directory.order if each.kind == "ordinary")
    flow = app.initiate_auth_code_flow([], redirect_uri=REDIRECT, response_mode="form_post")
    assert urlsplit(flow["auth_uri"]).hostname == HOSTS[cloud][0]
    page = requests.post(flow["auth_uri"], {"loginfmt": person.props["userPrincipalName"]}, timeout=10)
    answer = app.acquire_token_by_auth_code_flow(flow, Forms(page.text).fields)
    claims = answer["id_token_claims"]
    assert (claims["oid"], claims["tid"]) == (person.id, tenant.id)
    assert claims["iss"] == f"https://{HOSTS[cloud][0]}/{tenant.id}/v2.0"
    token = app.acquire_token_for_client([f"https://{HOSTS[cloud][1]}/.default"])
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    first = requests.get(f"https://{HOSTS[cloud][1]}/v1.0/users?$top=3", headers=headers, timeout=10).json()
    assert len(first["value"]) == 3
    assert urlsplit(first["@odata.nextLink"]).hostname == HOSTS[cloud][1]


def test_msal_tells_a_refusal_as_entra_words_it(microsoft: Lab) -> None:
    pair = shared_key_pair()
    app = msal.ConfidentialClientApplication(
        microsoft.apps["GLOBAL"].client_id,
        authority=f"https://{HOSTS['GLOBAL'][0]}/{microsoft.tenant().id}",
        client_credential={"private_key": pair.private_key_pem.decode(), "public_certificate": pair.certificate.pem},
    )
    refused = app.acquire_token_for_client(["https://microsoftgraph.chinacloudapi.cn/.default"])
    assert refused["error"] == "invalid_resource"
    assert refused["error_codes"] == [500011]
    back = dict(parse_qsl("error=access_denied&error_description=AADSTS65004%3A+User+declined&state=x"))
    flow = app.initiate_auth_code_flow([], redirect_uri=REDIRECT, state="x")
    assert app.acquire_token_by_auth_code_flow(flow, back)["error"] == "access_denied"


# -- msgraph-sdk -------------------------------------------------------------------------------------------------------


def sdk(lab: Lab) -> Any:
    require("msgraph")
    from azure.identity import CertificateCredential
    from msgraph import GraphServiceClient

    pair = shared_key_pair()
    credential = CertificateCredential(
        lab.tenant().id,
        lab.apps["GLOBAL"].client_id,
        certificate_data=pair.private_key_pem + pair.certificate.pem.encode(),
        disable_instance_discovery=True,
    )
    return GraphServiceClient(credential)


def test_sdk_lists_everybody(microsoft: Lab) -> None:
    client = sdk(microsoft)
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from msgraph.generated.users.users_request_builder import UsersRequestBuilder
    from msgraph_core.tasks.page_iterator import PageIterator

    async def walk() -> list[Any]:
        query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(
            select=["id", "displayName", "mail", "accountEnabled", "assignedLicenses"], top=40
        )
        first = await client.users.get(RequestConfiguration(query_parameters=query))
        found: list[Any] = []
        await PageIterator(first, client.request_adapter).iterate(lambda user: found.append(user) or True)
        return found

    found = asyncio.run(walk())
    assert [user.id for user in found] == [person.id for person in listed(microsoft)]
    truth = {person.id: person.props for person in listed(microsoft)}
    assert all(user.display_name == truth[user.id]["displayName"] for user in found)
    assert all(len(user.assigned_licenses) == len(truth[user.id]["assignedLicenses"]) for user in found)


def test_sdk_walks_a_delta(microsoft: Lab) -> None:
    client = sdk(microsoft)

    async def round_from(builder: Any) -> tuple[list[Any], str]:
        items: list[Any] = []
        page = await builder.get()
        while True:
            items += page.value
            if not page.odata_next_link:
                return items, str(page.odata_delta_link)
            page = await client.users.delta.with_url(page.odata_next_link).get()

    async def walk() -> tuple[list[Any], list[Any]]:
        everybody, link = await round_from(client.users.delta)
        microsoft.admin().change_user(everybody[0].id, displayName="Renamed")
        microsoft.admin().delete_user(everybody[1].id)
        changed, _ = await round_from(client.users.delta.with_url(link))
        return everybody, changed

    everybody, changed = asyncio.run(walk())
    assert len(everybody) == 250
    assert [(user.id, user.display_name) for user in changed[:1]] == [(everybody[0].id, "Renamed")]
    assert changed[1].id == everybody[1].id
    assert changed[1].additional_data["@removed"]["reason"] == "changed"


def test_sdk_reads_photos_contacts_and_groups(microsoft: Lab) -> None:
    client, owner = sdk(microsoft), owner_of_contacts(microsoft)
    pictured = next(person for person in listed(microsoft) if person.photo_seed > 0)
    group = microsoft.admin().group("Sales EMEA")

    async def read() -> tuple[Any, ...]:
        user = client.users.by_user_id(pictured.id)
        mailbox = client.users.by_user_id(owner.id)
        folders = (await mailbox.contact_folders.get()).value
        inside = (await mailbox.contact_folders.by_contact_folder_id(folders[0].id).contacts.get()).value
        delta = await mailbox.contact_folders.by_contact_folder_id(folders[0].id).contacts.delta.get()
        return (
            await user.photo.get(),
            await user.photo.content.get(),
            (await mailbox.contacts.get()),
            folders,
            inside,
            delta,
            (await client.groups.by_group_id(group.id).members.get()).value,
        )

    photo, picture, contacts, folders, inside, delta, members = asyncio.run(read())
    assert (photo.width, picture[:3]) == (int(photo.id.split("x")[0]), b"\xff\xd8\xff")
    assert len(contacts.value) == 10
    assert contacts.odata_next_link
    assert contacts.value[0].email_addresses[0].address == "c0@customer.example"
    assert [folder.display_name for folder in folders] == ["Customers"]
    assert [contact.display_name for contact in inside] == ["In a folder"]
    assert delta.odata_delta_link
    assert {member.odata_type for member in members} >= {"#microsoft.graph.user"}


def test_sdk_batches_and_sends_mail(microsoft: Lab) -> None:
    client = sdk(microsoft)
    from msgraph.generated.models.body_type import BodyType
    from msgraph.generated.models.email_address import EmailAddress
    from msgraph.generated.models.file_attachment import FileAttachment
    from msgraph.generated.models.item_body import ItemBody
    from msgraph.generated.models.message import Message
    from msgraph.generated.models.recipient import Recipient
    from msgraph.generated.users.item.send_mail.send_mail_post_request_body import SendMailPostRequestBody
    from msgraph_core.requests.batch_request_content import BatchRequestContent
    from msgraph_core.requests.batch_request_item import BatchRequestItem

    people = [person for person in listed(microsoft) if person.kind == "ordinary"][:3]
    voice = b"RIFF" + b"\0" * 900
    message = Message(
        subject="Voice mail – Grüße",
        body=ItemBody(content_type=BodyType.Html, content="<p>Hi</p>"),
        to_recipients=[Recipient(email_address=EmailAddress(address="a@b.example"))],
        attachments=[
            FileAttachment(
                odata_type="#microsoft.graph.fileAttachment",
                name="a.wav",
                content_type="audio/wav",
                content_bytes=voice,
            )
        ],
    )

    async def act() -> dict[str, int]:
        content = BatchRequestContent()
        for number, person in enumerate(people):
            information = client.users.by_user_id(person.id).to_get_request_information()
            content.add_request(str(number), BatchRequestItem(information, id=str(number)))
        missing = client.users.by_user_id("00000000-0000-0000-0000-000000000009").to_get_request_information()
        content.add_request("9", BatchRequestItem(missing, id="9"))
        answer = await client.batch.post(content)
        body = SendMailPostRequestBody(message=message, save_to_sent_items=False)
        await client.users.by_user_id(people[0].id).send_mail.post(body)
        # Only the statuses: msgraph-core 1.5 with kiota 1.16 drops every body that is a JSON object.
        return dict(answer.get_response_status_codes())

    answers = asyncio.run(act())
    assert answers == {"0": 200, "1": 200, "2": 200, "9": 404}
    sent = microsoft.tenant().sent[0]
    assert (sent["mailbox_id"], sent["message"]["subject"], sent["save_to_sent_items"]) == (
        people[0].id, "Voice mail – Grüße", False,
    )  # fmt: skip
    assert sent["message"]["attachments"][0]["name"] == "a.wav"


def test_sdk_reads_a_refusal(microsoft: Lab) -> None:
    client = sdk(microsoft)
    from msgraph.generated.models.o_data_errors.o_data_error import ODataError

    async def ask() -> Any:
        return await client.users.by_user_id("00000000-0000-0000-0000-000000000009").get()

    with pytest.raises(ODataError) as told:
        asyncio.run(ask())
    assert told.value.error.code == "Request_ResourceNotFound"
    assert told.value.error.inner_error.request_id


# -- python-o365 -------------------------------------------------------------------------------------------------------


def account(lab: Lab) -> Any:
    o365 = require("O365")
    pair = shared_key_pair()
    credential = {"private_key": pair.private_key_pem.decode(), "public_certificate": pair.certificate.pem}
    made = o365.Account(
        (lab.apps["GLOBAL"].client_id, credential),
        auth_flow_type="credentials",
        tenant_id=lab.tenant().id,
        token_backend=require("O365.utils.token").MemoryTokenBackend(),  # the default writes the token to a file
    )
    assert made.authenticate()
    return made


def test_o365_lists_everybody_with_their_pictures(microsoft: Lab) -> None:
    directory = account(microsoft).directory()
    found = list(directory.get_users(limit=None, batch=100))
    assert [user.object_id for user in found] == [person.id for person in listed(microsoft)]
    pictured = next(person for person in listed(microsoft) if person.photo_seed > 0 and person.kind == "ordinary")
    user = directory.get_user(pictured.id)
    assert user.display_name == pictured.props["displayName"]
    assert user.get_profile_photo()[:3] == b"\xff\xd8\xff"


def test_o365_reads_contacts_and_sends_mail(microsoft: Lab) -> None:
    owner = owner_of_contacts(microsoft)
    mine = account(microsoft)
    book = mine.address_book(resource=owner.props["userPrincipalName"])
    found = list(book.get_contacts(limit=None, batch=10))
    assert [contact.display_name for contact in found] == [f"Customer {number}" for number in range(25)]
    assert [folder.name for folder in book.get_folders()] == ["Customers"]
    message = mine.new_message(resource=owner.props["userPrincipalName"])
    message.to.add("a@b.example")
    message.subject = "Hi"
    message.body = "Hello"
    assert message.send()
    assert microsoft.tenant().sent[0]["message"]["subject"] == "Hi"
