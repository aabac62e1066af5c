"""The jobs that the report measures, each beside its bound and beside what others need for it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path

from bench.bounds import at_best, in_batches, of_people
from bench.results import FIRST_IMPORTS, Job, Jobs, Measured, Size, Sizes, Starts
from bench.world import MeasuredWorld, run_measured
from portsip_m365_plugin.entra.keypair import make_key_pair

ROUND_TRIP_S = 0.05
O365_PEOPLE = 200
"""python-o365 asks one after another. It is measured with so many people, and its figures are multiplied."""


def measure_photos(people: int, peer_python: str | None) -> Jobs:
    """A first import with photos, and a quiet night."""
    others = [_import_with_photos(people) for _ in range(FIRST_IMPORTS - 1)]
    with tempfile.TemporaryDirectory() as folder, MeasuredWorld(Path(folder), people) as world:
        imports = [*others, _import_into(world)]
        first = sorted(imports, key=lambda each: each.seconds)[FIRST_IMPORTS // 2]
        first_bound = at_best(of_people(people), first.requests - of_people(people), ROUND_TRIP_S)
        world.tick("second night")  # a full listing
        quiet = world.tick("quiet night with photos")
        asked = world.asked("GET /users/{id}/photo ")
        peers = measure_peers(world, Path(folder), "photos", people, peer_python)
    quiet_bound = at_best(1, in_batches(asked), ROUND_TRIP_S)
    return Jobs(people, (Job(first.what, first_bound, first, peers), Job(quiet.what, quiet_bound, quiet)))


def _import_with_photos(people: int) -> Measured:
    with tempfile.TemporaryDirectory() as folder, MeasuredWorld(Path(folder), people) as world:
        return _import_into(world)


def _import_into(world: MeasuredWorld) -> Measured:
    world.set(sync_photo="true")
    world.slow_down(latency_s=ROUND_TRIP_S)
    return world.tick("first import with photos")


def measure_contacts(people: int, each: int, peer_python: str | None) -> Jobs:
    """A first night of contacts after the import of people, and a quiet night."""
    with tempfile.TemporaryDirectory() as folder, MeasuredWorld(Path(folder), people, each) as world:
        world.tick("import of people")
        world.set(contact_personal="true")
        world.slow_down(latency_s=ROUND_TRIP_S)
        first = world.tick("contacts, first night")
        pages = of_people(people)
        first_bound = at_best(pages, first.requests - pages, ROUND_TRIP_S)
        quiet = world.tick("contacts, quiet night")
        asked = world.asked("/contactFolders")
        peers = measure_peers(world, Path(folder), "contacts", people, peer_python)
    quiet_bound = at_best(1, in_batches(asked), ROUND_TRIP_S)
    return Jobs(people, (Job(first.what, first_bound, first, peers), Job(quiet.what, quiet_bound, quiet)))


def measure_peers(
    world: MeasuredWorld, folder: Path, job: str, people: int, python: str | None
) -> tuple[Measured, ...]:
    """What msgraph-sdk and python-o365 need, with a key of their own."""
    if python is None:
        return ()
    pair = make_key_pair(datetime.now(timezone.utc))
    key, certificate = folder / "peer.key", folder / "peer.pem"
    key.write_bytes(pair.private_key_pem)
    certificate.write_text(pair.certificate.pem)
    client_id = world.microsoft.register_app(
        certificate_pem=pair.certificate.pem, permissions=["User.Read.All", "Contacts.Read"]
    )
    environment = {**world.microsoft.environment, "SSL_CERT_FILE": world.microsoft.environment["REQUESTS_CA_BUNDLE"]}
    program, found = str(Path(__file__).with_name("peers.py")), []
    for which, asked in (("sdk", people), ("o365", min(people, O365_PEOPLE))):
        world.microsoft.forget_requests()
        command = [
            python,
            program,
            which,
            job,
            str(asked),
            world.microsoft.origin,
            world.microsoft.tenant_id,
            client_id,
        ]
        _, seconds, cpu_s, peak_mib = run_measured([*command, str(key), str(certificate)], environment, folder)
        times = people / asked
        requests = sum(n for line, n in world.microsoft.requests_by_template().items() if "/users" in line)
        found.append(Measured(which, round(requests * times), seconds * times, cpu_s * times, peak_mib))
    return tuple(found)


def measure_sizes(sizes: list[int]) -> Sizes:
    """First import and quiet night of people, without a round trip."""
    rows = []
    for people in sizes:
        with tempfile.TemporaryDirectory() as folder, MeasuredWorld(Path(folder), people) as world:
            first = world.tick("first import")
            world.tick("second full listing")
            rows.append(Size(people, first, world.tick("quiet night")))
    return Sizes(tuple(rows))


def measure_mailboxes(sizes: list[int], each: int) -> Sizes:
    """First and quiet night of contacts, without a round trip."""
    rows = []
    for people in sizes:
        with tempfile.TemporaryDirectory() as folder, MeasuredWorld(Path(folder), people, each) as world:
            world.tick("import of people")
            world.set(contact_personal="true")
            first = world.tick("first night")
            rows.append(Size(people, first, world.tick("quiet night")))
    return Sizes(tuple(rows))


def measure_large_pictures() -> Measured:
    """More than 20 pictures of 4 MB at once."""
    with tempfile.TemporaryDirectory() as folder, MeasuredWorld(Path(folder), 36) as world:
        world.set(sync_photo="true")
        world.slow_down(latency_s=0.0, photo_bytes=3_900_000)
        return world.tick("more than 20 pictures of 4 MB")


def measure_starts() -> Starts:
    """What it costs to start a command of the host; the cheapest of a few."""
    with tempfile.TemporaryDirectory() as folder, MeasuredWorld(Path(folder), 10) as world:
        world.start_a_command("plugins")  # writes the `.pyc` files that pip would write
        plain = _cheapest(world.start_a_command("tenant", "list") for _ in range(5))
        loaded = _cheapest(world.start_a_command("plugins") for _ in range(5))
        nothing_compiled = {"PYTHONPYCACHEPREFIX": f"{folder}/empty", "PYTHONDONTWRITEBYTECODE": "1"}
        uncompiled = _cheapest(world.start_a_command("tenant", "list", environment=nothing_compiled) for _ in range(3))
    return Starts(plain, loaded, uncompiled)


def _cheapest(measured: Iterable[Measured]) -> Measured:
    return min(measured, key=lambda each: each.cpu_s)
