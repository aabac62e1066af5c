"""How many requests a second the simulator answers: several kept connections from other processes, over TLS.

    python bench/simulator.py [--seconds 5] [--connections 8] [--users 500] [--clients 1]

Simulator and clients share this machine's cores, as they do in the demo and in the tests.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import os
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SELECT = "id,userPrincipalName,displayName,givenName,surname,mail,mobilePhone,businessPhones,accountEnabled,userType"


def hammer(origin: str, ca: str, token: str, path: str, connections: int, until_s: float, counts: Any) -> None:
    """Ask one path again and again over so many connections."""
    trust = ssl.create_default_context(cafile=ca)
    headers = {"Authorization": f"Bearer {token}"}
    lock = threading.Lock()

    def ask() -> None:
        wire = http.client.HTTPSConnection("127.0.0.1", urlsplit(origin).port, context=trust, timeout=30)
        done = size = 0
        while time.time() < until_s:
            wire.request("GET", path, headers=headers)
            answer = wire.getresponse()
            size += len(answer.read())
            if answer.status != 200:
                raise SystemExit(f"{path} answered {answer.status}")
            done += 1
        wire.close()
        with lock, counts.get_lock():
            counts[0] += done
            counts[1] += size

    threads = [threading.Thread(target=ask) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def measure(origin: str, ca: str, token: str, path: str, options: argparse.Namespace) -> tuple[float, float]:
    """Requests and megabytes a second."""
    counts = multiprocessing.Array("q", 2)
    until_s = time.time() + options.seconds
    each = max(1, options.connections // options.clients)
    clients = [
        multiprocessing.Process(target=hammer, args=(origin, ca, token, path, each, until_s, counts))
        for _ in range(options.clients)
    ]
    started_s = time.time()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    took_s = time.time() - started_s
    return counts[0] / took_s, counts[1] / took_s / 1e6


def ask_control(url: str, ca: Path) -> dict[str, Any]:
    """GET a page of the control interface."""
    trust = ssl.create_default_context(cafile=str(ca))
    with urllib.request.urlopen(url, context=trust, timeout=60) as answer:
        return dict(json.load(answer))


def get_token(told: dict[str, Any], ca: Path) -> str:
    """A token as the PBX gets it: by certificate."""
    import jwt
    import requests

    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from tests.support.lab import shared_key_pair
    from tests.support.sim_client import ASSERTION_TYPE, make_assertion

    cloud = told["clouds"]["GLOBAL"]
    http_session = requests.Session()
    http_session.trust_env = False  # the machine's own REQUESTS_CA_BUNDLE would win over ours
    http_session.verify = str(ca)
    pem = shared_key_pair().certificate.pem
    app = http_session.post(f"{cloud['origin']}/_control/apps", data=pem, timeout=30).json()
    http_session.patch(f"{cloud['origin']}/_control/limits", json={"enabled": False}, timeout=30).raise_for_status()
    url = f"{cloud['origin']}/{cloud['tenant_id']}/oauth2/v2.0/token"
    form = {
        "grant_type": "client_credentials",
        "client_id": app["client_id"],
        "scope": f"{cloud['origin']}/.default",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": make_assertion(app["client_id"], url),
    }
    assert jwt.get_unverified_header(form["client_assertion"])["alg"] == "PS256"
    return str(http_session.post(url, form, timeout=30).json()["access_token"])


def main() -> None:
    """Start a simulator of its own process, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--clients", type=int, default=1, help="client processes")
    parser.add_argument("--users", type=int, default=500)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ca = Path(folder, "ca.pem")
        command = [sys.executable, "-m", "portsip_m365_plugin.simulator", "--json", "--only", "GLOBAL"]
        command += ["--users", str(options.users), "--write-ca", str(ca)]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout is not None
            told = json.loads(server.stdout.readline())
            token, origin = get_token(told, ca), told["clouds"]["GLOBAL"]["origin"]
            people = ask_control(f"{origin}/_control/users", ca)["users"]
            key = next(person["id"] for person in people if person["photo_etag"] and person["mailbox"] == "user")
            print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before; {options.users} people, "
                  f"{options.connections} connections from {options.clients} process(es)")  # fmt: skip
            for path in (
                f"/v1.0/users/{key}?$select={SELECT}",
                f"/v1.0/users?$select={SELECT}&$top=20",
                f"/v1.0/users?$select={SELECT}&$top=999",
                f"/v1.0/users/{key}/photo/$value",
                "/v1.0/users/delta?$deltatoken=latest",
            ):
                rate, megabytes = measure(origin, str(ca), token, path, options)
                print(f"{rate:8.0f} requests/s  {megabytes:7.1f} MB/s  GET {path.split('$select')[0]}"
                      f"{'$top=' + path.rpartition('=')[2] if '$top' in path else ''}")  # fmt: skip
        finally:
            server.kill()
            server.wait()


if __name__ == "__main__":
    main()
