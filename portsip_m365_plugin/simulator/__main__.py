"""``python -m portsip_m365_plugin.simulator``: the simulator alone, until Ctrl-C."""

import argparse
import gc
import json
import signal
import sys
import threading
from pathlib import Path

from portsip_m365_plugin.simulator.lab import LAB_NAMES, Simulator


def main(arguments: list[str] | None = None) -> int:
    """Start, print the addresses, wait for Ctrl-C or SIGTERM."""
    options = _parser().parse_args(arguments)
    clouds = {"GLOBAL": options.port, "CHINA": options.china_port}
    if options.only:
        clouds = {options.only: clouds.get(options.only, 0)}
    gc.disable()  # a large tenant is a million objects that all stay: there is no garbage to collect while it is made
    try:
        simulator = Simulator(
            users=options.users,
            seed=options.seed,
            clouds=tuple(clouds),
            ports=clouds,
            contacts_per_mailbox=options.contacts,
            photo_share=options.photos,
        )
    except OSError as error:
        print(f"The simulator cannot start: {error.strerror}. Choose other ports.", file=sys.stderr)  # noqa: T201
        return 1
    except ModuleNotFoundError as error:
        print(f"The simulator needs {error.name}. Install it: pip install 'portsip-m365-plugin[demo]'", file=sys.stderr)  # noqa: T201
        return 1
    gc.freeze()
    gc.enable()
    with simulator:
        if options.write_clouds:
            simulator.write_clouds_file(options.write_clouds)
        if options.write_ca:
            options.write_ca.write_bytes(simulator.ca_path.read_bytes())
        ca = options.write_ca or simulator.ca_path
        print(_as_json(simulator, ca) if options.json else _as_text(simulator, ca, options.write_clouds), flush=True)  # noqa: T201
        ended = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: ended.set())
        ended.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m portsip_m365_plugin.simulator",
        description="Entra ID and Microsoft Graph on this machine, for tests and demos. Binds to 127.0.0.1 only.",
    )
    parser.add_argument("--users", type=int, default=500, help="people in each tenant (500)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same tenants (1)")
    parser.add_argument("--contacts", type=int, default=None, metavar="N", help="about N contacts per mailbox")
    parser.add_argument("--photos", type=float, default=0.66, metavar="SHARE", help="how many have a picture (0.66)")
    parser.add_argument("--port", type=int, default=0, help="port of the GLOBAL cloud (any free one)")
    parser.add_argument("--china-port", type=int, default=0, help="port of the CHINA cloud (any free one)")
    parser.add_argument("--only", choices=tuple(LAB_NAMES), help="run one cloud alone")
    parser.add_argument("--json", action="store_true", help="print the addresses as one line of JSON")
    parser.add_argument("--write-clouds", type=Path, metavar="FILE", help="write the file for PORTSIP_M365_CLOUDS")
    parser.add_argument("--write-ca", type=Path, metavar="FILE", help="write the authority for REQUESTS_CA_BUNDLE")
    return parser


def _as_json(simulator: Simulator, ca: Path) -> str:
    clouds = {
        cloud: {
            "origin": simulator.origin(cloud),
            "pages": simulator.realm(cloud).browser_origin,
            "tenant_id": simulator.tenant(cloud).id,
            "domain": simulator.tenant(cloud).domain,
        }
        for cloud in simulator.clouds
    }
    return json.dumps({"clouds": clouds, "ca": str(ca), "clouds_file": simulator.clouds_document()})


def _as_text(simulator: Simulator, ca: Path, clouds_file: Path | None) -> str:
    lines = ["This simulates Microsoft 365; it is not Microsoft's. Stop it with Ctrl-C.", ""]
    for cloud in simulator.clouds:
        tenant = simulator.tenant(cloud)
        lines += [
            f"{cloud} (choose {LAB_NAMES[cloud]} as the national cloud)",
            f"  Entra and Graph  {simulator.origin(cloud)}",
            f"  sign-in pages    {simulator.realm(cloud).browser_origin}",
            f"  directory ID     {tenant.id} ({tenant.domain}, {len(tenant.directory.people)} people)",
            f"  control          curl --cacert {ca} {simulator.origin(cloud)}/_control",
            "",
        ]
    shown = clouds_file or "FILE (write it with --write-clouds FILE)"
    lines += [
        "Set these two for the PBX, then register its certificate:",
        f"  export REQUESTS_CA_BUNDLE={ca}",
        f"  export PORTSIP_M365_CLOUDS={shown}",
        f"  curl --cacert {ca} --data-binary @public_key.pem {simulator.origin(simulator.clouds[0])}/_control/apps",
        "The answer contains the application (client) ID. GET /_control lists all routes.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
