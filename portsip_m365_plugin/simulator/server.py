"""A lean HTTP/1.1 server on loopback: one thread for each connection, TLS, full control of the socket.

Why not ``http.server``: faults reset a connection before, during or after an answer, cut a body short or send it
slowly. That needs the socket itself. Parsing each request with ``email`` would also take more time than all of Graph
here (over 1,000 requests per second on two cores are needed). Supported: Content-Length, chunked requests, keep-alive,
HTTP/1.1.
"""

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from http import HTTPStatus

from portsip_m365_plugin.simulator.exchange import Answer, Request
from portsip_m365_plugin.simulator.faults import Transport

MAX_HEAD_BYTES = 64 * 1024
MAX_BODY_BYTES = 64 * 1024 * 1024
_REASONS = {status.value: status.phrase for status in HTTPStatus}
_RESET = struct.pack("ii", 1, 0)

Application = Callable[[Request], tuple[Answer, Transport | None]]


class LoopbackServer:
    """Listens on 127.0.0.1 and hands each request to ``application``. ``tls`` None: plain HTTP (browser pages)."""

    def __init__(self, application: Application, tls: ssl.SSLContext | None, port: int = 0) -> None:
        self._application = application
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", port), backlog=512)
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._closing = False
        self._thread = threading.Thread(target=self._accept, name=f"simulator-{self.port}", daemon=True)

    def start(self) -> None:
        """Start to accept."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening and drop every connection."""
        self._closing = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        if self._thread.is_alive():
            self._thread.join(5)

    def _accept(self) -> None:
        while not self._closing:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        stream = connection
        with self._lock:
            self._open.add(stream)
        try:
            if self._tls is not None:
                connection.settimeout(10)
                stream = self._tls.wrap_socket(connection, server_side=True, suppress_ragged_eofs=True)
                stream.settimeout(None)
                with self._lock:
                    self._open.discard(connection)
                    self._open.add(stream)
            self._converse(stream)
        except OSError:
            pass  # the client went away, or the handshake failed
        finally:
            with self._lock:
                self._open.discard(stream)
                self._open.discard(connection)
            with contextlib.suppress(OSError):
                stream.close()

    def _converse(self, stream: socket.socket) -> None:
        scheme = "http" if self._tls is None else "https"
        reader = _Reader(stream)
        while not self._closing:
            request = reader.next_request(scheme)
            if request is None:
                return
            answer, transport = self._application(request)
            keep = request.headers.get("connection", "").lower() != "close"
            if transport is None:
                stream.sendall(_render(request, answer, keep))
            else:
                keep = _send_faulty(stream, request, answer, transport) and keep
            if not keep:
                _close_kindly(stream)
                return


class _Reader:
    def __init__(self, stream: socket.socket) -> None:
        self._stream = stream
        self._buffer = b""

    def next_request(self, scheme: str) -> Request | None:
        head = self._until(b"\r\n\r\n")
        if head is None:
            return None
        lines = head.decode("latin-1").split("\r\n")
        try:
            method, target, _ = lines[0].split(" ")
        except ValueError:
            return None
        headers: dict[str, str] = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        if headers.get("expect", "").lower() == "100-continue":
            self._stream.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if "chunked" in headers.get("transfer-encoding", "").lower():
            body = self._chunked()
        else:
            length = headers.get("content-length") or "0"
            if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
                return None
            body = self._exactly(int(length))
        if target.startswith(("http://", "https://")):
            target = "/" + target.split("/", 3)[3]
        origin = f"{scheme}://{headers.get('host', '127.0.0.1')}"
        return Request(method, target, headers, body, origin, on_browser_port=scheme == "http")

    def _until(self, mark: bytes) -> bytes | None:
        while mark not in self._buffer:
            if len(self._buffer) > MAX_HEAD_BYTES:
                return None
            data = self._stream.recv(65536)
            if not data:
                return None
            self._buffer += data
        head, _, self._buffer = self._buffer.partition(mark)
        return head

    def _exactly(self, length: int) -> bytes:
        pieces, have = [self._buffer], len(self._buffer)
        while have < length:
            data = self._stream.recv(min(1 << 20, length - have))
            if not data:
                raise ConnectionError
            pieces.append(data)
            have += len(data)
        whole = b"".join(pieces)
        self._buffer = whole[length:]
        return whole[:length]

    def _chunked(self) -> bytes:
        body = b""
        while True:
            size_line = self._until(b"\r\n")
            if size_line is None:
                raise ConnectionError
            try:
                size = int(size_line.split(b";")[0], 16)
            except ValueError:
                raise ConnectionError from None
            if size + len(body) > MAX_BODY_BYTES:
                raise ConnectionError
            body += self._exactly(size)
            self._exactly(2)
            if size == 0:
                return body


_date_cache: tuple[int, str] = (0, "")


def _date() -> str:
    # Real time, also if the simulated clock is shifted: a client compares Retry-After dates with its own clock.
    global _date_cache
    now = int(time.time())
    if _date_cache[0] != now:
        _date_cache = (now, formatdate(now, usegmt=True))
    return _date_cache[1]


def _render(request: Request, answer: Answer, keep: bool) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} {_REASONS.get(answer.status, 'Unknown')}"]
    if "Date" not in answer.headers:
        lines.append(f"Date: {_date()}")
    if answer.content_type:
        lines.append(f"Content-Type: {answer.content_type}")
    for name, value in answer.headers.items():
        # Several cookies are several lines, joined by a line feed here.
        lines.extend(f"{name}: {part}" for part in value.split("\n"))
    if answer.status not in (204, 304):
        lines.append(f"Content-Length: {len(answer.body)}")
    lines.append(f"request-id: {request.request_id}")
    lines.append(f"client-request-id: {request.client_request_id}")
    if not keep:
        lines.append("Connection: close")
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
    return head if request.method == "HEAD" else head + answer.body


def _send_faulty(stream: socket.socket, request: Request, answer: Answer, transport: Transport) -> bool:
    data = _render(request, answer, keep=True)
    if transport.kind == "reset_before":
        _reset(stream)
        return False
    if transport.kind in ("reset_during", "truncate"):
        head_end = data.index(b"\r\n\r\n") + 4
        stream.sendall(data[: head_end + (len(data) - head_end) // 2])
        if transport.kind == "reset_during":
            time.sleep(0.02)  # let the first half arrive before the reset discards the rest
            _reset(stream)
        return False
    if transport.kind == "slow":
        for start in range(0, len(data), transport.chunk_bytes):
            stream.sendall(data[start : start + transport.chunk_bytes])
            time.sleep(transport.pause_s)
        return True
    stream.sendall(data)  # reset_after: the whole answer arrives, then the kept-alive connection is dead
    time.sleep(0.02)
    _reset(stream)
    return False


def _reset(stream: socket.socket) -> None:
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    # close() alone would end TLS properly on some versions; closing the descriptor sends the RST.
    socket.socket(fileno=stream.detach()).close()


def _close_kindly(stream: socket.socket) -> None:
    with contextlib.suppress(OSError, ValueError):
        stream.shutdown(socket.SHUT_WR)
