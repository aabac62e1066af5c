"""A tenant with people, and passes over their photos."""

from __future__ import annotations

from pbx_plugin_api import Photo, TickReport
from portsip_m365_plugin.photos.run import run_photo_sync
from portsip_m365_plugin.simulator.world.directory import Person
from tests.support.sync_realm import SyncLab


class PhotoLab(SyncLab):
    """A tenant whose people are synced; the photos are not yet."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.settle()
        self.realm.journal.reset()

    def photos(self) -> TickReport:
        self.realm.journal.reset()
        self.host.progress.problems.clear()
        return run_photo_sync(self.host, self.tenant, self.tick(), self.client(), self.microsoft.id)

    def linked(self) -> list[Person]:
        people = self.microsoft.directory.order
        return [person for person in people if (user := self.user(person)) is not None and user.enabled]

    def pictured(self) -> list[Person]:
        refused = ("inactive", "resource_not_found", "nonexistent")
        return [person for person in self.linked() if person.photo_seed > 0 and person.mailbox not in refused]

    def shown(self, person: Person) -> Photo | None:
        row = self.host.users.row_of(self.link(person))
        assert row is not None
        return row.photo

    def requests(self, template: str) -> int:
        return sum(n for line, n in self.realm.journal.counts().items() if template in line)
