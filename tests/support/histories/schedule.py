"""A schedule of faults, made from a seed: the same seed makes the same one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tests.support.histories.diary import LOST

LASTS_S: Final = 1.2
"""How long the faults of a schedule come."""
N_TENANTS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that the test does. `lasts_s` later it is taken back."""

    at_s: float
    what: str
    victim: int = 0
    """Which worker, where it is about one."""
    lasts_s: float = 0.0
    amount: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail that is put into the queue."""

    at_s: float
    tenant: int
    to: str
    is_urgent: bool
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happens at Microsoft to one tenant, which is due again then."""

    at_s: float
    tenant: int
    people: dict[str, tuple[str, bool] | None]
    contacts: dict[str, str | None]


@dataclass(kw_only=True)
class Schedule:
    """A small world, and what is done to it."""

    seed: int
    people: list[dict[str, tuple[str, bool]]] = field(default_factory=list)
    contacts: list[dict[str, str]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def describe(self) -> str:
        """Return the faults in words."""
        return "; ".join(
            f"{step.at_s:.2f} s: {step.what} {step.victim}" + (f" for {step.lasts_s:.2f} s" if step.lasts_s else "")
            for step in self.steps
        )


def make_schedule(seed: int, kinds: Sequence[str], *, n_workers: int = 3) -> Schedule:
    """Return the schedule of a seed, with faults of these kinds."""
    chance = random.Random(seed)
    made = Schedule(seed=seed)
    for _ in range(N_TENANTS):
        made.people.append({f"p{n}": (_name(chance), chance.random() < 0.9) for n in range(chance.randint(4, 8))})
        made.contacts.append({f"c{n}": _name(chance) for n in range(chance.randint(0, 4))})
    for _ in range(chance.randint(5, 9)):
        made.mails.append(
            Mail(
                at_s=chance.uniform(0.0, LASTS_S),
                tenant=chance.randrange(N_TENANTS),
                to=f"u{chance.randrange(3)}@customer.example",
                is_urgent=chance.random() < 0.3,
                subject=f"Hello, {LOST}" if chance.random() < 0.15 else "Hello",
            )
        )
    for tenant in range(N_TENANTS):
        made.changes.append(_make_change(chance, tenant, made))
    for _ in range(chance.randint(1, 3)):
        made.steps.append(_make_step(chance, chance.choice(kinds), n_workers))
    made.steps.sort(key=lambda step: step.at_s)
    return made


def _make_step(chance: random.Random, what: str, n_workers: int) -> Step:
    at_s, victim = chance.uniform(0.05, LASTS_S), chance.randrange(n_workers)
    lasts_s, amount = 0.0, 0.0
    if what == "freeze":
        lasts_s = chance.choice([chance.uniform(0.1, 0.6), chance.uniform(1.5, 2.2)])
    elif what in ("hold", "full", "away"):
        lasts_s = chance.uniform(0.2, 1.8)
    elif what == "delay":
        lasts_s, amount = chance.uniform(0.5, 1.0), chance.uniform(0.01, 0.05)
    elif what == "clock":
        lasts_s, amount = chance.uniform(1.2, 1.8), chance.choice([-86_400.0, -900.0, 300.0, 3600.0, 86_400.0])
    elif what in ("consent", "certificate", "answers", "busy"):
        lasts_s = chance.uniform(0.3, 1.5)
    return Step(at_s=at_s, what=what, victim=victim, lasts_s=lasts_s, amount=amount)


def _make_change(chance: random.Random, tenant: int, made: Schedule) -> Change:
    people: dict[str, Any] = {"new": (_name(chance), True)}
    for subject in made.people[tenant]:
        if chance.random() < 0.4:
            people[subject] = chance.choice([None, (_name(chance), True), (_name(chance), False)])
    contacts: dict[str, Any] = {"new": _name(chance)}
    for each in made.contacts[tenant]:
        if chance.random() < 0.4:
            contacts[each] = chance.choice([None, _name(chance)])
    return Change(at_s=chance.uniform(0.3, LASTS_S), tenant=tenant, people=people, contacts=contacts)


def _name(chance: random.Random) -> str:
    return (
        f"{chance.choice(['Ada', 'Bob', 'Cyd', 'Dan'])} {chance.choice(['Ames', 'Berg', 'Cole'])} {chance.random():.6f}"
    )
