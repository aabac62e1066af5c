"""A real SMTP server (aiosmtpd) on loopback, with TLS, a certificate that is checked, and a password."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from pbx_devhost.mail.smtp import SmtpSettings

OUTAGE_S = 1800


@dataclass
class Postbox:
    """What the mail server got, and what it is told to answer."""

    got: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    answer: str = "250 OK"
    refuse: str = ""
    answer_to: dict[str, str] = field(default_factory=dict)
    """What it answers to a mail whose first recipient this is."""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.refuse and address.startswith(self.refuse):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        assert session.ssl is not None, "mail without TLS"
        if self.answer == "drop":
            self.got.append((envelope.rcpt_tos, _read(envelope.content)))
            server.transport.abort()
            return "250 OK"
        answer = self.answer_to.get(envelope.rcpt_tos[0], self.answer)
        if answer.startswith("250"):
            self.got.append((envelope.rcpt_tos, _read(envelope.content)))
        return answer


def _read(content: bytes) -> EmailMessage:
    return cast(EmailMessage, message_from_bytes(content, policy=policy.default))


def check_password(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
    is_right = isinstance(given, LoginPassword) and given.password == b"secret"
    return AuthResult(success=is_right, handled=False)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@dataclass
class Server:
    postbox: Postbox
    settings: SmtpSettings


@contextmanager
def run_smtp_server(folder: Path) -> Iterator[Server]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    postbox = Postbox()
    controller = Controller(
        postbox,
        hostname="127.0.0.1",
        port=_free_port(),
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=check_password,
        auth_require_tls=True,
    )
    controller.start()
    try:
        yield Server(
            postbox,
            SmtpSettings(
                server="127.0.0.1",
                port=controller.port,
                sender="pbx@contoso.example",
                username="pbx",
                password="secret",
                ca_file=str(ca_file),
                after_s=OUTAGE_S,
            ),
        )
    finally:
        controller.stop()
