"""What mail costs: requests and CPU of a warm hand-over, and peak memory of large ones. Prints two tables.

    python bench/mail.py [--mails 300]

Against the simulator in a process of its own; CPU is this process's (`time.process_time`), memory the traced peak above
what was there before (`tracemalloc`) and the process's own high-water mark (`ru_maxrss`).
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from pbx_plugin_api import DeliveryStatus
from portsip_m365_plugin.mail.send import send_notification

MB = 1_000_000
SIZES = (2 * MB, 2_900_000, 2_990_000, 3_100_000, (2 * MB, 2 * MB), 20 * MB, 150 * MB)
SERVER = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from portsip_m365_plugin.simulator import Simulator
from tests.support.lab import Lab, PERMISSIONS
with Simulator(users=60, seed=1, clouds=("GLOBAL",)) as sim:
    folder = Path({folder!r})
    sim.write_clouds_file(folder / "clouds.json")
    lab = Lab(sim, folder / "clouds.json")
    sim.realm("GLOBAL").limits.settings.enabled = False
    lab.register(Path({pem!r}).read_text(), permissions=(*PERMISSIONS, "Mail.ReadWrite"))
    from tests.support.mail_lab import shared_mailbox
    import json
    facts = lab.settings() | {{"mail_mailbox": shared_mailbox(lab), "ca": str(sim.ca_path)}}
    print(json.dumps(facts), flush=True)
    for line in sys.stdin:
        tenant, counts = sim.tenant("GLOBAL"), sim.realm("GLOBAL").journal.counts()
        print(json.dumps({{"requests": sum(counts.values()), "sent": len(tenant.sent)}}), flush=True)
        if line.strip() == "reset":
            tenant.sent.clear()
"""


class Measured:
    """The simulator in another process, and a PBX in this one."""

    def __init__(self, folder: Path) -> None:
        from pbx_devhost.store.stores import open_stores
        from pbx_plugin_api.testing import FakeHost
        from portsip_m365_plugin.keys.store import ACTIVE_KEY, store_key_pair
        from tests.support.lab import shared_key_pair
        from tests.support.mail_lab import MovedClock, Post

        pair = shared_key_pair()
        (folder / "app.pem").write_text(pair.certificate.pem)
        root = str(Path(__file__).parents[1])
        code = SERVER.format(root=root, folder=str(folder), pem=str(folder / "app.pem"))
        self.process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        facts = self._read()
        os.environ["PORTSIP_M365_CLOUDS"] = str(folder / "clouds.json")
        os.environ["REQUESTS_CA_BUNDLE"] = facts.pop("ca")
        clock = MovedClock()
        stores = open_stores(f"sqlite:///{folder / 'pbx.db'}", now=clock)
        self.post = Post(None, stores, stores.tenants.add("Contoso"), clock)  # type: ignore[arg-type]
        self.memory = FakeHost(now_utc=clock.utc())
        for host in (self.post.host, self.memory):
            host.settings.write(facts, expected_version=0)
            store_key_pair(host, ACTIVE_KEY, pair)

    def _read(self) -> dict[str, Any]:
        import json

        assert self.process.stdout is not None
        return dict(json.loads(self.process.stdout.readline()))

    def ask(self, word: str = "look") -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        return self._read()

    def send(self, **fields: Any) -> Any:
        self.post.clock.at += 63  # a new minute for the rate budget
        receipt = send_notification(self.post.host, self.post.tenant, self.post.note(**fields))
        assert receipt is not None
        return receipt


@contextmanager
def measured() -> Iterator[Measured]:
    with tempfile.TemporaryDirectory() as folder:
        made = Measured(Path(folder))
        try:
            yield made
        finally:
            with made.process:  # closes its pipes, and waits
                made.process.kill()
            made.post.stores.database.close()


def measure_hand_over(bench: Measured, mails: int, *, in_memory: bool) -> dict[str, float]:
    """Return milliseconds of CPU (median, 95th percentile) and requests per warm hand-over.

    With a host in memory it is the plugin's own CPU; with the reference host its database is in it.
    """
    took: list[float] = []
    before = 0
    for number in range(-5, mails):
        if number == 0:
            before = bench.ask()["requests"]
        bench.post.clock.at += 63
        bench.memory.clock.move(seconds=63)
        note, host = bench.post.note(), bench.memory if in_memory else bench.post.host
        began = time.process_time()
        receipt = send_notification(host, bench.post.tenant, note)
        took.append((time.process_time() - began) * 1000)
        assert receipt is not None
        assert receipt.status is DeliveryStatus.ACCEPTED, receipt
    took = sorted(took[5:])
    return {
        "requests": (bench.ask()["requests"] - before) / mails,
        "cpu_ms_median": statistics.median(took),
        "cpu_ms_p95": took[int(len(took) * 0.95)],
    }


def measure_size(bench: Measured, sizes: tuple[int, ...]) -> dict[str, Any]:
    """Send files of these sizes and return route, requests and peak memory."""
    refs = tuple(_attach(bench, size, f"v{n}.wav") for n, size in enumerate(sizes))
    bench.ask("reset")
    before, maxrss = bench.ask()["requests"], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tracemalloc.start()
    receipt = bench.send(attachments=refs)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    after = bench.ask()
    return {
        "status": receipt.status.value,
        "detail": receipt.detail,
        "requests": after["requests"] - before,
        "peak_bytes": peak,
        "rss_grown_bytes": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - maxrss) * 1024,
        "arrived": after["sent"],
    }


def _attach(bench: Measured, size: int, name: str) -> Any:
    from pbx_plugin_api import AttachmentRef

    pieces = (b"\x5a" * min(65_536, size - at) for at in range(0, size, 65_536))
    blob = bench.post.stores.blobs(bench.post.tenant.pbx_tenant_id).put(pieces, content_type="audio/wav", keep_s=86_400)
    return AttachmentRef(blob=blob, filename=name, content_type="audio/wav", size_bytes=size)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=300)
    mails = parser.parse_args().mails
    with measured() as bench:
        print(f"Warm hand-over, {mails} mails without attachments")
        for name, in_memory in (("the plugin itself", True), ("with the reference host", False)):
            found = measure_hand_over(bench, mails, in_memory=in_memory)
            print(f"  {name:<24} requests each {found['requests']:.2f}   CPU {found['cpu_ms_median']:.2f} ms (median),"
                  f" {found['cpu_ms_p95']:.2f} ms (95 %)")  # fmt: skip
        print("\nAttachments        outcome    requests   peak memory   of the attachment   process grew")
        for size in SIZES:
            sizes = size if isinstance(size, tuple) else (size,)
            row = measure_size(bench, sizes)
            label = " + ".join(f"{each / MB:g} MB" for each in sizes)
            print(f"{label:<18} {row['status']:<10} {row['requests']:>8}   {row['peak_bytes'] / MB:>8.2f} MB"
                  f"   {row['peak_bytes'] / sum(sizes):>12.2f}        {row['rss_grown_bytes'] / MB:>8.1f} MB"
                  f"   {row['detail'][:60]}")  # fmt: skip


if __name__ == "__main__":
    main()
