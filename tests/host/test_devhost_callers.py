"""`pbx-devhost who`: extensions, contacts of either book, hidden numbers."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from pbx_devhost.core import Pbx
from pbx_plugin_api import CompanyBook, ContactPhone, DraftContact
from tests.support.devhost_cli import Cli

TENANT = "fabrikam.example"


@pytest.fixture
def extension(cli: Cli) -> str:
    """The extension of a user, in a tenant of country DE with contacts of three numbers."""
    tenant_id = cli.json("tenant", "add", "Fabrikam", "--sip-domain", TENANT, "--country", "DE")["id"]
    made: str = cli.json("user", "add", TENANT, "ada", "--display-name", "Ada")["extension_number"]
    with closing(Pbx(cli.url)) as pbx:
        for name, e164 in (("Zoë", "+491709988771"), ("Bob", "+491709988771"), ("Eve", "+4931123456")):
            draft = DraftContact(name=name, mobile_phone=ContactPhone(raw=e164, e164=e164))
            pbx.stores.contacts.add(tenant_id, CompanyBook(), draft)
        draft = DraftContact(name="Norden", further_e164=("+494931123456",))
        pbx.stores.contacts.add(tenant_id, CompanyBook(), draft)
    return made


def who(cli: Cli, number: str) -> dict[str, Any]:
    found: dict[str, Any] = cli.json("who", TENANT, number)
    return found


def test_several_matches_say_so_and_are_all_listed(cli: Cli, extension: str) -> None:
    found = who(cli, "0170 / 99 88 771")
    rows = [{"name": name, "where": "company contacts"} for name in ("Bob", "Zoë")]
    assert found == {"number": "+491709988771", "name": "Bob", "kind": "contact", "matches": rows}
    lines = cli.ok("who", TENANT, "+491709988771").out.splitlines()
    assert lines == [
        "2 contacts have the number +491709988771:", "  Bob (company contacts)", "  Zoë (company contacts)",
    ]  # fmt: skip


def test_an_extension_is_looked_up_as_one(cli: Cli, extension: str) -> None:
    found = who(cli, extension)
    assert (found["kind"], found["name"], found["number"]) == ("extension", "Ada", extension)
    assert cli.ok("who", TENANT, extension).out == f"Ada (extension {extension})\n"


def test_a_short_number_is_never_taken_for_a_public_one(cli: Cli, extension: str) -> None:
    assert who(cli, "49301") == {"number": "49301", "name": None, "kind": "unknown", "matches": []}
    assert cli.ok("who", TENANT, "49301").out == "No extension has the number 49301.\n"
    assert who(cli, f"+{extension}")["kind"] == "unknown"


@pytest.mark.parametrize("number", ["anonymous", "", "Restricted", "sip:anonymous@anonymous.invalid"])
def test_a_hidden_number_is_answered_as_such(cli: Cli, extension: str, number: str) -> None:
    assert who(cli, number) == {"number": None, "name": None, "kind": "anonymous", "matches": []}
    assert cli.ok("who", TENANT, number).out == "The caller does not show a number.\n"


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("+49 31 123456", "Eve"),
        ("0049 31 123456", "Eve"),
        ("4931123456", "Eve"),  # without a plus sign; dialled in Germany it could be one of Norden (04931) as well
        ("04931 123456", "Norden"),
        ("sip:+4931123456@trunk.example", "Eve"),
        ("+4930", None),
        ("nobody", None),
    ],
)
def test_the_number_as_it_is_comes_before_the_number_as_it_is_dialled(
    cli: Cli, extension: str, number: str, name: str | None
) -> None:
    assert who(cli, number)["name"] == name


def test_text_without_digits_is_no_number(cli: Cli, extension: str) -> None:
    assert cli.ok("who", TENANT, "nobody").out == "nobody is not a telephone number.\n"
