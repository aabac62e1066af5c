"""Wires: a TCP proxy for each connection of a worker, which a test cuts, delays, or holds."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

_Open: TypeAlias = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


@dataclass
class Wire:
    """Listens at a loopback port, and passes on what comes."""

    port: int = 0
    delay_s: float = 0.0
    """How long each piece is kept."""
    is_held: bool = False
    """Nothing passes, and nobody hears of it."""
    is_cut: bool = False
    """New connections end at once."""
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _server: asyncio.Server | None = None
    _loop: asyncio.AbstractEventLoop | None = None

    def cut(self) -> None:
        """End all connections."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._cut)

    def _cut(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, target: _Open, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        other: asyncio.StreamWriter | None = None
        self._open.add(writer)
        try:
            if self.is_cut:
                return
            other_reader, other = await target()
            self._open.add(other)
            both = asyncio.gather(self._pass(reader, other), self._pass(other_reader, writer))
            await both
        except (OSError, asyncio.CancelledError):
            pass  # cut, by one side or by the test
        finally:
            for each in (writer, other):
                if each is not None:
                    self._open.discard(each)
                    each.close()
                    with contextlib.suppress(OSError):
                        await each.wait_closed()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                while self.is_held:
                    await asyncio.sleep(0.02)
                writer.write(data)
                await writer.drain()
        finally:
            with contextlib.suppress(OSError):
                writer.close()


class Wires:
    """All wires of a test, on one thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._wires: list[Wire] = []
        self._thread = threading.Thread(target=self._loop.run_forever, name="wires", daemon=True)
        self._thread.start()

    def add(self, *, path: str = "", port: int = 0) -> Wire:
        """Return a new wire to a Unix socket or a loopback port."""

        async def target() -> Any:
            if path:
                return await asyncio.open_unix_connection(path)
            return await asyncio.open_connection("127.0.0.1", port)

        async def listen() -> Wire:
            wire = Wire(_loop=self._loop)
            wire._server = await asyncio.start_server(lambda r, w: wire._serve(target, r, w), "127.0.0.1", 0)
            wire.port = wire._server.sockets[0].getsockname()[1]
            return wire

        wire = asyncio.run_coroutine_threadsafe(listen(), self._loop).result(5)
        self._wires.append(wire)
        return wire

    def close(self) -> None:
        """End all."""

        async def end() -> None:
            for wire in self._wires:
                wire.is_held, wire.is_cut = False, True
                if wire._server is not None:
                    wire._server.close()
                wire._cut()
            await asyncio.sleep(0.05)
            rest = asyncio.all_tasks() - {asyncio.current_task()}
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()
