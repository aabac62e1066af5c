"""Accepts connections and gives them to uvicorn's HTTP/1.1, with TLS handshakes beside one another."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
import threading
from email.utils import formatdate
from typing import Any, Final
from wsgiref.types import WSGIApplication

from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from pbx_devhost.portal.serving.bridge import Bridge
from pbx_devhost.portal.serving.connections import SWEEP_S, Connection, Connections, Limits, Phase

_BACKLOG: Final = 1024
_BUFFER_BYTES: Final = 64 * 1024
_CLOSE_S: Final = 0.5
"""How long closing takes at most: some turns of the event loop."""
_NO_ROOM: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_NO_ROOM_S: Final = 0.05


class WebServer:
    """Serves a WSGI application on a thread of its own.

    Args:
        app: The application. It is called on `limits.n_threads` threads.
        host: The address to listen at.
        port: The port; with 0 the system chooses one.
        tls: How to speak TLS; None for plain HTTP.
        name: What the header `Server` says.
        header_max_bytes: A longer request line with headers gets 431 or 400.
        body_max_bytes: A longer body gets 413.
        limits: How long and how many.
    """

    def __init__(
        self,
        app: WSGIApplication,
        host: str,
        port: int,
        *,
        tls: ssl.SSLContext | None,
        name: str,
        header_max_bytes: int,
        body_max_bytes: int,
        limits: Limits | None = None,
    ) -> None:
        self._host, self._port, self._tls, self._limits = host, port, tls, limits or Limits()
        self._bridge = Bridge(app, self._limits, header_max_bytes=header_max_bytes, body_max_bytes=body_max_bytes)
        self._config = Config(
            self._bridge,
            http="h11",
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            # What strangers send is no news: one line for each bad request would fill the log.
            log_level="error",
            access_log=False,
            # `X-Forwarded-*` is never read.
            proxy_headers=False,
            server_header=False,
            headers=[("server", name)],
            timeout_keep_alive=self._limits.idle_s,
            h11_max_incomplete_event_size=header_max_bytes,
        )
        self._config.load()
        self._state = ServerState()
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop_wanted = asyncio.Event()

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens, once `listen` has returned."""
        if self._socket is None:
            raise RuntimeError("the server does not listen yet")
        host, port = self._socket.getsockname()[:2]
        return host, port

    @property
    def is_running(self) -> bool:
        """Whether it serves."""
        return self._thread is not None and self._thread.is_alive()

    def listen(self) -> None:
        """Take the port. Connections wait until `start`.

        Raises:
            OSError: The port is in use, or not allowed.
        """
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        self._socket = socket.create_server((self._host, self._port), family=family, backlog=_BACKLOG)
        self._socket.setblocking(False)

    def start(self) -> None:
        """Serve until `stop`."""
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(started)), name="portal", daemon=True)
        self._thread.start()
        started.wait()

    def stop(self) -> None:
        """Take no more connections, let requests end for `limits.stop_s`, and close what is left."""
        if self._loop is not None and self.is_running:
            self._loop.call_soon_threadsafe(self._stop_wanted.set)
        if self._thread is not None:
            self._thread.join()
        elif self._socket is not None:
            self._socket.close()
        self._bridge.close()

    async def _serve(self, started: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        connections = Connections(self._limits, self._loop.time)
        work = [self._loop.create_task(job) for job in (self._accept(connections), self._sweep(connections))]
        started.set()
        await self._stop_wanted.wait()
        for task in work:
            task.cancel()
        if self._socket is not None:
            self._socket.close()
        connections.abort_all(Phase.HANDSHAKE, Phase.OPENED, Phase.RECEIVING)
        for protocol in list(self._state.connections):
            protocol.shutdown()
        give_up_at = self._loop.time() + self._limits.stop_s
        while connections and self._loop.time() < give_up_at:
            await asyncio.sleep(0.02)
        connections.abort_all()
        while connections and self._loop.time() < give_up_at + _CLOSE_S:
            await asyncio.sleep(0.02)

    async def _accept(self, connections: Connections) -> None:
        loop = asyncio.get_running_loop()
        assert self._socket is not None  # noqa: S101  # `listen` came first
        while True:
            try:
                accepted, peer = await loop.sock_accept(self._socket)
            except OSError as error:
                if error.errno in _NO_ROOM:
                    connections.close_one()
                    await asyncio.sleep(_NO_ROOM_S)
                continue  # otherwise the client has gone already
            connection = connections.add(peer[0])
            connection.opening = loop.create_task(self._open(connection, accepted))
            await asyncio.sleep(0)  # `sock_accept` itself does not let others run while clients wait

    async def _open(self, connection: Connection, accepted: socket.socket) -> None:
        """Make the TLS handshake; then uvicorn's protocol has the connection."""
        loop, more = asyncio.get_running_loop(), dict[str, Any]()
        if self._tls is not None:
            longest = self._limits.phase_s
            more = {
                "ssl": self._tls,
                "ssl_handshake_timeout": longest[Phase.HANDSHAKE],
                "ssl_shutdown_timeout": longest[Phase.ANSWERED],
            }
        try:
            # Head and body of an answer are two writes. asyncio sets this only where a socket names its protocol.
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            transport, _ = await loop.connect_accepted_socket(
                lambda: _Protocol(self._config, self._state, connection), accepted, **more
            )
        except (OSError, asyncio.CancelledError):  # a bad handshake, or a slow one; asyncio closes the socket
            connection.end()
            return
        transport.set_write_buffer_limits(high=_BUFFER_BYTES)

    async def _sweep(self, connections: Connections) -> None:
        while True:
            self._state.default_headers = [(b"date", formatdate(usegmt=True).encode()), *self._config.encoded_headers]
            connections.sweep()
            await asyncio.sleep(SWEEP_S)


class _Protocol(H11Protocol):
    """uvicorn's HTTP/1.1 of one connection, which also notes what the connection waits for."""

    def __init__(self, config: Config, server_state: ServerState, connection: Connection) -> None:
        super().__init__(config, server_state, app_state={"connection": connection})
        self._connection = connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        super().connection_made(transport)
        self._connection.transport = transport
        self._connection.enter(Phase.OPENED)

    def data_received(self, data: bytes) -> None:
        self._connection.hear()
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._connection.end()
