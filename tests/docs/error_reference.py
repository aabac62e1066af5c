"""Write docs/errors.md out of the tables that the running code uses: `python -m tests.docs.error_reference`.

`--language de` writes docs/errors.de.md, `--language zh-Hans` docs/errors.zh-Hans.md; `--all` writes every language.
"""

from __future__ import annotations

import argparse
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pbx_plugin_api import Text, TextValue
from portsip_m365_plugin.clouds import CHINA, GLOBAL
from portsip_m365_plugin.entra import aadsts, signin_errors
from portsip_m365_plugin.entra.discovery import Directory
from portsip_m365_plugin.entra.idtoken import IdTokenError
from portsip_m365_plugin.entra.regions import Place, Search
from portsip_m365_plugin.graph import errors, judge
from portsip_m365_plugin.mail import receipts
from portsip_m365_plugin.mapping.users import SKIP_DETAILS
from portsip_m365_plugin.page.registration.region import explain_search
from portsip_m365_plugin.redirects import Redirects, describe_task
from portsip_m365_plugin.texts import _
from tests.docs.error_words import LANGUAGES, say

_DOCS: Final = Path(__file__).resolve().parents[2] / "docs"
PAGE: Final = _DOCS / "errors.md"
_ID_TOKEN_SOURCE: Final = Path(aadsts.__file__).with_name("idtoken.py")

_INTRO: Final = (
    "Generated from the tables in the code by `python -m tests.docs.error_reference`; a test fails where the two"
    " differ. Microsoft's ids (trace, correlation, request-id) stand beside each message in the run log and the audit"
    " log: give them to Microsoft's support."
)
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


def page_path(language: str) -> Path:
    """Return the file of a language."""
    return PAGE if language == "en" else _DOCS / f"errors.{language}.md"


def write_page(language: str = "en") -> str:
    """Return the page as it should be."""
    return _Page(language).write()


class _Page:
    """The reference in one language."""

    def __init__(self, language: str) -> None:
        self._language = language

    def write(self) -> str:
        intro = self._say(_INTRO)
        lines = [f"# {self._say('What can go wrong, and what to do')}", ""]
        lines += textwrap.wrap(intro, 120, break_on_hyphens=False) if self._language != "zh-Hans" else [intro]
        lines.append("")
        lines += [*self._token_errors(), *self._set_up(), *self._graph_errors(), *self._mail()]
        lines += [*self._people(), *self._sign_in(), *self._id_token()]
        return "\n".join(lines) + "\n"

    def _say(self, text: str, **values: TextValue) -> str:
        """Return a text in the page's language: one of the plugin, one that waits for its values, or one of ours."""
        if not text:
            return ""
        if isinstance(text, Text):
            return text.in_language(self._language)
        if values:
            return _(text, **values).in_language(self._language)
        return say(text, self._language)

    def _token_errors(self) -> Iterator[str]:
        title = "The app's own token (Test connection, every run)"
        yield from self._section(title, "AADSTS", "What is wrong", "What to do")
        for __, sentence, remedy, codes in aadsts._TABLE:
            yield f"| {', '.join(map(str, codes))} | {self._say(sentence)} | {self._say(remedy)} |"
        codes = ", ".join(map(str, sorted(aadsts.CERTIFICATE_CODES)))
        known = self._say("{codes}, with what the PBX knows").replace("{codes}", codes)
        day, thumbprint = self._say("DATE"), self._say("THUMBPRINT")
        names = {"until": day, "made": day, "accepted": day, "thumbprint": thumbprint}
        for sentence, remedy in aadsts._CERTIFICATE.values():
            yield f"| {known} | {self._say(sentence, **names)} | {self._say(remedy, **names)} |"
        __, sentence, remedy = aadsts._UNKNOWN
        yield f"| {self._say('any other')} | {self._say(sentence)} | {self._say(remedy, code='CODE')} |"
        yield ""

    def _graph_errors(self) -> Iterator[str]:
        yield from self._section("Microsoft Graph", "Graph's code or status", "What is wrong", "What to do")
        for kind in _kinds(errors.GraphError):
            codes = sorted(code for code, known in judge.BY_CODE.items() if known is kind)
            codes += [f"HTTP {status}" for status, known in judge.BY_STATUS.items() if known is kind]
            if "sentence_template" in vars(kind):
                remedy = self._say(kind.remedy_template) or "-"
                yield f"| {', '.join(codes) or '-'} | {self._say(kind.sentence_template)} | {remedy} |"
        yield ""

    def _mail(self) -> Iterator[str]:
        columns = ("Graph's code or kind", "What becomes of the mail", "What is wrong", "What to do")
        yield from self._section("Mail (outcome of one attempt)", *columns)
        above = self._say("(as above)")
        names = {"mailbox": "pbx@contoso.com", "sentence": above, "remedy": above, "http": "HTTP … …"}
        cases = [*receipts._BY_CODE.items(), *((kind.__name__, case) for kind, case in receipts._BY_KIND)]
        for name, case in cases:
            reason, remedy = (self._say(receipts._say(text, names)) if text not in receipts._ITS_OWN else above
                              for text in (case.reason, case.remedy))  # fmt: skip
            waits = self._say("all mail waits: `{fault}`").replace("{fault}", case.fault)
            what = waits if case.fault else self._say(case.status.value)
            yield f"| {name} | {what} | {reason} | {remedy or '-'} |"
        yield ""

    def _set_up(self) -> Iterator[str]:
        """What the PERMISSIONS tab says about the region and the redirect URIs, with examples in capitals."""
        directory = Directory(entra_tenant_id="ID", graph_host="")
        two = tuple(Place(cloud=cloud, directory=directory) for cloud in (GLOBAL, CHINA))
        searches = (
            ("two Microsoft clouds have the directory", Search(places=two, silent=(), strange=())),
            ("no cloud has it", Search(places=(), silent=(), strange=())),
            ("no cloud has it, and one did not answer", Search(places=(), silent=("HOST",), strange=())),
            ("a Graph serves it that no region has", Search(places=(), silent=(), strange=("HOST",))),
        )
        title = "The region and the redirect URIs (tab PERMISSIONS)"
        yield from self._section(title, "When", "What the page says")
        for when, search in searches:
            yield f"| {self._say(when)} | {self._read(explain_search('DOMAIN', search))} |"
        moved = Redirects(proven={}, known=frozenset({"OLD URI"}), current=("NEW URI",))
        yield f"| {self._say('a web or SBC domain has changed')} | {self._read(describe_task(moved))} |"
        yield ""

    def _read(self, text: str) -> str:
        return text.in_language(self._language) if isinstance(text, Text) else text

    def _people(self) -> Iterator[str]:
        yield from self._section("People who are left out of the sync", "reason", "in words", "what to do")
        words = {**SKIP_DETAILS, **_OTHER_REASONS}
        for reason, sentence in words.items():
            yield f"| `{reason}` | {self._say(sentence)} | {self._say(_TO_DO[reason])} |"
        yield ""

    def _sign_in(self) -> Iterator[str]:
        yield from self._section(
            "Signing in with Microsoft",
            "AADSTS or OAuth error",
            "What the person reads",
            "What the administrator does",
            "Audit word",
        )
        for kind, sentence in signin_errors._SENTENCES.items():
            codes = [str(code) for code, known in signin_errors._KIND_BY_CODE.items() if known == kind]
            codes += [word for word, known in signin_errors._KIND_BY_ERROR.items() if known == kind]
            remedy = signin_errors._REMEDIES[kind]
            to_do = self._say(remedy) if isinstance(remedy, Text) else self._say(remedy, code="CODE")
            yield f"| {', '.join(codes) or self._say('any other')} | {self._say(sentence)} | {to_do} | {kind} |"
        yield ""

    def _id_token(self) -> Iterator[str]:
        yield f"## {self._say('Why an ID token is not believed (audit log only)')}"
        yield ""
        words = re.findall(rf'{IdTokenError.__name__}\(\s*"(\w+)"', _ID_TOKEN_SOURCE.read_text(encoding="utf-8"))
        yield ", ".join(f"`{word}`" for word in dict.fromkeys(words)) + "."
        yield ""
        yield self._say(
            "Each means that the answer was not Microsoft's answer to this sign-in. Check the server's clock, the"
            " directory ID and the region; if it lasts, somebody may be trying to get in with a forged token: give the"
            " line to the person who is responsible for security."
        )

    def _section(self, title: str, *columns: str) -> Iterator[str]:
        yield f"## {self._say(title)}"
        yield ""
        yield "| " + " | ".join(map(self._say, columns)) + " |"
        yield "|" + "---|" * len(columns)


def _kinds(kind: type[errors.GraphError]) -> Iterator[type[errors.GraphError]]:
    yield kind
    for below in kind.__subclasses__():
        if below.__module__ == errors.__name__:
            yield from _kinds(below)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--language", choices=LANGUAGES, default="en")
    parser.add_argument("--all", action="store_true")
    given = parser.parse_args()
    for language in LANGUAGES if given.all else (given.language,):
        page_path(language).write_text(write_page(language), encoding="utf-8")


if __name__ == "__main__":
    main()
