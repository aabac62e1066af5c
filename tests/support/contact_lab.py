"""A contact sync without sockets: mailboxes of a simulated cloud on one side, the books of a fake PBX on the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from pbx_plugin_api import (
    BookChanges,
    BookRef,
    CompanyBook,
    ContactChange,
    ContactResult,
    CreateUser,
    DraftContact,
    DraftUser,
    Fixed,
    PersonalBook,
    Tick,
    TickReason,
    TickReport,
    TickStatus,
)
from pbx_plugin_api.testing import FakeHost
from portsip_m365_plugin.config.connection import ConnectionConfig
from portsip_m365_plugin.config.contacts import ContactsConfig, SharedMode
from portsip_m365_plugin.config.people import Listed, NameList
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.contacts.company import same_contact_key
from portsip_m365_plugin.contacts.run import run_contact_sync
from portsip_m365_plugin.contacts.tally import read_contact_summary
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.mapping.contacts import MappedContact, map_contact
from portsip_m365_plugin.simulator.graph.outlook import ALL_FIELDS, document_of
from portsip_m365_plugin.simulator.world.directory import Person
from portsip_m365_plugin.simulator.world.mailboxes import Contact, ContactFolder, Mailbox
from tests.support.sync_realm import SyncLab

PERMISSIONS = ("User.Read.All", "Contacts.Read")


def names_of(*people: Person) -> NameList:
    """A list of people or mailboxes, as an administrator saves it."""
    return NameList.of(Listed(name=p.props["mail"], entra_object_id=p.id) for p in people)


@dataclass
class ContactLab:
    """People with mailboxes, each a user of the PBX, and nights between the two."""

    people_count: int = 3
    cloud: str = "GLOBAL"
    permissions: tuple[str, ...] = PERMISSIONS
    settings_changes: dict[str, Any] = field(default_factory=dict)
    host: FakeHost = field(default_factory=FakeHost)

    def __post_init__(self) -> None:
        self.sync = SyncLab(users=0, cloud=self.cloud, permissions=self.permissions, host=self.host)
        self.realm, self.microsoft = self.sync.realm, self.sync.microsoft
        self.written: Counter[str] = Counter()
        self._watch_writes()
        self.people = [self.add_person() for _ in range(self.people_count)]

    # ------------------------------------------------------------------ runs

    @property
    def config(self) -> Config:
        contacts = replace(ContactsConfig(personal=True), **self.settings_changes)
        return Config(connection=ConnectionConfig(entra_tenant_id=self.microsoft.id), contacts=contacts)

    def client(self, deadline_utc: datetime | None = None) -> GraphClient:
        return self.sync.client(deadline_utc)

    def run(
        self,
        *,
        job: str | None = None,
        max_requests: int = 1,
        client: GraphClient | None = None,
        resumed: bool = False,
    ) -> TickReport:
        self.host.progress.problems.clear()
        self.written.clear()
        now_utc = self.host.clock.now_utc()
        self.sync.runs += 1
        tick = Tick(
            run_id=f"r{self.sync.runs}",
            reason=TickReason.RESUMED if resumed else TickReason.JOB if job else TickReason.FORCED,
            now_utc=now_utc,
            deadline_utc=now_utc + timedelta(days=30),
            max_requests=max_requests,
            job=job,
        )
        return run_contact_sync(self.host, self.host.tenant, tick, client or self.client(), self.config)

    def night(self) -> TickReport:
        """A day later."""
        self.sync.pass_days(1)
        return self.run()

    def states(self) -> dict[str, int]:
        """How many mailboxes were in which state after the last run."""
        summary = read_contact_summary(self.host)
        assert summary is not None
        return dict(summary.states)

    def batches(self, report: TickReport) -> int:
        return report.requests

    # ------------------------------------------------------------------ Microsoft's side

    def add_person(self, *, shared: bool = False) -> Person:
        number = len(self.microsoft.directory.order) + 1
        oid = f"{number:08x}-0000-4000-8000-00000000c0de"
        mail = f"p{number}@contoso.example"
        props: dict[str, Any] = {
            "displayName": f"Person {number}",
            "givenName": "Person",
            "surname": str(number),
            "userPrincipalName": mail,
            "mail": mail,
            "accountEnabled": not shared,
            "userType": "Member",
            "assignedLicenses": [],
        }
        person = Person(oid, "ordinary", props, "shared" if shared else "user")
        self.microsoft.directory.add(person)
        if not shared:
            draft = DraftUser(
                link=self.sync.link(person),
                usernames=(f"p{number}",),
                display_name=f"Person {number}",
                extension=Fixed(number=str(100_000 + number)),
            )
            (result,) = self.host.users.apply([CreateUser(draft=draft)])
            assert result.reason is None, result
        return person

    def mailbox(self, person: Person) -> Mailbox:
        return self.microsoft.mailbox(person)

    def add(self, person: Person, folder: ContactFolder | None = None, **props: Any) -> Contact:
        box = self.mailbox(person)
        props = {"displayName": f"Contact {box.created}", "mobilePhone": f"+49 170 {1000000 + box.created}", **props}
        return box.add_contact(folder or box.default_folder, props, self.microsoft.now())

    def fill(self, count: int, people: Sequence[Person] | None = None) -> None:
        for person in people or self.people:
            for _ in range(count):
                self.add(person)

    def change(self, person: Person, contact: Contact, **props: Any) -> None:
        self.mailbox(person).update_contact(contact, props, self.microsoft.now())

    def lose_tokens(self) -> None:
        self.microsoft.delta_generation += 1

    def share(self, *people: Person) -> None:
        self.settings_changes |= {"shared": SharedMode.NAMED, "mailboxes": names_of(*people)}

    # ------------------------------------------------------------------ what is there, and what should be

    def book(self, person: Person) -> dict[str, tuple[str, DraftContact]]:
        """A personal book: folder and content by contact id, as the PBX has it."""
        ref = PersonalBook(owner=self.sync.link(person))
        return {c.external_id: (c.sources[0].folder_id, c.draft) for c in self.host.contacts.synced(ref)}

    def truth(self, person: Person, *, excluded: Collection[str] = ()) -> dict[str, tuple[str, DraftContact]]:
        """The same, as the mailbox says."""
        return {contact_id: (folder.id, draft) for contact_id, folder, draft in self._drafts(person, excluded=excluded)}

    def company(self) -> dict[str, set[tuple[str, str]]]:
        """The company book: sources by content."""
        found: dict[str, set[tuple[str, str]]] = {}
        for contact in self.host.contacts.synced(CompanyBook()):
            sources = {(source.mailbox_id, source.contact_id) for source in contact.sources}
            key = same_contact_key(contact.draft)
            assert key not in found, "the same contact twice"
            found[key] = sources
        return found

    def company_sources(
        self, person: Person, *, excluded: Collection[str] = ()
    ) -> Iterator[tuple[str, tuple[str, str]]]:
        for contact_id, _, draft in self._drafts(person, excluded=excluded):
            yield same_contact_key(draft), (person.id, contact_id)

    def company_truth(self, *people: Person) -> dict[str, set[tuple[str, str]]]:
        found: dict[str, set[tuple[str, str]]] = {}
        for person in people:
            for key, source in self.company_sources(person):
                found.setdefault(key, set()).add(source)
        return found

    def assert_equal(self) -> None:
        for person in self.people:
            assert self.book(person) == self.truth(person), person.props["mail"]

    def shown(self, person: Person) -> list[str]:
        return [draft.name for draft in self.host.contacts.shown(PersonalBook(owner=self.sync.link(person)))]

    def _drafts(
        self, person: Person, excluded: Sequence[str] = ()
    ) -> Iterator[tuple[str, ContactFolder, DraftContact]]:
        for folder in self.mailbox(person).folders.values():
            if folder.name in excluded or folder.id in excluded:
                continue
            for contact in folder.contacts.values():
                outcome = map_contact(document_of(contact, ALL_FIELDS, True), country="DE")
                if isinstance(outcome, MappedContact):
                    ordinary = not self.realm.settings.immutable_ids
                    yield (contact.ordinary_id if ordinary else contact.immutable_id), folder, outcome.draft

    def _watch_writes(self) -> None:
        apply = self.host.contacts.apply

        def watched(book: BookRef, changes: Sequence[ContactChange]) -> list[ContactResult]:
            results = apply(book, changes)
            self.written.update(result.status.value for result in results)
            return results

        self.host.contacts.apply = watched  # type: ignore[method-assign]
        apply_books = self.host.contacts.apply_books

        def watched_books(groups: Sequence[BookChanges]) -> list[list[ContactResult]]:
            results = apply_books(groups)
            self.written.update(result.status.value for each in results for result in each)
            return results

        self.host.contacts.apply_books = watched_books  # type: ignore[method-assign]


def settled(lab: ContactLab, contacts: int = 5) -> ContactLab:
    """Fill the mailboxes, sync once, and see that all is well."""
    lab.fill(contacts)
    report = lab.run()
    assert report.status is TickStatus.DONE, report
    assert lab.host.progress.problems == []
    lab.assert_equal()
    return lab
