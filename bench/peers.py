"""What a client that others wrote needs for the same job, used as its documentation shows.

    python bench/peers.py sdk|o365 photos|contacts PEOPLE ORIGIN TENANT CLIENT_ID KEY CERTIFICATE

Run with a Python that has the extra `peers`. It uses Microsoft's own host names, which are resolved to the simulator at
ORIGIN. msgraph-sdk is asynchronous: 8 people at a time. python-o365 is not: one after another. Prints JSON.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

HOSTS = ("login.microsoftonline.com", "graph.microsoft.com")
AT_ONCE = 8


def resolve_to(origin: str) -> None:
    """Let Microsoft's names mean the simulator, for this process."""
    port = urlsplit(origin).port
    resolve, connect = socket.getaddrinfo, socket.socket.connect

    def to_loopback(host, *rest, **named):
        name = host.decode() if isinstance(host, bytes) else host
        return resolve("127.0.0.11" if name in HOSTS else name, *rest, **named)

    def to_simulator(self, address):
        if self.family == socket.AF_INET and address[0] == "127.0.0.11":
            address = ("127.0.0.1", port)
        return connect(self, address)

    socket.getaddrinfo, socket.socket.connect = to_loopback, to_simulator


async def with_sdk(job: str, people: int, tenant: str, client_id: str, pem: bytes) -> dict[str, int]:
    """msgraph-sdk-python: a page iterator for people, then each person's photo or contacts."""
    from azure.identity.aio import CertificateCredential
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from msgraph import GraphServiceClient
    from msgraph.generated.models.o_data_errors.o_data_error import ODataError
    from msgraph.generated.users.item.contacts.contacts_request_builder import ContactsRequestBuilder
    from msgraph.generated.users.users_request_builder import UsersRequestBuilder
    from msgraph_core.tasks.page_iterator import PageIterator

    credential = CertificateCredential(tenant, client_id, certificate_data=pem, disable_instance_discovery=True)
    client = GraphServiceClient(credential)
    names = ["id", "displayName", "givenName", "surname", "mail", "userPrincipalName", "mobilePhone", "businessPhones"]
    query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(select=names, top=999)
    first = await client.users.get(RequestConfiguration(query_parameters=query))
    found = []
    await PageIterator(first, client.request_adapter).iterate(lambda user: found.append(user) or True)
    slots, got = asyncio.Semaphore(AT_ONCE), [0]

    async def photo(user):
        async with slots:
            try:
                got[0] += bool(await client.users.by_user_id(user.id).photo.content.get())
            except ODataError as error:
                if error.response_status_code != 404:
                    raise

    async def contacts(user):
        async with slots:
            try:
                wanted = ContactsRequestBuilder.ContactsRequestBuilderGetQueryParameters(top=100)
                page = await client.users.by_user_id(user.id).contacts.get(
                    RequestConfiguration(query_parameters=wanted)
                )
                await PageIterator(page, client.request_adapter).iterate(
                    lambda _: got.__setitem__(0, got[0] + 1) or True
                )
            except ODataError as error:
                if error.response_status_code != 404:
                    raise

    await asyncio.gather(*({"photos": photo, "contacts": contacts}[job](user) for user in found[:people]))
    await credential.close()
    return {"people": len(found), job: got[0]}


def with_o365(job: str, people: int, tenant: str, client_id: str, key: bytes, certificate: bytes) -> dict[str, int]:
    """python-o365: the directory, then each person's photo or address book."""
    from O365 import Account
    from O365.utils.token import MemoryTokenBackend

    credential = {"private_key": key.decode(), "public_certificate": certificate.decode()}
    account = Account(
        (client_id, credential), auth_flow_type="credentials", tenant_id=tenant, token_backend=MemoryTokenBackend()
    )
    if not account.authenticate():
        raise SystemExit("python-o365 was not admitted")
    found = list(account.directory().get_users(limit=None, batch=999))
    got = 0
    for user in found[:people]:
        if job == "photos":
            got += bool(user.get_profile_photo())
            continue
        try:
            got += sum(
                1 for _ in account.address_book(resource=user.user_principal_name).get_contacts(limit=None, batch=100)
            )
        except Exception as error:
            if "404" not in str(error) and "400" not in str(error):  # no mailbox; a guest's name is no address
                raise
    return {"people": len(found), job: got}


def main() -> None:
    """Do the job and print what was got."""
    which, job, people, origin, tenant, client_id, key_path, certificate_path = sys.argv[1:]
    resolve_to(origin)
    key, certificate = Path(key_path).read_bytes(), Path(certificate_path).read_bytes()
    if which == "sdk":
        got = asyncio.run(with_sdk(job, int(people), tenant, client_id, key + certificate))
    else:
        got = with_o365(job, int(people), tenant, client_id, key, certificate)
    print(json.dumps(got))


if __name__ == "__main__":
    main()
