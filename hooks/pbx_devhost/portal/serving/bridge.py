"""Calls a WSGI application for an ASGI server, so that a thread works only while a page is made.

A request is read whole before a thread takes it, and an answer is taken from the application piece by piece: between
two pieces no thread waits for the client. Ready-made bridges (a2wsgi 1.10, for example) hold a thread for as long as
the client reads and writes, so some slow clients would stop them. Sources: PEP 3333, ASGI 2.4.
"""

from __future__ import annotations

import asyncio
import contextvars
import io
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, cast
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication

from pbx_devhost.portal.languages import pick_for_browser
from pbx_devhost.portal.serving.connections import Connection, Limits, Phase
from pbx_devhost.texts import _

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_PIECE_BYTES: Final = 256 * 1024
_DISCARD: Final = 8
"""A body that is too large is read up to this many times the limit: who still sends does not see our answer."""
_TEXTS: Final = {
    400: _("The request has both Content-Length and Transfer-Encoding."),
    413: _("That is too much data for one request."),
    431: _("The address and headers of the request are too long."),
    503: _("The server has too much to do. Try again in a moment."),
}


class Bridge:
    """An ASGI application that calls a WSGI application on threads of its own."""

    def __init__(self, app: WSGIApplication, limits: Limits, *, header_max_bytes: int, body_max_bytes: int) -> None:
        self._app, self._header_max_bytes, self._body_max_bytes = app, header_max_bytes, body_max_bytes
        self._pool = ThreadPoolExecutor(max_workers=limits.n_threads, thread_name_prefix="page")
        self._n_calls, self._n_calls_max = 0, limits.n_threads + limits.n_queued

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        connection = cast(Connection, scope["state"]["connection"])
        try:
            await self._answer(connection, scope, receive, send)
        except asyncio.CancelledError:
            connection.abort()  # the server stops, and this request took too long for it

    def close(self) -> None:
        """Take no more requests. Those that run go on; nobody waits for them here."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _answer(self, connection: Connection, scope: Message, receive: Receive, send: Send) -> None:
        connection.hear()  # a request that came together with the one before has no first byte of its own
        headers = scope["headers"]
        if {b"content-length", b"transfer-encoding"} <= {name for name, _ in headers}:
            # RFC 9112 (June 2022), 6.1: it may be an attempt at request smuggling; close after the answer.
            await _refuse(send, 400, headers)
            return
        if len(scope["raw_path"]) + sum(len(name) + len(value) for name, value in headers) > self._header_max_bytes:
            await _refuse(send, 431, headers)  # h11's own limit counts only what has come in several pieces
            return
        body = await self._read(receive)
        if body is None:
            return
        if len(body) > self._body_max_bytes:
            await _refuse(send, 413, headers)
        elif self._n_calls >= self._n_calls_max:
            await _refuse(send, 503, headers)
        else:
            await self._call(connection, _make_environ(scope, connection.address, body), send)
        connection.enter(Phase.ANSWERED)

    async def _read(self, receive: Receive) -> bytes | None:
        """Return the whole body, or more than the limit of one that is too large; None if the client has gone."""
        body, n_bytes = bytearray(), 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            piece = message.get("body", b"")
            n_bytes += len(piece)
            if len(body) <= self._body_max_bytes:
                body += piece
            if not message.get("more_body") or n_bytes > _DISCARD * self._body_max_bytes:
                return bytes(body)

    async def _call(self, connection: Connection, environ: dict[str, Any], send: Send) -> None:
        loop, call = asyncio.get_running_loop(), _Call(self._app, environ)
        self._n_calls += 1
        try:
            while True:
                connection.enter(Phase.WORKING)  # for every piece: a client that waits for us is not a slow one
                piece = await loop.run_in_executor(self._pool, call.step)
                connection.enter(Phase.ANSWERING)
                if call.started:
                    await send({"type": "http.response.start", "status": call.status, "headers": call.headers})
                    call.started = False
                await send({"type": "http.response.body", "body": piece, "more_body": not call.is_done})
                if call.is_done:
                    return
                if not connection.is_open:
                    await loop.run_in_executor(self._pool, call.close)
                    return
        finally:
            self._n_calls -= 1


class _Call:
    """One call of the application. Its steps run one after another, on any thread, in one context."""

    def __init__(self, app: WSGIApplication, environ: dict[str, Any]) -> None:
        self.status, self.headers = 0, list[tuple[bytes, bytes]]()
        self.started = self.is_done = False
        self._app, self._environ = app, environ
        self._context = contextvars.copy_context()
        self._result: Iterable[bytes] | None = None
        self._pieces: Iterator[bytes] = iter(())

    def step(self) -> bytes:
        """Return the next piece of the answer. After the first one, `status` and `headers` are set."""
        return self._context.run(self._step)

    def close(self) -> None:
        """Let the application clean up."""
        self._context.run(self._close)

    def _step(self) -> bytes:
        found = bytearray()
        try:
            if self._result is None:
                self._result = self._app(self._environ, self._start)
                self._pieces = iter(self._result)
            for piece in self._pieces:
                found += piece
                if len(found) >= _PIECE_BYTES:
                    return bytes(found)
        except BaseException:
            self._close()
            raise
        self._close()
        return bytes(found)

    def _start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
        self.status, self.started = int(status[:3]), True
        self.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return _refuse_write

    def _close(self) -> None:
        self.is_done = True
        close = getattr(self._result, "close", None)
        if close is not None:
            close()


def _refuse_write(piece: bytes) -> object:
    del piece
    raise NotImplementedError("PEP 3333's write() is for old applications; return the answer instead")


async def _refuse(send: Send, status: int, asked: Iterable[tuple[bytes, bytes]]) -> None:
    """Refuse without a thread, in the language of the browser."""
    of_browser = ",".join(value.decode("latin-1") for name, value in asked if name == b"accept-language")
    language = pick_for_browser(of_browser)
    text = _TEXTS[status].in_language(language).encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(text))]
    headers += [(b"content-language", language.encode()), (b"vary", b"Accept-Language"), (b"connection", b"close")]
    if status == 503:
        headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})


def _make_environ(scope: Message, address: str, body: bytes) -> dict[str, Any]:
    host, port = scope["server"]
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "REMOTE_ADDR": address,
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if "_" in name or name in ("content-length", "transfer-encoding"):
            continue  # `X_Y` would be read as `X-Y`; the body is whole, and its length follows
        key = "CONTENT_TYPE" if name == "content-type" else "HTTP_" + name.upper().replace("-", "_")
        glue = "; " if name == "cookie" else ","
        environ[key] = f"{environ[key]}{glue}{value}" if key in environ else value
    if body or scope["method"] not in ("GET", "HEAD"):
        environ["CONTENT_LENGTH"] = str(len(body))
    return environ
