"""What the contact sync costs: requests by night, and time against what Microsoft's limits allow at best.

    python -m bench.contacts nights [MAILBOXES CONTACTS]
    python -m bench.contacts limits [MAILBOXES CONTACTS SPEED]

Both run against the simulator of this process, without sockets. `limits` keeps Microsoft's own: 4 requests of one
mailbox at once, 10,000 in 10 minutes; a batch is worked off 4 items at a time, each such wave taking 100 ms of the
simulator's time, which runs SPEED times as fast as ours.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass
from math import ceil

from portsip_m365_plugin.graph.client import GraphClient, Timing
from portsip_m365_plugin.graph.throttle import ThrottleGate
from tests.support.contact_lab import ContactLab
from tests.support.sync_realm import CLOUDS

WAVE_S = 0.1
AT_ONCE = 4
BATCH_ITEMS = 20
MAX_REQUESTS = 4


@dataclass(frozen=True)
class Night:
    """One run, measured."""

    what: str
    items: int
    batches: int
    rows: int
    took_s: float
    """Simulated seconds."""
    bound_s: float
    throttled: int
    peak: int

    @property
    def ratio(self) -> float:
        """Time taken over the least possible."""
        return self.took_s / self.bound_s if self.bound_s else 0.0


def bound_s(items: int) -> float:
    """The least time for so many questions: full batches, all the time as many in flight as the host allows."""
    waves = ceil(BATCH_ITEMS / AT_ONCE)
    return ceil(items / BATCH_ITEMS) * waves * WAVE_S / MAX_REQUESTS


def accelerated_client(lab: ContactLab, speed: float) -> GraphClient:
    """A client whose clock is the simulator's."""
    clock = lab.realm.clock
    timing = Timing(
        now_utc=clock.now_utc,
        monotonic=clock.time_s,
        sleep=lambda seconds: time.sleep(seconds / speed),
        random=lambda: 0.5,
    )
    return GraphClient(
        cloud=CLOUDS[lab.cloud],
        tokens=lab.sync.tokens,
        session=lab.sync.session,
        gate=ThrottleGate(timing.monotonic, timing.sleep),
        timing=timing,
    )


def measure(lab: ContactLab, what: str, speed: float, *, days: float = 1.0) -> Night:
    """Run one night and count. Speed 0: no wave takes time, and time is not worth looking at."""
    realm = lab.realm
    lab.sync.pass_days(days)
    realm.journal.reset()
    realm.limits.reset()
    realm.settings.latency_s = WAVE_S / speed if speed else 0.0
    realm.clock.run_at(speed or 1.0)
    began_s = realm.clock.time_s()
    report = lab.run(max_requests=MAX_REQUESTS, client=accelerated_client(lab, speed or 1.0))
    took_s = realm.clock.time_s() - began_s
    realm.clock.run_at(1.0)
    realm.settings.latency_s = 0.0
    statuses: Counter[int] = Counter()
    items = 0
    for line, n in realm.journal.counts().items():
        statuses[int(line.rpartition(" ")[2])] += n
        items += 0 if "$batch" in line else n
    return Night(
        what=what,
        items=items,
        batches=report.requests,
        rows=lab.written["applied"],
        took_s=took_s,
        bound_s=bound_s(items),
        throttled=statuses[429],
        peak=max(realm.limits.concurrency_peaks.values(), default=0),
    )


def nights(mailboxes: int, contacts: int) -> list[tuple[str, Night]]:
    """A first run, a quiet night, and a night with one changed contact, in both clouds. Time is not measured."""
    rows = []
    for cloud in ("GLOBAL", "CHINA"):
        lab = ContactLab(people_count=mailboxes, cloud=cloud)
        lab.fill(contacts)
        rows.append((cloud, measure(lab, "first run", 0)))
        rows.append((cloud, measure(lab, "quiet night", 0)))
        person = lab.people[mailboxes // 2]
        lab.change(person, next(iter(lab.mailbox(person).contacts.values())), displayName="Changed")
        rows.append((cloud, measure(lab, "one contact changed", 0)))
        lab.assert_equal()
    return rows


def limits(mailboxes: int, contacts: int, speed: float) -> list[tuple[str, Night]]:
    """A first run and a quiet night under Microsoft's limits."""
    lab = ContactLab(people_count=mailboxes)
    lab.fill(contacts)
    rows = [("GLOBAL", measure(lab, "first run", speed)), ("GLOBAL", measure(lab, "quiet night", speed))]
    lab.assert_equal()
    return rows


def main() -> None:
    """Print a table."""
    kind = sys.argv[1] if len(sys.argv) > 1 else "nights"
    numbers = [float(text) for text in sys.argv[2:]]
    if kind == "nights":
        mailboxes, contacts = [int(n) for n in numbers] or (1000, 100)
        print(f"{mailboxes} mailboxes of {contacts} contacts, one folder each")
        print("| cloud | night | questions | HTTP requests | rows written |\n|---|---|---:|---:|---:|")
        for cloud, night in nights(mailboxes, contacts):
            print(f"| {cloud} | {night.what} | {night.items} | {night.batches} | {night.rows} |")
        return
    mailboxes, contacts, speed = int(numbers[0]), int(numbers[1]), numbers[2]
    print(f"{mailboxes} mailboxes of {contacts} contacts, {MAX_REQUESTS} batches in flight, clock x {speed:g}")
    print("| night | questions | HTTP requests | took, s | bound, s | ratio | 429 | most at one mailbox |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for _, night in limits(mailboxes, contacts, speed):
        print(
            f"| {night.what} | {night.items} | {night.batches} | {night.took_s:.0f} | {night.bound_s:.0f} |"
            f" {night.ratio:.2f} | {night.throttled} | {night.peak} |"
        )


if __name__ == "__main__":
    main()
