"""What calls to Microsoft have shown: each permission, and the mailbox for mail, proven or refused, when and by what.

A permission is proven by using it on an object in scope. The roles in a token say less: Exchange can grant some
permissions by itself, and no token shows those. The records are small values in the host's state, one for each
subject. They belong to one application; those of another application are passed over. Disconnect deletes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from pbx_plugin_api import Host, InvalidValueError, dump, load
from portsip_m365_plugin.config.connection import ConnectionConfig
from portsip_m365_plugin.graph.errors import GraphError, MailboxRefusedError
from portsip_m365_plugin.texts import _

MAILBOX: Final = "mailbox"
"""The subject that is no permission: whether mail goes out from the chosen mailbox."""

_PREFIX: Final = "proof."
_WRITTEN_AGAIN_AFTER: Final = timedelta(hours=12)
"""A proof that only repeats the last one is not written for each of thousands of mails."""


class Outcome(StrEnum):
    """What a call has shown. An outage shows nothing and is not remembered."""

    WORKS = "works"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One call that proved a permission, or was refused for the lack of it."""

    subject: str
    """The permission's name, or `MAILBOX`."""
    outcome: Outcome
    at_utc: datetime
    call: str
    """The call in words, with the object that it was tried on, such as `sent a mail from pbx@contoso.com`."""
    on: str = ""
    """That object alone: a sign-in name, an address, a group's name."""
    sentence: str = ""
    """Why it was refused; empty if it works."""
    remedy: str = ""

    @property
    def works(self) -> bool:
        """Whether the call succeeded."""
        return self.outcome is Outcome.WORKS


def remember_proof(host: Host, connection: ConnectionConfig, proof: Proof) -> None:
    """Keep a proof; the last one about a subject counts. Idempotent. Cost: one look, and a write if it says more."""
    known = _read(host.state.get(_PREFIX + proof.subject), _mark(connection), proof.subject)
    if known is not None and _says_the_same(known, proof):
        return
    host.state.put(
        _PREFIX + proof.subject,
        {
            "app": _mark(connection),
            "outcome": proof.outcome.value,
            "at": proof.at_utc.isoformat(timespec="seconds"),
            "call": dump(proof.call),
            "on": proof.on,
            "sentence": dump(proof.sentence),
            "remedy": dump(proof.remedy),
        },
    )


def remember_uses(host: Host, connection: ConnectionConfig, shown: Mapping[str, GraphError | None]) -> None:
    """Keep what the calls of a run have shown (`GraphClient.shown`).

    A mailbox that Exchange refuses does not outweigh a mailbox that was read before. Cost: one look at the state, and a
    write for each permission about which something is new.
    """
    known, now_utc = read_proofs(host, connection), host.clock.now_utc()
    for permission, error in shown.items():
        before = known.get(permission)
        is_one_mailbox = isinstance(error, MailboxRefusedError)
        if not permission or (is_one_mailbox and before is not None and before.works):
            continue
        proof = Proof(
            subject=permission,
            outcome=Outcome.WORKS if error is None else Outcome.REFUSED,
            at_utc=now_utc,
            call=_("used by a run"),
            sentence=error.sentence if error is not None else "",
            remedy=error.remedy if error is not None else "",
        )
        if before is None or error is not None or not before.works or now_utc - before.at_utc >= _WRITTEN_AGAIN_AFTER:
            remember_proof(host, connection, proof)


def read_proofs(host: Host, connection: ConnectionConfig) -> Mapping[str, Proof]:
    """Return what is known about this application, by subject. Cost: one look at the state; no network."""
    mark, found = _mark(connection), {}
    for key, record in host.state.items(_PREFIX):
        subject = key.removeprefix(_PREFIX)
        proof = _read(record, mark, subject)
        if proof is not None:
            found[subject] = proof
    return found


def forget_proof(host: Host, subject: str) -> None:
    """Forget what is known about a subject, because what it was about has changed. Idempotent."""
    host.state.delete(_PREFIX + subject)


def _says_the_same(known: Proof, proof: Proof) -> bool:
    alike = (known.outcome, known.on, known.sentence) == (proof.outcome, proof.on, proof.sentence)
    return alike and timedelta() <= proof.at_utc - known.at_utc < _WRITTEN_AGAIN_AFTER


def _read(record: Any, mark: str, subject: str) -> Proof | None:
    value = record.value if record is not None else None
    if not isinstance(value, Mapping) or value.get("app") != mark:
        return None
    try:
        return Proof(
            subject=subject,
            outcome=Outcome(str(value["outcome"])),
            at_utc=datetime.fromisoformat(str(value["at"])),
            call=load(str, value["call"]),
            on=str(value["on"]),
            sentence=load(str, value["sentence"]),
            remedy=load(str, value["remedy"]),
        )
    except (KeyError, ValueError, InvalidValueError):
        return None  # another version wrote it: the next call proves it again


def _mark(connection: ConnectionConfig) -> str:
    """Another application has to prove everything again."""
    return connection.mark[:32]
