"""The numbers in the administrator's guide are those of the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from portsip_m365_plugin import nightly
from portsip_m365_plugin.contacts.scope import CONTACTS_MAX
from portsip_m365_plugin.keys.condition import EXPIRY_WARNING_DAYS
from portsip_m365_plugin.mail.rates import MESSAGES_A_MINUTE, RECIPIENTS_A_DAY

GUIDE = " ".join((Path(__file__).parents[2] / "docs" / "admin-guide.md").read_text(encoding="utf-8").split())
COUNTS = {2: "two", 3: "three", 4: "four"}


@pytest.mark.parametrize(
    "sentence",
    [
        f"{MESSAGES_A_MINUTE} messages a minute and {RECIPIENTS_A_DAY:,} recipients a day",
        f"at most {CONTACTS_MAX:,} contacts",
        f"say so {EXPIRY_WARNING_DAYS} days before",
        f"tried again up to {COUNTS[nightly._RETRIES_MAX]} times",
    ],
)
def test_the_guide_states_what_the_program_does(sentence: str) -> None:
    assert sentence in GUIDE
