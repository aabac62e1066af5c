"""Lists of people and mailboxes: a name is looked up once, and kept by object id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from pbx_plugin_api import FieldError, Users
from portsip_m365_plugin.config.people import Listed, NameList
from portsip_m365_plugin.page.directory.people import LookupFailedError, resolve_names
from tests.support.idtoken_forge import OBJECT_ID
from tests.support.signin_host import LinkedUsers, user

OTHER_ID = "0b1ec700-0000-4000-8000-00000000beef"
ADELE = Listed(name="adele@contoso.example", entra_object_id=OBJECT_ID)


class Directory:
    def __init__(self, people: dict[str, str] | None = None) -> None:
        self.people, self.asked = people or {}, 0

    def find(self, names: Sequence[str]) -> dict[str, list[str]]:
        self.asked += len(names)
        return {name: [self.people[name]] if name in self.people else [] for name in names}


def resolve(
    names: list[str],
    before: tuple[Listed, ...] = (),
    directory: Directory | None = None,
    *linked: Any,
    field: str = "sign_in_users",
) -> tuple[list[Listed], list[FieldError]]:
    people, faults = resolve_names(
        field,
        NameList.of(Listed(name=name) for name in names),
        NameList(before),
        users=cast(Users, LinkedUsers(*linked)),
        find_object_ids=(directory or Directory()).find,
    )
    return list(people), faults


def test_names_are_looked_up_and_object_ids_are_taken_as_they_are() -> None:
    directory = Directory({ADELE.name: OBJECT_ID})
    people, faults = resolve([ADELE.name, OTHER_ID.upper()], (), directory)
    assert not faults
    assert people == [ADELE, Listed(name=OTHER_ID.upper(), entra_object_id=OTHER_ID)]
    assert directory.asked == 1


def test_faults_are_told_beside_their_own_field() -> None:
    _, faults = resolve(["nobody@x"], field="contact_mailboxes")
    assert [fault.field for fault in faults] == ["contact_mailboxes"]


def test_attack_a_name_given_to_somebody_else_does_not_take_the_permission_along() -> None:
    directory = Directory({ADELE.name: OTHER_ID})
    people, _ = resolve([ADELE.name.upper()], (ADELE,), directory)
    assert people == [Listed(name=ADELE.name.upper(), entra_object_id=OBJECT_ID)]
    assert directory.asked == 0


def test_names_the_directory_does_not_know_are_looked_up_by_mail_if_only_one_has_it() -> None:
    assert resolve(["Adele@Contoso.example"], (), None, user())[0][0].entra_object_id == OBJECT_ID
    people, faults = resolve(["adele@contoso.example"], (), None, user(), user(OTHER_ID))
    assert not people
    assert faults[0].field == "sign_in_users"


def test_every_unknown_name_is_told() -> None:
    _, faults = resolve(["a@x", "b@x", OBJECT_ID])
    assert [fault.message.split(":")[0] for fault in faults] == ["a@x", "b@x"]


def test_directory_that_cannot_be_asked_stores_nothing() -> None:
    class Down(Directory):
        def find(self, names: Sequence[str]) -> dict[str, list[str]]:
            raise LookupFailedError("Microsoft cannot be reached.")

    people, faults = resolve(["a@x"], (), Down())
    assert not any(person.entra_object_id for person in people)
    assert "Microsoft cannot be reached." in faults[0].message


def test_too_many_new_names_at_a_time() -> None:
    directory = Directory()
    _, faults = resolve([f"p{n}@x" for n in range(2_001)], (), directory)
    assert "at most 2,000" in faults[0].message
    assert directory.asked == 0
