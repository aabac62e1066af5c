"""A process that takes a lease, says so, and writes something each time it gets a line."""

from __future__ import annotations

import subprocess
import sys

from pbx_devhost.store.plugins.plugin_data import PluginState
from pbx_devhost.store.stores import open_stores
from pbx_devhost.store.work import processes
from pbx_plugin_api import LeaseLostError


def hold(url: str, tenant_id: str, *, kernel: bool = True) -> subprocess.Popen[str]:
    """Start it and wait until it has the lease. Without `kernel` its end is seen by its silence alone."""
    arguments = [sys.executable, "-m", "tests.support.lease_holder", url, tenant_id, "1" if kernel else ""]
    started = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    assert started.stdout.readline() == "held\n"
    return started


def main(url: str, tenant_id: str, kernel: str) -> None:
    processes.BEAT_S = 0.1
    if not kernel:
        processes._KERNEL = ""
    stores = open_stores(url, key=bytes(range(32)))
    lease = stores.leases.take(tenant_id, "held")
    assert lease is not None
    print("held", flush=True)
    for line in sys.stdin:
        try:
            PluginState(stores.scope(tenant_id, "held", lease=lease)).put("line", line.strip())
            print("written", flush=True)
        except LeaseLostError:
            print("lost", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
