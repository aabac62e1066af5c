"""Clients that connect and say nothing, that send one byte at a time, or that do not read."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

HELLO = bytes.fromhex("1603010200010001fc0303") + bytes(500)
"""The beginning of a TLS ClientHello that says it is 512 bytes long."""


def connect(port: int, address: str = "127.0.0.1", *, receive_bytes: int | None = None) -> socket.socket:
    """Connect from one of this machine's loopback addresses."""
    client = socket.socket()
    if receive_bytes is not None:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    client.settimeout(10)
    client.bind((address, 0))
    client.connect(("127.0.0.1", port))
    return client


def read_to_end(client: socket.socket) -> bytes:
    """Return all bytes until the server closes."""
    found = bytearray()
    with contextlib.suppress(ConnectionError):
        while piece := client.recv(65536):
            found += piece
    return bytes(found)


def is_closed(client: socket.socket) -> bool:
    """Whether the server has closed the connection. Reads what was sent."""
    client.settimeout(0.01)
    try:
        while client.recv(65536):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


class Drip:
    """Sends a text over and over on many connections, one byte at a time on each."""

    def __init__(self, every_s: float = 0.05) -> None:
        self._every_s = every_s
        self._clients: list[tuple[socket.socket, bytes, int]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def add(self, client: socket.socket, text: bytes) -> None:
        """Let a connection send this text, slowly."""
        self._clients.append((client, text, 0))

    @contextmanager
    def running(self) -> Iterator[None]:
        """Send until the block ends."""
        self._thread.start()
        try:
            yield
        finally:
            self._stop.set()
            self._thread.join()
            for client, _, _ in self._clients:
                client.close()

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            for n, (client, text, at) in enumerate(self._clients):
                with contextlib.suppress(OSError):
                    client.send(text[at % len(text) :][:1])
                self._clients[n] = (client, text, at + 1)


def trusting(ca_pem: bytes) -> ssl.SSLContext:
    """A TLS context that trusts one authority."""
    return ssl.create_default_context(cadata=ca_pem.decode())
