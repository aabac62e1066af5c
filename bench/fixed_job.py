"""A small job that is the same every time: people and contacts as Graph sends them, mapped and spooled.

    python -m bench.fixed_job N

`tests/architecture/test_instructions.py` counts its instructions with callgrind.
"""

from __future__ import annotations

import json
import sys

from pbx_plugin_api import AnyNumber
from portsip_m365_plugin.mapping.contacts import CONTACT_SELECT, map_contact
from portsip_m365_plugin.mapping.users import MappingRules
from portsip_m365_plugin.users.pull import map_row
from portsip_m365_plugin.users.spool import Spool

TENANT = "19cb1e4c-5e3b-4d3a-9a0e-2f6d3c1b7a55"
NAMES = ("Anna Weber", "Jörg Müller", "李 伟", "María García", "O'Brien Seán", "Nguyễn Thị Hoa")


def person(number: int) -> dict[str, object]:
    """One person of a page."""
    given, _, surname = NAMES[number % len(NAMES)].partition(" ")
    return {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "userPrincipalName": f"user{number}@contoso.example",
        "mail": f"user{number}@contoso.example",
        "proxyAddresses": [f"SMTP:user{number}@contoso.example", f"smtp:u{number}@contoso.example"],
        "displayName": f"{given} {surname} {number}",
        "givenName": given,
        "surname": surname,
        "mobilePhone": f"+49 151 {20_000_000 + number}",
        "businessPhones": [f"+49 30 {9_000_000 + number}"],
        "department": "Sales",
        "usageLocation": "DE",
        "accountEnabled": True,
        "userType": "Member",
        "assignedPlans": [{"capabilityStatus": "Enabled", "service": "exchange", "servicePlanId": TENANT}],
    }


def contact(number: int) -> dict[str, object]:
    """One contact of a mailbox."""
    empty = dict.fromkeys(CONTACT_SELECT)
    return {
        **empty,
        "id": f"AAMk{number}",
        "changeKey": "k",
        "parentFolderId": "folder",
        "displayName": NAMES[number % len(NAMES)],
        "companyName": "Fabrikam",
        "businessPhones": [f"030 {8_000_000 + number}"],
        "homePhones": [],
        "mobilePhone": f"+44 7700 {900_000 + number}",
        "emailAddresses": [{"name": "C", "address": f"c{number}@fabrikam.example"}],
        "personalNotes": "Met at the fair.\r\nCalls back on Fridays.",
    }


def main(n: int) -> None:
    """Map and spool."""
    rules = MappingRules(entra_tenant_id=TENANT, country="DE", extension=AnyNumber())
    people = json.dumps({"value": [person(number) for number in range(n)]})
    contacts = json.dumps({"value": [contact(number) for number in range(n)]})
    with Spool() as spool:
        spool.put_pulled([map_row(user["id"], user, rules) for user in json.loads(people)["value"]])
    for shape in json.loads(contacts)["value"]:
        map_contact(shape, country="DE")


if __name__ == "__main__":
    main(int(sys.argv[1]))
