"""Makes a tenant of any size from a seed: mostly ordinary people, and every special kind that real tenants have."""

import random
import unicodedata
import uuid
from typing import Any

from portsip_m365_plugin.simulator.world.directory import Directory, Group, Person
from portsip_m365_plugin.simulator.world.names import (
    COMPANIES,
    DEPARTMENTS,
    EMOJI_NAMES,
    LOCALES,
    ODD_PHONES,
    RTL_NAMES,
    TITLES,
    Locale,
)

# Share of each special kind; at least one of each once the tenant has 40 people.
SPECIAL_SHARES = {
    "guest": 0.04,
    "disabled": 0.03,
    "shared_mailbox": 0.02,
    "room": 0.012,
    "equipment": 0.004,
    "on_premises": 0.02,
    "no_mailbox": 0.015,
    "no_mail": 0.01,
    "both_names_empty": 0.004,
    "one_name_empty": 0.012,
    "emoji_name": 0.004,
    "rtl_name": 0.012,
    "long_name": 0.002,
    "same_mail": 0.004,
    "odd_phone": 0.012,
    "service_account": 0.01,
    "placeholder_photo": 0.006,
}

_E3 = "05e9a617-0261-4cee-bb44-138d3ef5d965"
_EXCHANGE = "efb87545-963c-4e0d-99df-69c6916d9eb0"
_TEAMS = "57ff2da0-773e-42df-b2af-ffb7a2317929"
LICENSES = [{"disabledPlans": [], "skuId": _E3}]
PLANS = [
    {
        "assignedDateTime": "2024-02-01T08:00:00Z",
        "capabilityStatus": "Enabled",
        "service": service,
        "servicePlanId": plan,
    }
    for service, plan in (("exchange", _EXCHANGE), ("TeamspaceAPI", _TEAMS))
]
PLANS_WITHOUT_MAILBOX = [PLANS[1]]


def seed_tenant(directory: Directory, count: int, seed: int, domain: str, photo_share: float = 0.66) -> None:
    """Fill an empty directory with ``count`` people and a handful of groups."""
    maker = _Maker(directory, seed, domain, photo_share)
    kinds: list[str] = []
    if count >= 40:
        for kind, share in SPECIAL_SHARES.items():
            number = max(1, round(count * share))
            kinds += [kind] * (number + number % 2 if kind == "same_mail" else number)
        if "same_mail" in kinds and kinds.count("same_mail") < 2:
            kinds.append("same_mail")
    kinds += ["ordinary"] * (count - len(kinds))
    maker.random.shuffle(kinds)
    for kind in kinds[:count]:
        directory.add(maker.person(kind), seeded=True)
    maker.groups()


class _Maker:
    def __init__(self, directory: Directory, seed: int, domain: str, photo_share: float) -> None:
        self.random = random.Random(f"tenant-{seed}")  # noqa: S311  a reproducible tenant, not a secret
        self.directory = directory
        self.domain = domain
        self.photo_share = photo_share
        self._taken: dict[str, int] = {}
        self._made = 0
        self._pair: Person | None = None

    def person(self, kind: str) -> Person:
        rng = self.random
        self._made += 1
        locale = LOCALES[0] if rng.random() < 0.4 else rng.choice(LOCALES)
        native_given, _, given = rng.choice(locale.given).partition("|")
        native_surname, _, surname = rng.choice(locale.surnames).partition("|")
        given, surname = given or native_given, surname or native_surname
        upn = self._unique(_ascii(f"{given}.{surname}"))
        display = f"{native_surname}{native_given}" if locale.family_first else f"{native_given} {native_surname}"
        props: dict[str, Any] = {
            "displayName": display,
            "givenName": native_given,
            "surname": native_surname,
            "userPrincipalName": upn,
            "mail": upn,
            "mailNickname": upn.partition("@")[0],
            "accountEnabled": True,
            "userType": "Member",
            "businessPhones": [self._number(locale.landline)] if rng.random() < 0.7 else [],
            "jobTitle": rng.choice(TITLES),
            "department": rng.choice(DEPARTMENTS),
            "companyName": COMPANIES[0],
            "officeLocation": f"{rng.randint(1, 40)}/{rng.randint(1000, 4999)}",
            "city": locale.city,
            "country": locale.country,
            "usageLocation": locale.code,
            "preferredLanguage": locale.language,
            "employeeId": f"E{self._made:06d}",
            "proxyAddresses": [f"SMTP:{upn}"],
            "assignedLicenses": LICENSES,
            "assignedPlans": PLANS,
            "createdDateTime": f"20{rng.randint(15, 25)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}T09:30:00Z",
        }
        if rng.random() < 0.6:
            props["mobilePhone"] = self._number(locale.mobile)
        if rng.random() < 0.3:
            props["proxyAddresses"] = [f"SMTP:{upn}", f"smtp:{_ascii(surname)}{self._made}@{self.domain}"]
        if rng.random() < 0.15 and kind == "ordinary":
            props["onPremisesSyncEnabled"] = True
            props["onPremisesSamAccountName"] = upn.partition("@")[0][:20]
        identity = str(uuid.UUID(int=rng.getrandbits(128), version=4))
        photo = rng.getrandbits(31) | 1 if rng.random() < self.photo_share else 0
        person = Person(identity, kind, props, "user", photo)
        special = getattr(self, f"_{kind}", None)
        if special is not None:
            special(person)
        return person

    # -- special kinds: each changes an ordinary person into what real tenants have ----------------------------------

    def _guest(self, person: Person) -> None:
        local = person.props["mailNickname"]
        outside = f"{local}@{self.random.choice(('fabrikam.example', 'gmail.example', 'tailspin.example'))}"
        alias = outside.replace("@", "_") + "#EXT#"
        person.props |= {
            "userPrincipalName": f"{alias}@{self.domain}",
            "mailNickname": alias,
            "mail": outside,
            "otherMails": [outside],
            "userType": "Guest",
            "externalUserState": self.random.choice(("Accepted", "PendingAcceptance")),
            "proxyAddresses": [f"SMTP:{outside}"],
        }
        self._unlicense(person)
        person.mailbox = "none"

    def _disabled(self, person: Person) -> None:
        person.props["accountEnabled"] = False

    def _shared_mailbox(self, person: Person) -> None:
        name = self.random.choice(("Info", "Support", "Bewerbung", "Facturation", "Reception", "Voicemail"))
        self._rename(person, f"{name} {self._made}", f"{name.lower()}{self._made}")
        person.props["accountEnabled"] = False
        self._unlicense(person)
        person.mailbox = "shared"

    def _room(self, person: Person) -> None:
        self._rename(person, f"Conf Room Adams {self._made}", f"room{self._made}")
        person.props["accountEnabled"] = False
        self._unlicense(person)
        person.mailbox = "room"

    def _equipment(self, person: Person) -> None:
        self._rename(person, f"Projector {self._made}", f"projector{self._made}")
        person.props["accountEnabled"] = False
        self._unlicense(person)
        person.mailbox = "equipment"

    def _on_premises(self, person: Person) -> None:
        person.props |= {
            "onPremisesSyncEnabled": True,
            "onPremisesSamAccountName": person.props["mailNickname"][:20],
            "onPremisesDomainName": "corp.contoso.local",
            "onPremisesImmutableId": person.id.replace("-", "")[:22] + "==",
        }
        self._unlicense(person)
        person.mailbox = "on_premises"

    def _no_mailbox(self, person: Person) -> None:
        person.props["assignedPlans"] = PLANS_WITHOUT_MAILBOX
        person.mailbox = self.random.choice(("none", "inactive", "resource_not_found", "nonexistent"))

    def _no_mail(self, person: Person) -> None:
        for name in ("mail", "proxyAddresses"):
            person.props.pop(name)
        self._unlicense(person)
        person.mailbox = "none"

    def _both_names_empty(self, person: Person) -> None:
        person.props.pop("givenName")
        person.props.pop("surname")

    def _one_name_empty(self, person: Person) -> None:
        person.props.pop(self.random.choice(("givenName", "surname")))

    def _emoji_name(self, person: Person) -> None:
        given, surname = self.random.choice(EMOJI_NAMES)
        person.props |= {"givenName": given, "surname": surname, "displayName": f"{given} {surname}"}

    def _rtl_name(self, person: Person) -> None:
        given, surname, latin_given, latin_surname = self.random.choice(RTL_NAMES)
        self._rename(person, f"{given} {surname}", f"{latin_given}.{latin_surname}{self._made}".lower())
        person.props |= {"givenName": given, "surname": surname}

    def _long_name(self, person: Person) -> None:
        # displayName may have 256 characters, givenName and surname 64 each (user resource type, 2021); names
        # synchronised from elsewhere may be longer: 300 here.
        long = ("Wolfeschlegelsteinhausenbergerdorff " * 9)[:300].strip().ljust(300, "x")
        person.props |= {"displayName": long, "surname": long[:64], "givenName": "Hubert Blaine " * 4}

    def _same_mail(self, person: Person) -> None:
        if self._pair is None:
            self._pair = person
            return
        person.props["mail"] = self._pair.props["mail"]
        person.props["proxyAddresses"] = []
        self._pair = None

    def _odd_phone(self, person: Person) -> None:
        person.props["businessPhones"] = [self.random.choice(ODD_PHONES)]
        person.props["mobilePhone"] = self.random.choice(ODD_PHONES)

    def _service_account(self, person: Person) -> None:
        self._rename(person, f"svc-backup{self._made}", f"svc-backup{self._made}")
        for name in ("mail", "proxyAddresses", "jobTitle", "department"):
            person.props.pop(name)
        self._unlicense(person)
        person.mailbox = "none"

    def _placeholder_photo(self, person: Person) -> None:
        person.photo_seed = -1

    # -- groups ----------------------------------------------------------------------------------------------------

    def groups(self) -> None:
        people = [person for person in self.directory.order if person.props.get("userType") == "Member"]
        names = ("PBX Users", "Sales", "Engineering", "All Staff", "Board (hidden)", "Empty", "Sales EMEA")
        made: dict[str, Group] = {}
        for name in names:
            identity = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
            props: dict[str, Any] = {
                "displayName": name,
                "description": None,
                "mailEnabled": False,
                "mailNickname": _ascii(name).replace(" ", ""),
                "securityEnabled": True,
                "groupTypes": [],
                "visibility": "HiddenMembership" if "hidden" in name else None,
                "createdDateTime": "2022-05-01T10:00:00Z",
            }
            made[name] = Group(identity, props, hidden="hidden" in name)
            self.directory.groups[identity] = made[name]
        for person in people:
            department = person.props.get("department")
            if department in made:
                made[department].members[person.id] = "user"
            if self.random.random() < 0.5:
                made["PBX Users"].members[person.id] = "user"
        for person in people[:3]:
            made["Board (hidden)"].members[person.id] = "user"
        for person in people[3::17]:
            made["Sales EMEA"].members[person.id] = "user"
        made["Sales"].members[made["Sales EMEA"].id] = "group"
        made["Sales EMEA"].members[made["Sales"].id] = "group"  # nesting in a circle: allowed, and real tenants have it
        for name in ("PBX Users", "Sales", "Engineering"):
            made["All Staff"].members[made[name].id] = "group"

    # -- helpers ---------------------------------------------------------------------------------------------------

    def _unlicense(self, person: Person) -> None:
        person.props.pop("assignedPlans")
        person.props["assignedLicenses"] = []

    def _rename(self, person: Person, display: str, local: str) -> None:
        upn = self._unique(local)
        person.props |= {
            "displayName": display,
            "userPrincipalName": upn,
            "mail": upn,
            "mailNickname": local,
            "proxyAddresses": [f"SMTP:{upn}"],
        }
        person.props.pop("givenName", None)
        person.props.pop("surname", None)

    def _unique(self, local: str) -> str:
        number = self._taken.get(local, 0) + 1
        self._taken[local] = number
        return f"{local}{number if number > 1 else ''}@{self.domain}"

    def _number(self, shapes: tuple[str, ...]) -> str:
        digits = "".join(str(self.random.randrange(10)) for _ in range(4))
        out, position = [], 0
        for character in self.random.choice(shapes):
            if character == "#":
                character = digits[position]
                position += 1
            out.append(character)
        return "".join(out)


def seed_contacts(rng: random.Random, count: int) -> list[dict[str, Any]]:
    """Fields of ``count`` personal contacts, some sparse, some rich, some odd."""
    made = []
    for number in range(count):
        locale: Locale = rng.choice(LOCALES)
        given = rng.choice(locale.given).partition("|")[0]
        surname = rng.choice(locale.surnames).partition("|")[0]
        address = f"{_ascii(given)}.{number}@{rng.choice(('customer.example', 'supplier.example'))}".lower()
        props: dict[str, Any] = {"displayName": f"{given} {surname}", "givenName": given, "surname": surname}
        props["emailAddresses"] = [{"name": f"{given} {surname}", "address": address}] if rng.random() < 0.8 else []
        props["businessPhones"] = [rng.choice(locale.landline).replace("#", "7")] if rng.random() < 0.6 else []
        props["homePhones"] = [rng.choice(locale.landline).replace("#", "3")] if rng.random() < 0.2 else []
        props["mobilePhone"] = rng.choice(locale.mobile).replace("#", "5") if rng.random() < 0.6 else None
        props["companyName"] = rng.choice(COMPANIES) if rng.random() < 0.7 else None
        props["jobTitle"] = rng.choice(TITLES) if rng.random() < 0.5 else None
        if rng.random() < 0.1:
            props |= {"displayName": rng.choice(COMPANIES), "givenName": None, "surname": None}
        if rng.random() < 0.05:
            props["businessPhones"] = [rng.choice(ODD_PHONES), rng.choice(locale.landline).replace("#", "1")]
        if rng.random() < 0.2:
            props["businessAddress"] = {"city": locale.city, "countryOrRegion": locale.country}
        made.append(props)
    return made


def _ascii(text: str) -> str:
    for native, latin in (("ß", "ss"), ("Ł", "L"), ("ł", "l"), ("ı", "i"), ("'", ""), ("’", ""), (" ", ".")):
        text = text.replace(native, latin)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return plain or "person"
