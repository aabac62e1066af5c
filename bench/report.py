"""The report as a page: what was measured, beside the bound and the goals."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bench.charts import draw
from bench.jobs import Job
from bench.world import Measured

RATIO_MAX, GROWTH_MAX, MAILBOX_GROWTH_MAX = 1.3, 1.5, 1.3
LARGE_MIB_MAX, START_CPU_MAX_S, HUGE_CPU_MAX_S = 200, 0.35, 45
FASTER = {"first import with photos": 4, "contacts, first night": 8}
"""How many times faster than msgraph-sdk a job has to be."""

Sizes = list[tuple[int, Measured, Measured]]
"""A size, its first night, and its quiet night."""


def ratio(job: Job, start: Measured) -> float:
    """How many times the bound a run took. The start of its process is measured by itself, and left out."""
    return (job.ours.seconds - start.seconds) / job.bound.seconds


@dataclass(frozen=True)
class Goal:
    """One goal as a sentence with its figure."""

    sentence: str
    is_kept: bool


def at_most(what: str, figure: float, limit: float, unit: str) -> Goal:
    """A figure that must not be larger."""
    return Goal(f"{what}: {figure:.2f} {unit}, at most {limit:g}", figure <= limit)


def check_goals(
    start: Measured, loaded: Measured, jobs: list[Job], by_size: Sizes, by_mailbox: Sizes, large: Measured
) -> list[Goal]:
    """All goals.

    Args:
        start: A command of the host that needs no plugin.
        loaded: A command that loads them, as a tick does.
        jobs: Beside their bounds and other clients.
        by_size: By people; the last two are compared.
        by_mailbox: By mailboxes of 100 contacts, 10 of them among the rest.
        large: More than 20 pictures of 4 MB.
    """
    goals = [at_most(job.ours.what, ratio(job, loaded), RATIO_MAX, "times the bound") for job in jobs]
    for job in jobs:
        for peer in job.peers[:1]:
            times, wanted = peer.seconds / job.ours.seconds, FASTER[job.ours.what]
            sentence = f"{job.ours.what}: {times:.1f} times as fast as msgraph-sdk, at least {wanted}"
            goals.append(Goal(sentence, times >= wanted))
    goals.append(at_most("start of a command", start.cpu_s, START_CPU_MAX_S, "s of CPU"))
    (fewer, before, _), (people, first, _) = by_size[-2:]
    if people >= 200_000:
        goals.append(at_most(f"first import of {people:,}", first.cpu_s, HUGE_CPU_MAX_S, "s of CPU"))
    growth = first.peak_mib / before.peak_mib
    goals.append(at_most(f"memory of {people:,} people", growth, GROWTH_MAX, f"times that of {fewer:,}"))
    ten, many = next(row for row in by_mailbox if row[0] == 10), by_mailbox[-1]
    growth = many[1].peak_mib / ten[1].peak_mib
    goals.append(at_most(f"memory of {many[0]:,} mailboxes", growth, MAILBOX_GROWTH_MAX, "times that of 10"))
    goals.append(at_most(large.what, large.peak_mib, LARGE_MIB_MAX, "MiB"))
    return goals


def write_report(
    started: datetime,
    people: int,
    start: Measured,
    jobs: list[Job],
    by_size: Sizes,
    by_mailbox: Sizes,
    goals: list[Goal],
) -> str:
    """The page as Markdown."""
    lines = [
        "# Performance",
        "",
        "Written by `python -m bench --write`; do not edit. [The programs](../bench/README.md) say what is measured.",
        "",
        f"Measured {started:%Y-%m-%d} on {os.cpu_count()} cores ({name_processor()}), {platform.system()}, Python"
        f" {platform.python_version()}, SQLite. The load of the machine was {os.getloadavg()[0]:.1f}:"
        " the simulator, the PBX and the other clients share the cores, so requests and memory are more reliable than"
        " seconds.",
        "",
        f"## {people:,} people, 50 ms a round trip, 8 batches in flight",
        "",
        "The bound has full batches and all slots in use at every moment. The ratio leaves out the start of the process"
        f" ({start.seconds:.1f} s, {start.cpu_s:.2f} s of CPU), which a PBX that runs does not pay.",
        "",
        "| job | bound | plugin | ratio | msgraph-sdk | python-o365 |",
        "|---|---|---|---|---|---|",
    ]
    for job in jobs:
        others = [show(peer) for peer in job.peers] or ["", ""]
        bound = f"{job.bound.requests:,} requests, {job.bound.seconds:.1f} s"
        lines.append(
            f"| {job.ours.what} | {bound} | {show(job.ours)} | {ratio(job, start):.2f} | {' | '.join(others)} |"
        )
    lines += [
        "",
        "msgraph-sdk asks for 8 people at a time, python-o365 for one after another. python-o365 was measured with at"
        " most 200 people, and its figures are multiplied.",
        "",
        "## Cost by size, without a round trip",
        "",
        "| people | first import | quiet night |",
        "|---:|---|---|",
        *(
            f"| {size:,} | {show(first)}, {first.peak_mib:.0f} MiB | {show(quiet)}, {quiet.peak_mib:.0f} MiB |"
            for size, first, quiet in by_size
        ),
        "",
        "![CPU by people](charts/people-cpu.svg)",
        "",
        "| mailboxes of 100 contacts | first night | quiet night |",
        "|---:|---|---|",
        *(
            f"| {size:,} | {show(first)}, {first.peak_mib:.0f} MiB | {show(quiet)}, {quiet.peak_mib:.0f} MiB |"
            for size, first, quiet in by_mailbox
        ),
        "",
        "![Requests by mailboxes](charts/mailbox-requests.svg)",
        "",
        "## Goals",
        "",
        *(f"- {'kept' if goal.is_kept else '**not kept**'}: {goal.sentence}" for goal in goals),
        "",
    ]
    return "\n".join(lines)


def show(measured: Measured) -> str:
    """The figures of a run in one cell."""
    return f"{measured.requests:,} requests, {measured.seconds:.1f} s, {measured.cpu_s:.1f} s CPU"


def draw_charts(by_size: Sizes, by_mailbox: Sizes) -> dict[str, str]:
    """The charts by file name."""
    people = {
        "first import": [(size, first.cpu_s) for size, first, _ in by_size],
        "quiet night": [(size, quiet.cpu_s) for size, _, quiet in by_size],
    }
    mailboxes = {
        "first night": [(size, first.requests) for size, first, _ in by_mailbox],
        "quiet night": [(size, quiet.requests) for size, _, quiet in by_mailbox],
    }
    return {
        "people-cpu.svg": draw("CPU of a sync of people", "people", "CPU seconds", people),
        "mailbox-requests.svg": draw("Requests of a contact sync", "mailboxes of 100 contacts", "requests", mailboxes),
    }


def name_processor() -> str:
    """The processor's name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
