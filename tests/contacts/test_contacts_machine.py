"""Whatever happens to mailboxes, in any order: after a night or two the books equal them, in both clouds."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pbx_plugin_api import DraftContact, PersonalBook, TickStatus
from portsip_m365_plugin.jobs import Job
from portsip_m365_plugin.simulator.faults import Fault
from portsip_m365_plugin.simulator.world.directory import Person
from portsip_m365_plugin.simulator.world.mailboxes import Contact, ContactFolder, Mailbox
from tests.support.contact_lab import ContactLab

NAMES = st.sampled_from(["Ada", "Grace", "Müller & Söhne", "山田 太郎", ""])
NUMBERS = st.sampled_from([None, "+49 170 1", "0170 / 2", "+1 425 555 0100"])
FOLDER_NAMES = st.sampled_from(["Customers", "VIP", "Suggested Contacts"])
STATES = st.sampled_from(["none", "moving", "denied", "inactive"])
PICK = st.integers(min_value=0, max_value=999)


class ContactMachine(RuleBasedStateMachine):
    """Two people and two shared mailboxes of one company."""

    cloud = "GLOBAL"

    @initialize(
        immutable=st.booleans(),
        nested=st.booleans(),
        shows_default=st.booleans(),
        page=st.sampled_from([2, 3, None]),
        strays=st.booleans(),
        settled=st.booleans(),
    )
    def begin(
        self, immutable: bool, nested: bool, shows_default: bool, page: int | None, strays: bool, settled: bool
    ) -> None:
        self.lab = ContactLab(people_count=2, cloud=self.cloud)
        quirks = self.lab.realm.settings
        quirks.immutable_ids = immutable or self.cloud == "GLOBAL"
        quirks.folder_delta_nested = nested
        quirks.list_default_folder = shows_default
        quirks.max_page = page
        quirks.contact_delta_strays = strays
        self.shared = [self.lab.add_person(shared=True) for _ in range(2)]
        self.lab.share(*self.shared)
        for person in self.lab.people:
            self.lab.host.contacts.add_by_hand(self._book(person), DraftContact(name="By hand"))
        for person in (*self.lab.people, *self.shared):
            for name in (None, "Customers", "Team", "Suggested Contacts"):
                folder = self._box(person).add_folder(name) if name else self._box(person).default_folder
                self.lab.add(person, folder)
        if settled:
            self.lab.night()
        self.quiet = False

    # ------------------------------------------------------------------ what happens at Microsoft

    @rule(who=PICK, where=PICK, name=NAMES, number=NUMBERS)
    def create(self, who: int, where: int, name: str, number: str | None) -> None:
        person = self._person(who)
        self.lab.add(person, self._folder(person, where), displayName=name, mobilePhone=number)
        self.quiet = False

    @rule(who=PICK, which=PICK, name=NAMES)
    def change(self, who: int, which: int, name: str) -> None:
        person = self._person(who)
        contact = self._contact(person, which)
        if contact is not None:
            self.lab.change(person, contact, displayName=name, companyName=f"Company {which}")
            self.quiet = False

    @rule(who=PICK, which=PICK, where=PICK)
    def move(self, who: int, which: int, where: int) -> None:
        person = self._person(who)
        contact = self._contact(person, which)
        if contact is not None:
            self._box(person).move_contact(contact, self._folder(person, where))
            self.quiet = False

    @rule(who=PICK, which=PICK)
    def delete(self, who: int, which: int) -> None:
        person = self._person(who)
        contact = self._contact(person, which)
        if contact is not None:
            self._box(person).remove_contact(contact)
            self.quiet = False

    @rule(who=PICK, which=PICK, through=st.lists(PICK, min_size=1, max_size=3), dies=st.booleans(), seen=st.booleans())
    def wander(self, who: int, which: int, through: list[int], dies: bool, seen: bool) -> None:
        """Within one day a contact is in several folders; it stays in the last one, or is deleted there."""
        if seen:
            self.night()
        person = self._person(who)
        contact = self._contact(person, which)
        if contact is not None:
            for where in through:
                self._box(person).move_contact(contact, self._folder(person, where))
            if dies:
                self._box(person).remove_contact(contact)
            self.quiet = False

    @rule(who=PICK, moves=st.lists(st.tuples(PICK, PICK), min_size=1, max_size=4), first=st.integers(1, 8))
    def night_with_moves(self, who: int, moves: list[tuple[int, int]], first: int) -> None:
        """Contacts move between folders while a night reads them: one may be seen in two folders, or in none."""
        person, n_requests = self._person(who), 0

        def meanwhile() -> None:
            nonlocal n_requests
            n_requests += 1
            if n_requests >= first and moves:
                which, where = moves.pop()
                contact = self._contact(person, which)
                if contact is not None:
                    self._box(person).move_contact(contact, self._folder(person, where))

        self.lab.sync.wire.before_each = meanwhile
        try:
            self.lab.night()
        finally:
            self.lab.sync.wire.before_each = None
        self.quiet = False

    @rule(who=PICK, where=PICK, name=FOLDER_NAMES, at_top=st.booleans())
    def new_folder(self, who: int, where: int, name: str, at_top: bool) -> None:
        person = self._person(who)
        self._box(person).add_folder(name, None if at_top else self._folder(person, where).id)
        self.quiet = False

    @rule(who=PICK, where=PICK)
    def folder_gone(self, who: int, where: int) -> None:
        person = self._person(who)
        folder = self._folder(person, where)
        if folder is not self._box(person).default_folder:
            self._box(person).remove_folder(folder)
            self.quiet = False

    @rule()
    def tokens_lost(self) -> None:
        self.lab.lose_tokens()
        self.quiet = False

    @rule(who=PICK, state=STATES)
    def mailbox_gone(self, who: int, state: str) -> None:
        self._person(who).mailbox = state

    @rule(who=PICK)
    def mailbox_back(self, who: int) -> None:
        person = self._person(who)
        person.mailbox = "shared" if person in self.shared else "user"
        self.quiet = False

    @rule(status=st.sampled_from([410, 429, 503]), skip=st.integers(min_value=0, max_value=4))
    def trouble(self, status: int, skip: int) -> None:
        self.lab.realm.faults.add(
            Fault("status", match="contacts", status=status, skip=skip, inner=True, retry_after="1")
        )
        self.quiet = False

    # ------------------------------------------------------------------ what happens in the PBX

    @rule(who=PICK, delete=st.booleans())
    def edit_in_the_pbx(self, who: int, delete: bool) -> None:
        book = self._book(self.lab.people[who % 2])
        synced = list(self.lab.host.contacts.synced(book))
        if synced:
            victim = synced[who % len(synced)]
            if delete:
                self.lab.host.contacts.delete_by_hand(book, victim.external_id)
            else:
                self.lab.host.contacts.edit_by_hand(book, victim.external_id, DraftContact(name="Wrong"))
            self.quiet = False

    @rule(asks=st.integers(min_value=0, max_value=3))
    def night_cut_short(self, asks: int) -> None:
        self.lab.host.progress.stop_after_asks = self.lab.host.progress.asks + asks
        self.lab.night()
        self.lab.host.progress.stop_after_asks = None

    @rule()
    def night(self) -> None:
        report = self.lab.night()
        states = self.lab.states()
        is_outage = "ok" not in states and ("failed" in states or set(states) == {"refused"})
        assert report.status is (TickStatus.FAILED if is_outage else TickStatus.DONE), report

    @precondition(lambda self: hasattr(self, "lab"))
    @invariant()
    def nothing_made_by_hand_is_touched(self) -> None:
        for person in self.lab.people:
            assert "By hand" in self.lab.shown(person)

    def teardown(self) -> None:
        if not hasattr(self, "lab"):
            return
        lab = self.lab
        lab.realm.faults.clear()
        for person in (*lab.people, *self.shared):
            person.mailbox = "shared" if person in self.shared else "user"
        if not lab.realm.settings.folder_delta_nested and self.cloud == "GLOBAL" and self._has_nested_folders():
            # Where that delta is not whole, a folder below a folder may be missed until the tree is listed again.
            lab.run(job=Job.CONTACTS_RESYNC)
        for _ in range(2):
            # Twice: what is suddenly missing from a listing goes at the second look.
            lab.sync.pass_days(1)
            report = lab.run()
            assert report.status is TickStatus.DONE, report
        for person in lab.people:
            assert lab.book(person) == lab.truth(person, excluded=self._excluded(person)), report
            hidden = {draft.name for draft in lab.host.contacts.shown(self._book(person))}
            assert "Wrong" not in hidden
        assert lab.company() == self._company_truth()
        lab.night()
        assert lab.written == {}, "a quiet night wrote something"

    # ------------------------------------------------------------------ helpers

    def _person(self, number: int) -> Person:
        return [*self.lab.people, *self.shared][number % 4]

    def _box(self, person: Person) -> Mailbox:
        return self.lab.mailbox(person)

    def _book(self, person: Person) -> PersonalBook:
        return PersonalBook(owner=self.lab.sync.link(person))

    def _folder(self, person: Person, number: int) -> ContactFolder:
        folders = list(self._box(person).folders.values())
        return folders[number % len(folders)]

    def _has_nested_folders(self) -> bool:
        boxes = [self._box(person) for person in (*self.lab.people, *self.shared)]
        return any(folder.parent_id != box.root_id for box in boxes for folder in box.folders.values())

    def _contact(self, person: Person, number: int) -> Contact | None:
        contacts = [c for folder in self._box(person).folders.values() for c in folder.contacts.values()]
        return contacts[number % len(contacts)] if contacts else None

    def _excluded(self, person: Person) -> set[str]:
        box = self._box(person)

        def is_out(folder: ContactFolder) -> bool:
            at: ContactFolder | None = folder
            while at is not None:
                if at.name == "Suggested Contacts":
                    return True
                at = box.folders.get(at.parent_id)
            return False

        return {folder.id for folder in box.folders.values() if is_out(folder)}

    def _company_truth(self) -> dict[str, set[tuple[str, str]]]:
        found: dict[str, set[tuple[str, str]]] = {}
        for person in self.shared:
            for key, source in self.lab.company_sources(person, excluded=self._excluded(person)):
                found.setdefault(key, set()).add(source)
        return found


class ChinaMachine(ContactMachine):
    cloud = "CHINA"


def _checked(machine: type[ContactMachine], examples: int) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    options: dict[str, Any] = {"deadline": None, "stateful_step_count": 20, "print_blob": True}
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine, settings=settings(max_examples=examples, suppress_health_check=checks, **options)
    )


@pytest.mark.parametrize("machine", [ContactMachine, ChinaMachine])
def test_books_equal_mailboxes_whatever_happens(machine: type[ContactMachine]) -> None:
    _checked(machine, int(os.environ.get("CONTACT_EXAMPLES", "100")))


@pytest.mark.long
@pytest.mark.parametrize("machine", [ContactMachine, ChinaMachine])
def test_books_equal_mailboxes_whatever_happens_long(machine: type[ContactMachine]) -> None:
    _checked(machine, 1000)
