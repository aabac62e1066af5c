"""One is not many: `1 plugins active` is wrong, and so is `1 würden angelegt`."""

from __future__ import annotations

import re

import pytest

from pbx_devhost.cli.headings import GONE_COUNTS, MAIL_COUNTS, RUN_COUNTS
from pbx_devhost.portal.words import _label_count
from pbx_plugin_api import Counts
from portsip_m365_plugin.page.parts.run_chart import _summarise
from portsip_m365_plugin.users.summary import say_preview
from tests.languages.catalogues import PACKAGES, extract, read_catalogue, texts

_MANY = re.compile(
    r"\{(?:n|days|run_days|runs|failed|seconds|messages|recipients|[a-z_]+:[^}]+)\} (?:[a-z]+ )?(?:[a-z]+s|people)\b"
)
_MANY_IN_GERMAN = re.compile(r"\{(?:n|[a-z_]+:[^}]+)\}[^.;]* (?:werden|würden|haben|sind|konnten|fehlen|bleiben)\b")
# What is never one: what is above a limit, or is a fixed number.
_NEVER_ONE = (
    "It differs from Entra's by {seconds:.0f} seconds",
    "There are {n} recipients, and at most",
    "{n} of these are not e-mail addresses",
    "There are {n:,} ",
    "{n:,} on premises",
    "Starting a simulated Microsoft 365",
    "{messages} messages a minute",
    "It goes on by itself. Exchange allows",
    "For a Privileged Role Administrator",
    "{n:,} mailboxes are too many",
    "{name}: {n:,} groups have this name",
    "Of the people who are synced",
    "None of the last {runs} runs failed",
    "{n:,} (limit of users",
    "Not possible: 1 to {n} characters",
    "Slots of this process",
    "username: {username} is not possible",
    "{value}… ({n:,} characters)",
    "{n} redemptions have failed",
    "the flow needs {n} characters",
    "{n} characters, at most {limit}",
    "problems: {days} is more than the days of runs",
)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_text_that_counts_has_a_plural(package: str) -> None:
    found = [each.id for each in texts(extract(package)) if isinstance(each.id, str) and _MANY.search(each.id)]
    assert [text for text in found if not text.startswith(_NEVER_ONE)] == []
    german = {each.id: each.string for each in texts(read_catalogue(package, "de")) if isinstance(each.id, str)}
    found = [text for text, translation in german.items() if _MANY_IN_GERMAN.search(translation)]
    assert [text for text in found if not text.startswith(_NEVER_ONE)] == []


def test_one_of_everything() -> None:
    assert [say(1) for say in GONE_COUNTS.values()][:4] == ["1 run", "1 problem", "1 notice", "1 line of the audit log"]
    assert RUN_COUNTS["mailboxes_read"](1) == "1 mailbox read"
    assert RUN_COUNTS["contacts_created"](1).in_language("de") == "1 Kontakt angelegt"
    assert [_label_count("photos_stored", n) for n in (1, 2)] == ["photo stored", "photos stored"]
    assert _label_count("created", 1) == "created"
    assert MAIL_COUNTS["sent"](1).in_language("de") == "1 gesendet"
    one, two = (say_preview(Counts(created=n)).in_language("de") for n in (1, 2))
    assert (one, two) == (
        "Vorschau: 1 würde angelegt. Nichts wurde geändert.",
        "Vorschau: 2 würden angelegt. Nichts wurde geändert.",
    )
    assert [_summarise(*each) for each in ((1, 1), (9, 1), (9, 2), (9, 0), (1, 0))] == [
        "The last run failed; its bar is red.",
        "Of the last 9 runs, 1 failed; its bar is red.",
        "Of the last 9 runs, 2 failed; their bars are red.",
        "None of the last 9 runs failed.",
        "",
    ]
