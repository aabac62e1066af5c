"""A small PortSIP ONE app: it signs in through the system browser (RFC 8252)."""

from __future__ import annotations

import base64
import hashlib
import queue
import secrets
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import TracebackType
from urllib.parse import parse_qs, urlencode, urlsplit


@dataclass
class NativeApp:
    """One running app. `with` opens its loopback address, at which the code arrives."""

    origin: str
    domain: str = "contoso.example"
    redirect_uri: str = ""
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)
    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    def __enter__(self) -> NativeApp:
        self._arrived: queue.Queue[str] = queue.Queue()
        arrived = self._arrived

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                arrived.put(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(b"<h1 id='done'>You can close this window.</h1>")

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.redirect_uri = f"http://127.0.0.1:{self._server.server_port}/signed-in"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def request(self, **changes: str) -> dict[str, str]:
        """The parameters with which the app begins."""
        known = {
            "domain": self.domain,
            "redirect_uri": self.redirect_uri,
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
            "app_state": self.state,
        }
        return {**known, **changes}

    def address(self) -> str:
        """What the app opens in the system browser."""
        return f"{self.origin}/app/sign-in?{urlencode(self.request())}"

    def code_from(self, address: str) -> str:
        """Read the code from the address that the browser was sent to, and check that it belongs to this app."""
        values = {name: each[0] for name, each in parse_qs(urlsplit(address).query).items()}
        assert values["state"] == self.state, "an answer to somebody else's sign-in"
        return values["code"]

    def wait_for_code(self, timeout_s: float = 20) -> str:
        """Wait until the browser arrives at the loopback address."""
        while True:
            path = self._arrived.get(timeout=timeout_s)
            if path.startswith("/signed-in?"):
                return self.code_from(path)

    def exchange_form(self, code: str, **changes: str) -> dict[str, str]:
        """The body with which the app fetches its session."""
        return {"code": code, "code_verifier": self.verifier, "redirect_uri": self.redirect_uri, **changes}
