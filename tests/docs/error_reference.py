"""Write docs/errors.md out of the tables that the running code uses: `python -m tests.docs.error_reference`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from portsip_m365_plugin.clouds import CHINA, GLOBAL
from portsip_m365_plugin.entra import aadsts, signin_errors
from portsip_m365_plugin.entra.discovery import Directory
from portsip_m365_plugin.entra.idtoken import IdTokenError
from portsip_m365_plugin.entra.regions import Place, Search
from portsip_m365_plugin.graph import errors, judge
from portsip_m365_plugin.mail import receipts
from portsip_m365_plugin.mapping.users import SKIP_DETAILS
from portsip_m365_plugin.page.region import explain_search
from portsip_m365_plugin.redirects import Redirects, describe_task

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "errors.md"
_ID_TOKEN_SOURCE: Final = Path(aadsts.__file__).with_name("idtoken.py")

_HEAD: Final = """# What can go wrong, and what to do

Generated from the tables in the code by `python -m tests.docs.error_reference`; a test fails where the two differ.
Microsoft's ids (trace, correlation, request-id) stand beside each message in the run log and the audit log: give them
to Microsoft's support.
"""


_OTHER_REASONS: Final = {
    "invalid": "Microsoft sent something that breaks its own schema; the line says what. Nothing changed.",
    "user_limit": "The PBX's licence allows no more users.",
    "ambiguous_match": "Several share a mail address; a new user was made instead of linking one.",
    "value_lost": "A value was longer than the PBX keeps; the line says which and what became of it.",
    "refused": "The PBX refused the change; the line says why.",
}
_TO_DO: Final = {
    "agent": "Nothing: an agent needs no extension.",
    "guest": "Switch on “Sync guest users” on the USER SYNC tab if guests are to have extensions.",
    "account_disabled": "Enable the account at Microsoft if the person is to have an extension.",
    "shared_mailbox": "Nothing. If it is a person's mailbox, turn it into a user mailbox in Exchange.",
    "room": "Nothing. If it is a person's mailbox, turn it into a user mailbox in Exchange.",
    "no_plan": "Assign a licence at Microsoft, or switch on people without a plan on the USER SYNC tab.",
    "no_name": "Enter first or last name at Microsoft.",
    "invalid": "Give the line to Microsoft's support. The person keeps what they have.",
    "user_limit": "Raise the PBX's limit of users, or free a place. The people follow by themselves.",
    "ambiguous_match": "Join the right two on the page of the user, and give each person an address of their own.",
    "value_lost": "Shorten the value at Microsoft.",
    "refused": "Put right what the line says; the next run tries again.",
}


def write_page() -> str:
    """Return the page as it should be."""
    return (
        "\n".join(
            [_HEAD, *_token_errors(), *_set_up(), *_graph_errors(), *_mail(), *_people(), *_sign_in(), *_id_token()]
        )
        + "\n"
    )


def _token_errors() -> Iterator[str]:
    yield from _section("The app's own token (Test connection, every run)", "AADSTS", "What is wrong", "What to do")
    for _, sentence, remedy, codes in aadsts._TABLE:
        yield f"| {', '.join(map(str, codes))} | {sentence} | {remedy} |"
    codes = ", ".join(map(str, sorted(aadsts.CERTIFICATE_CODES)))
    names = {"until": "DATE", "made": "DATE", "accepted": "DATE", "thumbprint": "THUMBPRINT"}
    for sentence, remedy in aadsts._CERTIFICATE.values():
        yield f"| {codes}, with what the PBX knows | {sentence.format(**names)} | {remedy.format(**names)} |"
    yield f"| any other | {aadsts._UNKNOWN[1]} | {aadsts._UNKNOWN[2].format(code='CODE')} |"
    yield ""


def _graph_errors() -> Iterator[str]:
    yield from _section("Microsoft Graph", "Graph's code or status", "What is wrong", "What to do")
    for kind in _kinds(errors.GraphError):
        codes = sorted(code for code, known in judge.BY_CODE.items() if known is kind)
        codes += [f"HTTP {status}" for status, known in judge.BY_STATUS.items() if known is kind]
        if "sentence_template" in vars(kind):
            yield f"| {', '.join(codes) or '-'} | {kind.sentence_template} | {kind.remedy_template or '-'} |"
    yield ""


def _mail() -> Iterator[str]:
    columns = ("Graph's code or kind", "What becomes of the mail", "What is wrong", "What to do")
    yield from _section("Mail (outcome of one attempt)", *columns)
    names = {"mailbox": "pbx@contoso.com", "sentence": "(as above)", "remedy": "(as above)", "http": "HTTP … …"}
    cases = [*receipts._BY_CODE.items(), *((kind.__name__, case) for kind, case in receipts._BY_KIND)]
    for name, case in cases:
        reason, remedy = case.reason.format_map(names), case.remedy.format_map(names)
        what = f"all mail waits: `{case.fault}`" if case.fault else case.status.value
        yield f"| {name} | {what} | {reason} | {remedy or '-'} |"
    yield ""


def _set_up() -> Iterator[str]:
    """What the PERMISSIONS tab says about the region and the redirect URIs, with examples in capitals."""
    directory = Directory(entra_tenant_id="ID", graph_host="")
    two = tuple(Place(cloud=cloud, directory=directory) for cloud in (GLOBAL, CHINA))
    searches = (
        ("two Microsoft clouds have the directory", Search(places=two, silent=(), strange=())),
        ("no cloud has it", Search(places=(), silent=(), strange=())),
        ("no cloud has it, and one did not answer", Search(places=(), silent=("HOST",), strange=())),
        ("a Graph serves it that no region has", Search(places=(), silent=(), strange=("HOST",))),
    )
    yield from _section("The region and the redirect URIs (tab PERMISSIONS)", "When", "What the page says")
    for when, search in searches:
        yield f"| {when} | {explain_search('DOMAIN', search)} |"
    moved = Redirects(proven={}, known=frozenset({"OLD URI"}), current=("NEW URI",))
    yield f"| a web or SBC domain has changed | {describe_task(moved)} |"
    yield ""


def _people() -> Iterator[str]:
    yield "## People who are left out of the sync"
    yield ""
    yield "| reason | in words | what to do |"
    yield "|---|---|---|"
    words = {**SKIP_DETAILS, **_OTHER_REASONS}
    yield from (f"| `{reason}` | {sentence} | {_TO_DO[reason]} |" for reason, sentence in words.items())
    yield ""


def _sign_in() -> Iterator[str]:
    yield from _section(
        "Signing in with Microsoft",
        "AADSTS or OAuth error",
        "What the person reads",
        "What the administrator does",
        "Audit word",
    )
    for kind, sentence in signin_errors._SENTENCES.items():
        codes = [str(code) for code, known in signin_errors._KIND_BY_CODE.items() if known == kind]
        codes += [word for word, known in signin_errors._KIND_BY_ERROR.items() if known == kind]
        to_do = signin_errors._REMEDIES[kind].replace("{code}", "CODE")
        yield f"| {', '.join(codes) or 'any other'} | {sentence} | {to_do} | {kind} |"
    yield ""


def _id_token() -> Iterator[str]:
    yield "## Why an ID token is not believed (audit log only)"
    yield ""
    words = re.findall(rf'{IdTokenError.__name__}\(\s*"(\w+)"', _ID_TOKEN_SOURCE.read_text(encoding="utf-8"))
    yield ", ".join(f"`{word}`" for word in dict.fromkeys(words)) + "."
    yield ""
    yield (
        "Each means that the answer was not Microsoft's answer to this sign-in. Check the server's clock, the directory"
        " ID and the region; if it lasts, somebody may be trying to get in with a forged token: give the line to"
        " the person who is responsible for security."
    )


def _section(title: str, *columns: str) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    yield "| " + " | ".join(columns) + " |"
    yield "|" + "---|" * len(columns)


def _kinds(kind: type[errors.GraphError]) -> Iterator[type[errors.GraphError]]:
    yield kind
    for below in kind.__subclasses__():
        if below.__module__ == errors.__name__:
            yield from _kinds(below)


if __name__ == "__main__":
    PAGE.write_text(write_page(), encoding="utf-8")
