"""The scripts for PowerShell. No PowerShell runs here: they are parsed by a grammar, and looked at as text.

What a run would show is not shown: that the modules accept these parameters. `test_register_script.py` runs the script
for bash, which makes the same calls.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
import tree_sitter
import tree_sitter_powershell
from hypothesis import given, settings
from hypothesis import strategies as st

from portsip_m365_plugin.clouds import CHINA, DOD, GCC_HIGH, GLOBAL, Cloud
from portsip_m365_plugin.page.registration.scripts.quoting import powershell_text
from portsip_m365_plugin.page.registration.scripts.render import (
    Limit,
    Registration,
    make_mark,
    render_azure_cli,
    render_graph_powershell,
    render_limit,
)
from tests.support.lab import shared_key_pair

PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
QUOTES = "'\u2018\u2019\u201a\u201b"
HOSTILE = 'It\u2019s \'; Remove-Item C:\\ -Recurse; $(hack) `n "x" \u2018y\u201b #>'
STRAIGHT = HOSTILE.translate({ord(each): "'" for each in QUOTES})
"""The same for the grammar, which does not know the other quotes."""
LIMITS = (
    Limit(permissions=("Mail.Send", "Mail.ReadWrite"), mailboxes=("pbx@contoso.example", "o'neil@contoso.example")),
    Limit(permissions=("Contacts.Read",), mailboxes=("sales@contoso.example",)),
)
KNOWN_COMMANDS = {
    *("Connect-ExchangeOnline", "Connect-MgGraph", "ConvertTo-Json", "ForEach-Object", "Format-Table"),
    *("Get-DistributionGroup", "Get-Graph", "Get-ManagementRoleAssignment", "Get-ManagementScope", "Get-MgContext"),
    *("Get-ServicePrincipal", "Invoke-MgGraphRequest", "New-DistributionGroup", "New-ManagementRoleAssignment"),
    *("New-ManagementScope", "New-ServicePrincipal", "Out-Host", "Out-Null", "Send-Graph", "Set-DistributionGroup"),
    *("Set-ManagementScope", "Set-StrictMode", "Start-Sleep", "Test-ServicePrincipalAuthorization"),
    *("Update-DistributionGroupMember", "Where-Object", "Write-Host", "Write-Output", "Write-Warning"),
}


def registration(**changes: Any) -> Registration:
    values: dict[str, Any] = {
        "display_name": "PortSIP PBX Contoso",
        "mark": make_mark("t1", "pbx.contoso.example:8887"),
        "cloud": GLOBAL,
        "entra_tenant_id": "72f988bf-0000-4000-8000-2d7cd011db47",
        "client_id": "11111111-2222-4333-8444-555555555555",
        "redirect_uris": ("https://pbx.contoso.example:8887/ms365/callback",),
        "permissions": ("User.Read.All", "Mail.Send"),
        "has_sign_in": True,
        "certificate": shared_key_pair().certificate,
    }
    return Registration(**{**values, **changes})


def both(**changes: Any) -> list[str]:
    wanted = registration(**changes)
    return [part.decode("utf-8-sig") for part in (render_graph_powershell(wanted), render_limit(wanted, LIMITS))]


def nodes(text: str, kind: str) -> list[str]:
    found, left = [], [PARSER.parse(text.encode()).root_node]
    while left:
        node = left.pop()
        if node.type == kind:
            found.append((node.text or b"").decode())
        left += node.children
    return found


def read_literal(text: str, at: int) -> tuple[str, int]:
    """Read a text in single quotes as PowerShell's tokenizer does, and return where it ends."""
    assert text[at] in QUOTES
    value, at = "", at + 1
    while True:
        if text[at] in QUOTES:
            if at + 1 >= len(text) or text[at + 1] not in QUOTES:
                return value, at + 1
            at += 1
        value += text[at]
        at += 1


@pytest.mark.parametrize("name", ["PortSIP PBX Contoso", STRAIGHT, "Müller & Söhne 株式会社"])
def test_the_grammar_accepts_both_scripts(name: str) -> None:
    for text in both(display_name=name):
        assert not PARSER.parse(text.encode()).root_node.has_error
        assert "#VALUES#" not in text


def test_a_hostile_name_adds_no_command() -> None:
    """The same commands as with an ordinary name, in the same order."""
    for plain, hostile in zip(
        both(), both(display_name=HOSTILE.translate({ord(each): "'" for each in QUOTES})), strict=True
    ):
        assert nodes(hostile, "command_name") == nodes(plain, "command_name")


@settings(max_examples=300)
@given(st.text(max_size=40) | st.text(alphabet=QUOTES + "a$`\n;", max_size=12))
def test_attack_value_that_would_be_code_of_powershell(value: str) -> None:
    literal = powershell_text(value)
    assert read_literal(literal, 0) == (value, len(literal))


def test_every_quote_of_powershell_is_doubled() -> None:
    for quote in QUOTES:
        assert powershell_text(f"a{quote}b") == f"'a{quote}{quote}b'"


def test_values_are_assigned_before_anything_happens() -> None:
    for text in both(display_name=HOSTILE):
        name = re.search(r"^\$DisplayName = ", text, re.M)
        assert name is not None
        assert read_literal(text, name.end())[0] == HOSTILE
        assert name.start() < text.index("\n$GraphAppId = ")


def test_only_known_commands_are_used() -> None:
    for text in both():
        assert set(nodes(text, "command_name")) <= KNOWN_COMMANDS


def test_both_stop_at_the_first_error_and_say_in_which_directory() -> None:
    for text in both():
        assert "\n$ErrorActionPreference = 'Stop'\n" in text
        assert text.index("Set-StrictMode") < text.index("Connect-MgGraph @Connection")
        assert re.search(r"if .*\$Directory(Id)?\b.*\{\n    throw ", text)


def test_attack_letters_that_a_code_page_turns_into_quotes() -> None:
    """Windows PowerShell reads the letters as they are. Without the mark, bytes of some would be quotes to it."""
    for content in (render_graph_powershell(registration()), render_limit(registration(), LIMITS)):
        assert content.startswith(b"\xef\xbb\xbf")
        assert content[3:].decode("utf-8").startswith("<#")


@pytest.mark.parametrize(
    ("cloud", "graph", "exchange"),
    [
        (GLOBAL, "Global", "O365Default"),
        (CHINA, "China", "O365China"),
        (GCC_HIGH, "USGov", "O365USGovGCCHigh"),
        (DOD, "USGovDoD", "O365USGovDoD"),
    ],
)
def test_the_right_cloud(cloud: Cloud, graph: str, exchange: str) -> None:
    register, limit = both(cloud=cloud)
    for text in (register, limit):
        assert f"$GraphEnvironment = '{graph}'\n" in text
        assert f"$Graph = '{cloud.graph}'\n" in text
        # Old versions of the module take a relative address for GET only.
        assert text.count("-Uri ") == text.count('-Uri "$Graph/v1.0/')
    assert f"$ExchangeEnvironment = '{exchange}'\n" in limit


def test_the_same_calls_as_in_the_script_for_bash() -> None:
    """What the script for bash does is run against a directory; this one has to change the same things."""
    bash = render_azure_cli(registration()).decode()
    powershell = both()[0]
    changed = set(re.findall(r"\bgraph(?:_soon)? (post|patch|delete) \"?([A-Za-z0-9]+)", bash))
    assert {
        (verb.lower(), what) for verb, what in re.findall(r"Send-Graph (\w+) [\"']([A-Za-z0-9]+)", powershell)
    } == changed
    for words in ("AzureADMyOrg", "AsymmetricX509Cert", "appRoleAssignedTo", "AllPrincipals", "requiredResourceAccess"):
        assert words in bash
        assert words in powershell


def test_limits_give_the_roles_before_the_consent_is_taken_back() -> None:
    limit = both()[1]
    assert "Permissions = @('Mail.Send', 'Mail.ReadWrite');" in limit
    assert "Mailboxes = @('pbx@contoso.example', 'o''neil@contoso.example')" in limit
    order = [
        *("New-ServicePrincipal -AppId", "Update-DistributionGroupMember", "New-ManagementScope -Name"),
        *("New-ManagementRoleAssignment @", "-Method DELETE"),
    ]
    places = [limit.index(words) for words in order]
    assert places == sorted(places)
    assert '"Application $Permission"' in limit
    assert "ADD UP" in limit


def test_neither_holds_a_secret() -> None:
    assert not any("PRIVATE" in text for text in both())
