"""The certificate renews itself: the next pair is made, registered, tried, used; the old one is removed days later.

Each step is remembered before it is taken, so a run that is cut off anywhere continues. A certificate is sent to Entra
at most `SENDS_MAX` times, and no other one is made while it waits, so the app's keys at Entra cannot pile up.

Sources: application-addkey, application-removekey, application-rollkey-prooftoken (2024-06-10); app management
policies (2025-07-23). An app needs no permission for its own keys, and cannot list them. It can do so only while one of
its certificates is valid. A new certificate is known to Entra's servers one after the other, so it is used only after
several answers.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from pbx_plugin_api import Host, InvalidValueError, Severity, Tick, TickReport, TickStatus, dump, load, sentences
from portsip_m365_plugin.config.connection import ConnectionConfig
from portsip_m365_plugin.config.renewal import RenewalConfig
from portsip_m365_plugin.connect import IMPATIENT, NotReady, connect, credential_for, find_app
from portsip_m365_plugin.entra.aadsts import EntraRefusal
from portsip_m365_plugin.entra.assertion import sign_key_proof
from portsip_m365_plugin.entra.keypair import VALID_DAYS, KeyPair, make_key_pair
from portsip_m365_plugin.entra.tokens import acquire_app_token
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import (
    BadRequestError,
    ConsentMissingError,
    GraphError,
    KeyLifeRefusedError,
    NotFoundError,
    NotSentError,
    ProofRefusedError,
    RefusedError,
    ThrottledError,
)
from portsip_m365_plugin.graph.keys import add_key, remove_key
from portsip_m365_plugin.keys import words
from portsip_m365_plugin.keys.condition import warning_days
from portsip_m365_plugin.keys.history import KeyHistory, change_history, list_histories, read_history
from portsip_m365_plugin.keys.store import (
    ACTIVE_KEY,
    NEXT_KEY,
    choose_signing,
    keep_new_pair,
    load_certificate,
    load_key_pair,
    promote_next,
)
from portsip_m365_plugin.notices import NoticeKind
from portsip_m365_plugin.texts import _

_log = logging.getLogger(__name__)

SENDS_MAX: Final = 5
"""How often one certificate is sent to Entra, where an answer got lost."""
TRIALS: Final = 3
"""How many tokens Entra gives for a new certificate before it is used."""
TRIED_EVERY: Final = timedelta(minutes=15)
SENT_EVERY: Final = timedelta(hours=20)
"""Once a night, however the nights are apart."""
REMOVED_AFTER: Final = timedelta(days=7)
"""For so long the old certificate stays registered after the switch."""
LIVES_DAYS: Final = (VALID_DAYS, 180, 90, 30)
"""The lives that are tried, where a policy of the directory does not allow a year."""
_URGENT_DAYS: Final = 2
_PATIENCE: Final = timedelta(days=3)
_FORGOTTEN_AFTER: Final = timedelta(days=60)
_KEY: Final = "key.renewal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """What is remembered about renewing."""

    problem: str = ""
    """Why the last try failed, and what to do; empty: it did not."""
    life_days: int = VALID_DAYS
    """The longest life that the directory's policy allowed last time."""
    renewed_at_utc: datetime | None = None


def read_renewal(host: Host) -> Renewal:
    """Return what is remembered about renewing."""
    record = host.state.get(_KEY)
    if record is None:
        return Renewal()
    try:
        return load(Renewal, record.value)
    except InvalidValueError:
        return Renewal()


def renew_now(host: Host, tick: Tick, connection: ConnectionConfig, renewal: RenewalConfig) -> TickReport:
    """Renew before it is due: the button with which an administrator sees that it works."""
    if not renewal.is_on:
        return TickReport(status=TickStatus.FAILED, message=words.SWITCHED_OFF)
    client = connect(host, connection, deadline_utc=tick.deadline_utc, policy=IMPATIENT)
    if isinstance(client, NotReady):
        return TickReport(status=TickStatus.FAILED, message=client.describe())
    news = renew_certificate(host, tick, connection, renewal, is_asked=True)
    status = TickStatus.FAILED if read_renewal(host).problem else TickStatus.DONE
    waits = words.ON_ITS_WAY
    coming = load_certificate(host, NEXT_KEY)
    if not news and coming is not None and read_history(host, coming.thumbprint_sha1).registered_at_utc is None:
        status = TickStatus.FAILED
        waits = words.NOT_CONFIRMED
    return TickReport(status=status, message=news or read_renewal(host).problem or waits)


def renew_certificate(
    host: Host, tick: Tick, connection: ConnectionConfig, renewal: RenewalConfig, *, is_asked: bool = False
) -> str:
    """Take the next step, if one is due; return a sentence for the run's report, or nothing. Idempotent.

    Expected failures are remembered, reported to the administrators once, and tried again at the next run.

    Args:
        host: The tenant's.
        tick: The run.
        connection: The app.
        renewal: Whether and of which app registration.
        is_asked: An administrator asked for it: do not wait for the last 30 days.

    Cost: nothing on most days, two or three looks at secrets and state; else one or two requests.
    """
    if not renewal.is_on:
        _settle_problem(host, "")
        return ""
    active, coming = load_key_pair(host, ACTIVE_KEY), load_key_pair(host, NEXT_KEY)
    now_utc = host.clock.now_utc()
    if active is None:
        return ""
    is_due = is_asked or active.certificate.days_left(now_utc) <= warning_days(active.certificate)
    leftovers = [(name, each) for name, each in list_histories(host) if _is_removable(each, now_utc)]
    if coming is None and not is_due and not leftovers:
        _settle_problem(host, "")
        return ""
    client = connect(host, connection, priority="low", deadline_utc=tick.deadline_utc, policy=IMPATIENT)
    if isinstance(client, NotReady):
        return ""  # the run itself says so
    step = _Step(
        host=host,
        client=client,
        connection=connection,
        object_id=renewal.application_object_id,
        is_asked=is_asked,
    )
    news = [step.remove(thumbprint, history) for thumbprint, history in leftovers]
    # The connection may have switched to a pair that an administrator has uploaded.
    active, coming = load_key_pair(host, ACTIVE_KEY), load_key_pair(host, NEXT_KEY)
    if active is not None and (coming is not None or is_due):
        news.append(step.advance(active, coming))
    return sentences(*news)


def check_object_id(host: Host, connection: ConnectionConfig, object_id: str) -> str:
    """Return why an object id cannot be the app registration's; empty if it can be, or if nobody can say now.

    It asks Entra to remove a key that cannot exist: the proof is then checked, and nothing is changed.
    """
    active = load_key_pair(host, ACTIVE_KEY)
    client = connect(host, connection, policy=IMPATIENT)
    if active is None or isinstance(client, NotReady):
        return ""
    step = _Step(host=host, client=client, connection=connection, object_id=object_id)
    try:
        remove_key(client, object_id, str(uuid.uuid4()), step.sign_proof(active))
    except (NotFoundError, ProofRefusedError, ConsentMissingError) as error:
        return sentences(*words.explain_renewal_error(error))
    except GraphError as error:
        _log.info("the object id was not refuted: %s", error)
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One step of one run."""

    host: Host
    client: GraphClient
    connection: ConnectionConfig
    object_id: str
    is_asked: bool = False

    def advance(self, active: KeyPair, coming: KeyPair | None) -> str:
        """Make, register, try or use the next pair."""
        host, now_utc = self.host, self.host.clock.now_utc()
        if coming is not None and coming.certificate.not_after_utc <= now_utc:
            host.audit.record("key_pair.discarded", outcome="ok", subject=coming.certificate.thumbprint_sha1)
            host.secrets.delete(NEXT_KEY)
            coming = None
        if coming is None:
            coming = self._make_next()
        thumbprint = coming.certificate.thumbprint_sha1
        if read_history(host, thumbprint).sends and self._try(coming):
            return self._use(active, coming)
        history = read_history(host, thumbprint)
        is_recent = history.sent_at_utc is not None and now_utc - history.sent_at_utc < SENT_EVERY
        may_be_there = history.sends > 0 or not self.is_asked
        if history.registered_at_utc is not None or history.sends >= SENDS_MAX or (is_recent and may_be_there):
            return self._wait_for_entra(coming, history)
        return self._register(active, coming)

    def _make_next(self) -> KeyPair:
        made = make_key_pair(self.host.clock.now_utc(), valid_days=read_renewal(self.host).life_days)
        by_hand = load_key_pair(self.host, NEXT_KEY)  # an administrator may have made one in this moment
        if by_hand is not None:
            return by_hand
        keep_new_pair(self.host, made)
        self.host.audit.record("key_pair.generated", outcome="ok", subject=made.certificate.thumbprint_sha1)
        return made

    def _register(self, active: KeyPair, coming: KeyPair) -> str:
        """Send the certificate to Entra; with a shorter life, where a policy asks for one."""
        host, thumbprint = self.host, coming.certificate.thumbprint_sha1
        before = read_history(host, thumbprint)
        # Remembered first: if this run ends before the answer, the certificate may be registered.
        change_history(host, thumbprint, sends=before.sends + 1, sent_at_utc=host.clock.now_utc())
        try:
            key_id = add_key(
                self.client,
                self.object_id,
                coming.certificate.der,
                self.sign_proof(choose_signing(host, active)),
            )
        except KeyLifeRefusedError as error:
            return self._shorten(active, coming, error)
        except RefusedError as error:
            # Certainly not registered: it does not count.
            change_history(host, thumbprint, sends=before.sends, sent_at_utc=host.clock.now_utc())
            return self._report(sentences(*words.explain_renewal_error(error)))
        except (NotSentError, ThrottledError) as error:
            change_history(host, thumbprint, sends=before.sends, sent_at_utc=before.sent_at_utc)
            _log.warning("the certificate %s was not registered: %s", thumbprint, error)
            return ""
        except GraphError as error:
            _log.warning("the certificate %s may be registered or not: %s", thumbprint, error)
            return ""
        change_history(host, thumbprint, key_id=key_id, registered_at_utc=host.clock.now_utc())
        host.audit.record("key_pair.registered", outcome="ok", subject=thumbprint)
        _settle_problem(host, "")
        return words.say_registered(coming.certificate)

    def _shorten(self, active: KeyPair, coming: KeyPair, error: KeyLifeRefusedError) -> str:
        """Certify the same key for a shorter time, and send that."""
        host, refused = self.host, coming.certificate
        shorter = next((days for days in LIVES_DAYS if days < refused.life_days), None)
        change_history(host, refused.thumbprint_sha1, sends=0, sent_at_utc=host.clock.now_utc())
        if shorter is None or not refused.is_self_signed:
            return self._report(sentences(*words.explain_renewal_error(error)))
        host.state.put(_KEY, dump(replace(read_renewal(host), life_days=shorter)))
        again = make_key_pair(host.clock.now_utc(), valid_days=shorter, private_key_pem=coming.private_key_pem)
        keep_new_pair(host, again)
        host.audit.record(
            "key_pair.shortened",
            outcome="ok",
            subject=again.certificate.thumbprint_sha1,
            detail=_(
                "A policy of the directory does not allow {refused} days; {tried} days are tried.",
                refused=refused.life_days,
                tried=shorter,
            ),
        )
        return self._register(active, again)

    def _try(self, coming: KeyPair) -> bool:
        """Ask Entra for a token with the new certificate; return whether it has given enough of them."""
        host, thumbprint = self.host, coming.certificate.thumbprint_sha1
        history, now_utc = read_history(host, thumbprint), host.clock.now_utc()
        if history.tried_at_utc is not None and now_utc - history.tried_at_utc < TRIED_EVERY:
            return False
        app = find_app(self.connection)
        if isinstance(app, NotReady) or isinstance(
            acquire_app_token(credential_for(app, coming), fresh=True), EntraRefusal
        ):
            return False
        trials = history.trials + 1
        registered_at_utc = history.registered_at_utc or now_utc
        change_history(
            host, thumbprint, trials=trials, tried_at_utc=now_utc, registered_at_utc=registered_at_utc,
            accepted_at_utc=now_utc, refused_at_utc=None,
        )  # fmt: skip
        return trials >= TRIALS or self._is_urgent(now_utc)

    def _is_urgent(self, now_utc: datetime) -> bool:
        active = load_key_pair(self.host, ACTIVE_KEY)
        return active is None or active.certificate.days_left(now_utc) <= _URGENT_DAYS

    def _use(self, active: KeyPair, coming: KeyPair) -> str:
        host, certificate = self.host, coming.certificate
        promote_next(host, coming)
        host.state.put(_KEY, dump(replace(read_renewal(host), renewed_at_utc=host.clock.now_utc())))
        _settle_problem(host, "")
        old = active.certificate
        removes_old = bool(read_history(host, old.thumbprint_sha1).key_id)
        return words.say_renewed(certificate, old, REMOVED_AFTER.days, removes_old=removes_old)

    def _wait_for_entra(self, coming: KeyPair, history: KeyHistory) -> str:
        """Nothing to do yet, unless Entra has not accepted it for days."""
        since_utc = history.registered_at_utc or history.sent_at_utc
        if history.trials or since_utc is None or self.host.clock.now_utc() - since_utc < _PATIENCE:
            return ""
        return self._report(words.say_not_accepted(since_utc, coming.certificate.thumbprint_sha1))

    def remove(self, thumbprint: str, history: KeyHistory) -> str:
        """Remove an old certificate at Entra."""
        host, active = self.host, load_key_pair(self.host, ACTIVE_KEY)
        if active is None or active.certificate.thumbprint_sha1 == thumbprint:
            return ""
        if choose_signing(host, active) is not active:
            return ""  # the old one may be the only one that works
        outcome, detail = "ok", ""
        try:
            remove_key(self.client, self.object_id, history.key_id, self.sign_proof(active))
        except BadRequestError as error:
            outcome = "refused"
            detail = _("Entra has no such key any more, or refuses to remove it ({code}).", code=error.code)
        except GraphError as error:
            _log.warning("the old certificate %s was not removed: %s", thumbprint, error)
            replaced_at_utc = history.replaced_at_utc or host.clock.now_utc()
            if host.clock.now_utc() - replaced_at_utc < _FORGOTTEN_AFTER:
                return ""  # the next run tries again
            outcome = "failed"
            detail = _("It was tried for weeks and is left to expire: {why}", why=error.describe())
        change_history(host, thumbprint, key_id="")
        host.audit.record("key_pair.removed", outcome=outcome, subject=thumbprint, detail=detail)
        return words.REMOVED if outcome == "ok" else ""

    def sign_proof(self, pair: KeyPair) -> str:
        """Return a proof signed by a pair that Entra knows."""
        return sign_key_proof(
            pair.private_key_pem,
            pair.certificate.pem,
            application_object_id=self.object_id,
            now_utc=self.host.clock.now_utc(),
        )

    def _report(self, problem: str) -> str:
        """Remember why it failed, and say so to the administrators."""
        self.host.audit.record("key_pair.renewal", outcome="failed", detail=problem)
        _settle_problem(self.host, problem)
        return sentences(words.NOT_RENEWED, problem)


def is_left_to_entra(host: Host, thumbprint_sha1: str) -> bool:
    """Whether the next certificate was sent to Entra, and nobody has to do anything about it."""
    history = read_history(host, thumbprint_sha1)
    is_underway = history.registered_at_utc is not None or 0 < history.sends < SENDS_MAX
    return is_underway and not read_renewal(host).problem


def _settle_problem(host: Host, problem: str) -> None:
    """Remember the problem, or that there is none, and raise or end the notice."""
    before = read_renewal(host)
    if before.problem == problem:
        return
    host.state.put(_KEY, dump(replace(before, problem=problem)))
    if not problem:
        host.resolve_notice(NoticeKind.RENEWAL)
        return
    host.notify_admin(
        NoticeKind.RENEWAL,
        words.NOTICE_SUBJECT,
        sentences(words.NOTICE_BEGINS, problem, words.NOTICE_ENDS),
        severity=Severity.WARNING,
        values={"problem": problem},
    )


def _is_removable(history: KeyHistory, now_utc: datetime) -> bool:
    is_replaced = history.replaced_at_utc is not None and now_utc - history.replaced_at_utc >= REMOVED_AFTER
    return is_replaced and bool(history.key_id)
