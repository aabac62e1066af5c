"""A small application that the tests of the portal's server are asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import Any
from wsgiref.types import StartResponse

Environ = dict[str, Any]
LARGE_BYTES = 30_000_000


class App:
    """Says what it was asked; `/wait` waits for `go_on`, `/large` answers 30 MB in pieces."""

    def __init__(self) -> None:
        self.seen: list[Environ] = []
        self.go_on, self.n_closed, self.n_waiting = threading.Event(), 0, threading.Semaphore(0)

    def __call__(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        self.seen.append(environ)
        if environ["PATH_INFO"] == "/fail":
            raise RuntimeError("a page with a bug")
        if environ["PATH_INFO"] == "/wait":
            self.n_waiting.release()
            self.go_on.wait(20)
        if environ["PATH_INFO"] == "/large":
            start("200 OK", [("Content-Length", str(LARGE_BYTES))])
            return Large(self)
        body = environ["wsgi.input"].read() or b"hello"
        start("200 OK", [("Content-Length", str(len(body)))])
        return [body]


class Large:
    """30 MB in pieces. It is closed by the server, or else by nobody."""

    def __init__(self, app: App) -> None:
        self._app = app

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(LARGE_BYTES // 100_000):
            yield bytes(100_000)

    def close(self) -> None:
        self._app.n_closed += 1
