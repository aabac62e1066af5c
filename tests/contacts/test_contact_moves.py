"""Contacts that move between folders: a deleted one never stays, and one that lives never goes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import pytest

from portsip_m365_plugin.simulator.world.directory import Person
from portsip_m365_plugin.simulator.world.mailboxes import Contact, ContactFolder
from tests.support.contact_lab import ContactLab


@pytest.fixture(params=["GLOBAL", "CHINA"])
def lab(request: pytest.FixtureRequest) -> ContactLab:
    return ContactLab(cloud=request.param, people_count=1)


def settled_folders(lab: ContactLab, person: Person) -> list[tuple[Contact, list[ContactFolder]]]:
    """A contact for each order of three folders: in whichever order they are read, some are wrong."""
    folders = [lab.mailbox(person).add_folder(name) for name in ("Customers", "Team", "Club")]
    routes = [(lab.add(person, route[0]), list(route[1:])) for route in permutations(folders)]
    for _ in range(2):
        lab.night()
    return routes


def test_a_contact_that_moved_and_was_deleted_there_goes(lab: ContactLab) -> None:
    (person,) = lab.people
    box = lab.mailbox(person)
    for contact, route in settled_folders(lab, person):
        for folder in route:
            box.move_contact(contact, folder)
        box.remove_contact(contact)
    lab.night()
    assert lab.book(person) == {}
    lab.night()
    assert lab.written == {}


def test_a_contact_that_moved_through_a_folder_into_an_excluded_one_goes(lab: ContactLab) -> None:
    (person,) = lab.people
    box = lab.mailbox(person)
    unwanted = box.add_folder("Suggested Contacts")
    for contact, route in settled_folders(lab, person):
        for folder in (*route, unwanted):
            box.move_contact(contact, folder)
    lab.night()
    assert lab.book(person) == {}


def test_a_contact_that_came_back_stays(lab: ContactLab) -> None:
    (person,) = lab.people
    box = lab.mailbox(person)
    for contact, route in settled_folders(lab, person):
        home = box.folders[contact.folder_id]
        for folder in (*route, home):
            box.move_contact(contact, folder)
    lab.night()
    assert len(lab.book(person)) == 6
    lab.assert_equal()


def test_a_company_contact_that_moved_and_was_deleted_goes(lab: ContactLab) -> None:
    shared = lab.add_person(shared=True)
    lab.share(shared)
    box = lab.mailbox(shared)
    for contact, route in settled_folders(lab, shared):
        for folder in route:
            box.move_contact(contact, folder)
        box.remove_contact(contact)
    lab.night()
    assert lab.company() == {}


def test_a_first_round_may_name_contacts_that_left_long_ago() -> None:
    lab = ContactLab(people_count=1)
    lab.realm.settings.contact_delta_strays = True
    (person,) = lab.people
    box = lab.mailbox(person)
    routes = settled_folders(lab, person)
    for contact, route in routes:
        box.move_contact(contact, route[0])
    lab.lose_tokens()  # every folder begins a first round
    lab.night()
    assert len(lab.book(person)) == len(routes)
    lab.assert_equal()


def during_night(lab: ContactLab, at_request: int, act: Callable[[], None]) -> None:
    """Let something happen at Microsoft before a request of a night is sent."""
    n_requests = 0

    def count() -> None:
        nonlocal n_requests
        n_requests += 1
        if n_requests == at_request:
            act()

    lab.sync.wire.before_each = count
    try:
        lab.night()
    finally:
        lab.sync.wire.before_each = None


@pytest.mark.parametrize("at_request", [1, 2, 3, 4, 5, 6])
def test_a_contact_that_moves_while_folders_are_read_is_neither_lost_nor_kept_twice(
    lab: ContactLab, at_request: int
) -> None:
    """Seen in two folders, the wrong one of them reports the next night that it left: it must not go for that."""
    lab.realm.settings.max_page = 2
    (person,) = lab.people
    box = lab.mailbox(person)
    routes = settled_folders(lab, person)
    for contact, _ in routes:
        lab.change(person, contact, companyName="Contoso")

    def move_all() -> None:
        for contact, route in routes:
            box.move_contact(contact, route[0])

    during_night(lab, at_request, move_all)
    lab.night()
    assert len(lab.book(person)) == len(routes)
    lab.assert_equal()


@pytest.mark.parametrize("at_request", [1, 2, 3, 4])
def test_a_contact_that_is_hidden_while_it_is_read_goes(lab: ContactLab, at_request: int) -> None:
    """In China: listed in its new folder, and in an excluded one before it can be read by its id."""
    (person,) = lab.people
    box = lab.mailbox(person)
    unwanted = box.add_folder("Suggested Contacts")
    routes = settled_folders(lab, person)
    for contact, route in routes:
        box.move_contact(contact, route[0])

    def hide_all() -> None:
        for contact, _ in routes:
            if contact.folder_id != unwanted.id:
                box.move_contact(contact, unwanted)

    during_night(lab, at_request, hide_all)
    hide_all()
    lab.night()
    assert lab.book(person) == {}
