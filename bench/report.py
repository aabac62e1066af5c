"""The report as a page: what was measured, beside the bound and the goals."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

from bench.charts import draw
from bench.results import FIRST_IMPORTS, Job, Jobs, LimitedNights, Measured, Section, Sizes, Starts, TenantNights

RATIO_MAX, GROWTH_MAX, MAILBOX_GROWTH_MAX = 1.3, 1.5, 1.3
AT_ONCE_MAX = 4
LARGE_MIB_MAX, START_CPU_MAX_S, HUGE_CPU_MAX_S, CONTACTS_CPU_MAX_S = 200, 0.35, 45, 6
FASTER = {"first import with photos": 4, "contacts, first night": 8}
"""How many times faster than msgraph-sdk a job has to be."""


@dataclass(frozen=True)
class Report:
    """All that was measured."""

    sections: dict[str, Section]
    starts: Starts
    photos: Jobs
    contacts: Jobs
    people: Sizes
    mailboxes: Sizes
    pictures: Measured
    limits: LimitedNights
    tenants: TenantNights

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Those with a bound."""
        return (*self.photos.jobs, *self.contacts.jobs)


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


def check_goals(report: Report) -> list[Goal]:
    """All goals. Those of a size that was not measured are left out."""
    starts = report.starts
    goals = [at_most(job.ours.what, ratio(job, starts.loaded), RATIO_MAX, "times the bound") for job in report.jobs]
    for job in report.jobs:
        for peer in job.peers[:1]:
            times, wanted = peer.seconds / job.ours.seconds, FASTER[job.ours.what]
            sentence = f"{job.ours.what}: {times:.1f} times as fast as msgraph-sdk, at least {wanted}"
            goals.append(Goal(sentence, times >= wanted))
    first_contacts = report.contacts.jobs[0].ours
    goals.append(at_most(first_contacts.what, first_contacts.cpu_s, CONTACTS_CPU_MAX_S, "s of CPU"))
    goals.append(at_most("start of a command", starts.plain.cpu_s, START_CPU_MAX_S, "s of CPU"))
    fewer, most = report.people.rows[-2:]
    if most.size >= 200_000:
        goals.append(at_most(f"first import of {most.size:,}", most.first.cpu_s, HUGE_CPU_MAX_S, "s of CPU"))
    growth = most.first.peak_mib / fewer.first.peak_mib
    goals.append(at_most(f"memory of {most.size:,} people", growth, GROWTH_MAX, f"times that of {fewer.size:,}"))
    ten, many = next(row for row in report.mailboxes.rows if row.size == 10), report.mailboxes.rows[-1]
    growth = many.first.peak_mib / ten.first.peak_mib
    goals.append(at_most(f"memory of {many.size:,} mailboxes", growth, MAILBOX_GROWTH_MAX, "times that of 10"))
    for night in report.limits.rows:
        sentence = (
            f"{night.what}: {night.refused} requests refused and {night.early} too early, none of either;"
            f" {night.at_once} at a mailbox at once, at most {AT_ONCE_MAX}"
        )
        goals.append(Goal(sentence, not night.refused and not night.early and night.at_once <= AT_ONCE_MAX))
    goals.append(at_most(report.pictures.what, report.pictures.peak_mib, LARGE_MIB_MAX, "MiB"))
    return goals


def write_report(report: Report) -> str:
    """The page as Markdown."""
    starts, sections = report.starts, report.sections.values()
    first, last = min(section.at for section in sections), max(section.at for section in sections)
    days = f"{first:%Y-%m-%d}" if first.date() == last.date() else f"from {first:%Y-%m-%d} to {last:%Y-%m-%d}"
    busiest = max(section.load for section in sections)
    lines = [
        "# Performance",
        "",
        "Written by `python -m bench --write`; do not edit. [The programs](../bench/README.md) say what is measured.",
        "",
        f"Measured {days} on {os.cpu_count()} cores ({name_processor()}), {platform.system()}, Python"
        f" {platform.python_version()}. The load of the machine before a section was at most {busiest:.1f}. The"
        " simulator, the PBX and the other clients share the cores, so requests and memory are more reliable than"
        " seconds.",
        "",
        f"## {report.photos.people:,} people, 50 ms a round trip, 8 batches in flight, SQLite",
        "",
        "The bound has full batches and all slots in use at every moment. The ratio leaves out the start of the process"
        f" ({starts.loaded.seconds:.1f} s, {starts.loaded.cpu_s:.2f} s of CPU), which a PBX that runs does not pay."
        f" The first import is the middle one of {FIRST_IMPORTS}.",
        "",
        "| job | bound | plugin | ratio | msgraph-sdk | python-o365 |",
        "|---|---|---|---|---|---|",
    ]
    for job in report.jobs:
        others = [show(peer) for peer in job.peers] or ["", ""]
        bound = f"{job.bound.requests:,} requests, {job.bound.seconds:.1f} s"
        figures = f"{show(job.ours)} | {ratio(job, starts.loaded):.2f}"
        lines.append(f"| {job.ours.what} | {bound} | {figures} | {' | '.join(others)} |")
    lines += [
        "",
        "msgraph-sdk asks for 8 people at a time, python-o365 for one after another. python-o365 was measured with at"
        " most 200 people, and its figures are multiplied.",
        "",
        "## Cost by size, without a round trip, SQLite",
        "",
        *show_sizes("people", "first import", report.people),
        "",
        "![CPU by people](charts/people-cpu.svg)",
        "",
        *show_sizes("mailboxes of 100 contacts", "first night", report.mailboxes),
        "",
        "![Requests by mailboxes](charts/mailbox-requests.svg)",
        "",
        "## One night of many tenants that are due at the same moment, PostgreSQL",
        "",
        f"{report.tenants.workers} workers with {report.tenants.slots} slots each, and the database, share the cores."
        " Each tenant has one person and waits for two round trips of 50 ms, so this is the cost of the host: queue,"
        " lease, run, and what is stored. A tenant is late by how long it waits for a free slot.",
        "",
        "| tenants | until all are done | late by, median | late by, at most | CPU of the workers |",
        "|---:|---:|---:|---:|---:|",
        *(
            f"| {row.tenants:,} | {row.seconds:.1f} s | {row.late_s:.1f} s | {row.late_max_s:.1f} s |"
            f" {row.cpu_s:.1f} s |"
            for row in report.tenants.rows
        ),
        "",
        "![Time by tenants](charts/tenants-time.svg)",
        "",
        "## Under Microsoft's limits",
        "",
        f"{report.limits.mailboxes} people with photos and 6 contact folders each, 50 ms a round trip, on a second"
        " server that shares no code with the simulator. It counts directory units, and requests of each mailbox:"
        " at most 4 at the same time, 10,000 in 10 minutes. Early is a request that came before Retry-After was over.",
        "",
        "| night | requests | calls in them | refused | early | most at one mailbox | units used, at most | time |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {row.what} | {row.requests:,} | {row.calls:,} | {row.refused} | {row.early} | {row.at_once} |"
            f" {row.load:.1%} | {row.seconds:.1f} s |"
            for row in report.limits.rows
        ),
        "",
        "## Start of a command",
        "",
        f"`pbx-devhost tenant list` takes {starts.plain.cpu_s:.2f} s of CPU, and {starts.uncompiled.cpu_s:.2f} s where"
        " Python finds no `.pyc` files, as before the first command on a new machine. A command that loads the plugins"
        f" takes {starts.loaded.cpu_s:.2f} s.",
        "",
        "## Goals",
        "",
        *(f"- {'kept' if goal.is_kept else '**not kept**'}: {goal.sentence}" for goal in check_goals(report)),
        "",
    ]
    return "\n".join(lines)


def show_sizes(of: str, first: str, sizes: Sizes) -> list[str]:
    """A table by size."""
    return [
        f"| {of} | {first} | quiet night |",
        "|---:|---|---|",
        *(
            f"| {row.size:,} | {show(row.first)}, {row.first.peak_mib:.0f} MiB |"
            f" {show(row.quiet)}, {row.quiet.peak_mib:.0f} MiB |"
            for row in sizes.rows
        ),
    ]


def show(measured: Measured) -> str:
    """The figures of a run in one cell."""
    return f"{measured.requests:,} requests, {measured.seconds:.1f} s, {measured.cpu_s:.1f} s CPU"


def draw_charts(report: Report) -> dict[str, str]:
    """The charts by file name."""
    people = {
        "first import": [(row.size, row.first.cpu_s) for row in report.people.rows],
        "quiet night": [(row.size, row.quiet.cpu_s) for row in report.people.rows],
    }
    mailboxes = {
        "first night": [(row.size, row.first.requests) for row in report.mailboxes.rows],
        "quiet night": [(row.size, row.quiet.requests) for row in report.mailboxes.rows],
    }
    tenants = {
        "all are done": [(row.tenants, row.seconds) for row in report.tenants.rows],
        "CPU of the workers": [(row.tenants, row.cpu_s) for row in report.tenants.rows],
    }
    return {
        "people-cpu.svg": draw("CPU of a sync of people", "people", "CPU seconds", people),
        "mailbox-requests.svg": draw("Requests of a contact sync", "mailboxes of 100 contacts", "requests", mailboxes),
        "tenants-time.svg": draw("One night of many tenants", "tenants", "seconds", tenants),
    }


def name_processor() -> str:
    """The processor's name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
