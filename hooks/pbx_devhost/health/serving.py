"""Health of a process that serves no pages, such as a worker: at a loopback port of its own."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from pbx_devhost.core import Pbx
from pbx_devhost.health.answers import Answer, say_alive, say_ready
from pbx_devhost.health.readiness import Readiness
from pbx_devhost.texts import _

_ADDRESS: Final = "127.0.0.1"


class HealthError(Exception):
    """The health cannot be served. The message names the option and what is wrong."""


@contextmanager
def serve_health(pbx: Pbx, port: int | None, *, is_working: Callable[[], bool]) -> Iterator[int | None]:
    """Serve `/healthz` and `/readyz` at `http://127.0.0.1:PORT` where a port is given. Gives the port.

    Args:
        pbx: The PBX.
        port: 0 lets the system choose one. None: nothing is served.
        is_working: Whether the process still does its work. It may not wait for anything.

    Raises:
        HealthError: The port is in use.
    """
    if port is None:
        yield None
        return
    readiness = Readiness(pbx)
    answers: dict[str, Callable[[], Answer]] = {
        "/healthz": lambda: say_alive(pbx.stores.database, is_working=is_working()),
        "/readyz": lambda: say_ready(readiness),
    }

    class Handler(_Handler):
        paths = answers

    try:
        server = ThreadingHTTPServer((_ADDRESS, port), Handler)
    except OSError as error:
        raise HealthError(
            _(
                "--health-port: cannot listen at 127.0.0.1:{port} ({why}); choose another port.",
                port=str(port),
                why=error.strerror or type(error).__name__,
            )
        ) from error
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    timeout = 5.0  # who connects and says nothing holds one thread for so long
    paths: dict[str, Callable[[], Answer]]

    def do_GET(self) -> None:
        """Answer one question."""
        say = self.paths.get(self.path.partition("?")[0])
        shape, status = say() if say is not None else ({"status": "not found"}, 404)
        body = json.dumps(shape).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        """Name no version."""
        return "pbx"

    def log_message(self, format: str, *args: object) -> None:
        """Questions of a monitor are not worth a line each."""
