"""The numbers in the administrator's guide are those of the program."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from pbx_plugin_api import WebOrigins
from portsip_m365_plugin import nightly
from portsip_m365_plugin.consent import ADDRESS_DAYS
from portsip_m365_plugin.contacts.scope import CONTACTS_MAX
from portsip_m365_plugin.keys.condition import EXPIRY_WARNING_DAYS
from portsip_m365_plugin.mail.rates import MESSAGES_A_MINUTE, RECIPIENTS_A_DAY
from portsip_m365_plugin.page.set_up.known import Known
from portsip_m365_plugin.page.set_up.steps import draw_steps

GUIDE = " ".join((Path(__file__).parents[2] / "docs" / "admin-guide.md").read_text(encoding="utf-8").split())
COUNTS = {2: "two", 3: "three", 4: "four"}


@pytest.mark.parametrize(
    "sentence",
    [
        f"{MESSAGES_A_MINUTE} messages a minute and {RECIPIENTS_A_DAY:,} recipients a day",
        f"at most {CONTACTS_MAX:,} contacts",
        f"say so {EXPIRY_WARNING_DAYS} days before",
        f"It can be used for {ADDRESS_DAYS} days",
        f"tried again up to {COUNTS[nightly._RETRIES_MAX]} times",
    ],
)
def test_the_guide_states_what_the_program_does(sentence: str) -> None:
    assert sentence in GUIDE


def test_the_guide_names_the_steps_of_the_set_up_in_their_order() -> None:
    known = Known(origins=WebOrigins(web="https://pbx.example.com"), now_utc=datetime(2026, 1, 1, tzinfo=timezone.utc))
    found = [GUIDE.find(f"{number}. **{step.title}") for number, step in enumerate(draw_steps(known), 1)]
    assert -1 not in found
    assert found == sorted(found)
