"""The connection's settings and key pairs in; a Graph client out, or a sentence that says why there is none."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from pbx_plugin_api import Host, listing, sentences
from portsip_m365_plugin.clouds import Cloud, CloudFileError, load_clouds
from portsip_m365_plugin.config.connection import ConnectionConfig
from portsip_m365_plugin.entra.aadsts import EntraRefusal, RefusalKind
from portsip_m365_plugin.entra.keypair import KeyPair
from portsip_m365_plugin.entra.tokens import AppCredential, acquire_app_token, forget_app
from portsip_m365_plugin.graph.client import GraphClient, Timing
from portsip_m365_plugin.graph.errors import TokenMissingError
from portsip_m365_plugin.graph.retry import RetryPolicy
from portsip_m365_plugin.graph.session import make_session
from portsip_m365_plugin.graph.throttle import ThrottleGate
from portsip_m365_plugin.keys.condition import explain_refused_certificate
from portsip_m365_plugin.keys.history import note_answer, read_history
from portsip_m365_plugin.keys.store import ACTIVE_KEY, NEXT_KEY, PREVIOUS_KEY, load_key_pair, promote_next
from portsip_m365_plugin.texts import _

IMPATIENT: Final = RetryPolicy(tries_max=2, base_s=0.5, cap_s=2.0, budget_s=4.0)
"""For calls that somebody waits for."""
_MISSING: Final = {
    (False, False): _("Microsoft 365 is not set up yet: the directory (tenant) ID and the application ID are missing."),
    (False, True): _("Microsoft 365 is not set up yet: the directory (tenant) ID is missing."),
    (True, False): _("Microsoft 365 is not set up yet: the application ID is missing."),
}
"""By what there is: the directory ID, the application ID."""


def be_patient(max_wait_s: int | None) -> RetryPolicy:
    """Return the policy of a run: a call waits as long as usual, or at most as long as the host allows."""
    usual = RetryPolicy()
    return usual if max_wait_s is None else replace(usual, budget_s=min(usual.budget_s, float(max_wait_s)))


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSettings:
    """Which app, in which directory, in which cloud."""

    cloud: Cloud
    entra_tenant_id: str
    client_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReady:
    """No client: something is missing, or Entra refuses. A sentence and a remedy for the administrator."""

    sentence: str
    remedy: str
    is_missing: bool = False
    """Whether something is missing, rather than refused."""
    refusal: EntraRefusal | None = None

    def describe(self) -> str:
        """Return sentence and remedy, with Microsoft's ids where there are any."""
        return self.refusal.describe() if self.refusal else sentences(self.sentence, self.remedy)


def find_app(connection: ConnectionConfig, environment: Mapping[str, str] = os.environ) -> AppSettings | NotReady:
    """Return the app with its cloud, or what is missing."""
    missing = _MISSING.get((bool(connection.entra_tenant_id), bool(connection.client_id)))
    if missing is not None:
        return NotReady(sentence=missing, remedy=_("Fill in the PERMISSIONS tab."), is_missing=True)
    try:
        clouds = load_clouds(environment)
    except CloudFileError as error:
        sentence = _("The operator's file of clouds cannot be used: {why}.", why=error.text)
        return NotReady(sentence=sentence, remedy=_("Ask the operator."))
    if connection.cloud_name not in clouds:
        return NotReady(
            sentence=_("The cloud {cloud} is not known to this PBX (any more).", cloud=connection.cloud_name),
            remedy=_("Choose one of {clouds}.", clouds=listing(sorted(clouds))),
        )
    return AppSettings(
        cloud=clouds[connection.cloud_name],
        entra_tenant_id=connection.entra_tenant_id,
        client_id=connection.client_id,
    )


def credential_for(app: AppSettings, pair: KeyPair) -> AppCredential:
    """Return the credential of an app that signs with a key pair."""
    return AppCredential(
        cloud=app.cloud,
        entra_tenant_id=app.entra_tenant_id,
        client_id=app.client_id,
        private_key_pem=pair.private_key_pem,
        certificate_pem=pair.certificate.pem,
        thumbprint_sha256=pair.certificate.thumbprint_sha256,
    )


def connect(
    host: Host,
    connection: ConnectionConfig,
    *,
    priority: str = "normal",
    deadline_utc: datetime | None = None,
    policy: RetryPolicy | None = None,
    fresh: bool = False,
) -> GraphClient | NotReady:
    """Return a Graph client that has a token, or why there is none.

    Args:
        host: Its secrets hold the key pairs; used on the calling thread only. The client asks its clock, and whether to
            stop.
        connection: The app, as it is stored or as it would be stored.
        priority: `low` for nightly work.
        deadline_utc: After this the client sends nothing.
        policy: How patient to be.
        fresh: Use no stored token and no stored refusal, neither here nor in the client; for a test of the connection.

    Cost: nothing while a token is cached; else one token request, and one discovery request the first time.
    """
    app = find_app(connection)
    if isinstance(app, NotReady):
        return app
    credential = _choose_credential(host, app, fresh=fresh)
    if isinstance(credential, NotReady):
        return credential
    return GraphClient(
        cloud=app.cloud,
        tokens=_Tokens(credential),
        session=_find_session(app.cloud),
        gate=_find_gate(app),
        policy=policy or RetryPolicy(),
        timing=Timing(now_utc=host.clock.now_utc),
        priority=priority,
        deadline_utc=deadline_utc,
        should_stop=host.progress.should_stop,
    )


def forget_tokens(
    connection: ConnectionConfig, *, not_within_s: float = 0.0, environment: Mapping[str, str] = os.environ
) -> None:
    """Ask Entra for a new token at the next `connect`: the kept one, or a kept refusal, is from before a repair.

    A token lists the permissions that were granted when it was made, for about an hour.

    Args:
        connection: The app.
        not_within_s: Do nothing if this was done in the last so many seconds: many tenants may use one app.
        environment: Names the operator's file of clouds.
    """
    app = find_app(connection, environment)
    if isinstance(app, NotReady):
        return
    key, now = (app.cloud.authority, app.entra_tenant_id, app.client_id), Timing().monotonic()
    with _lock:
        if now - _forgotten_at.get(key, -math.inf) < not_within_s:
            return
        _forgotten_at[key] = now
    forget_app(*key)


def _choose_credential(host: Host, app: AppSettings, *, fresh: bool) -> AppCredential | NotReady:
    active, coming = load_key_pair(host, ACTIVE_KEY), load_key_pair(host, NEXT_KEY)
    if active is None and coming is None:
        return NotReady(
            sentence=_("Microsoft 365 is not set up yet: there is no key pair."),
            remedy=_("Generate one on the PERMISSIONS tab and upload public_key.pem to the app registration."),
            is_missing=True,
        )
    refused: dict[str, EntraRefusal] = {}
    for pair in _in_order(host, active, coming):
        credential, certificate = credential_for(app, pair), pair.certificate
        answer = acquire_app_token(credential, force_refresh=fresh)
        if not isinstance(answer, EntraRefusal):
            if not answer.is_from_cache:
                note_answer(host, certificate.thumbprint_sha1, is_accepted=True)
            if pair is coming:
                promote_next(host, pair)
            return credential
        refused[certificate.thumbprint_sha1] = answer
        if answer.kind is not RefusalKind.CERTIFICATE:
            break  # not the certificate's fault: another pair would be refused as well
        note_answer(host, certificate.thumbprint_sha1, is_accepted=False)
    shown = active if active is not None and active.certificate.thumbprint_sha1 in refused else coming
    if shown is None:
        raise AssertionError("a credential was neither accepted nor refused")
    refusal = explain_refused_certificate(host, refused[shown.certificate.thumbprint_sha1], shown.certificate)
    return NotReady(sentence=refusal.sentence, remedy=refusal.remedy, refusal=refusal)


def _in_order(host: Host, active: KeyPair | None, coming: KeyPair | None) -> Iterator[KeyPair]:
    """Yield the pairs in the order in which they are tried: a pair that was uploaded by hand is used at once.

    One that the plugin registered itself is tried by the renewal first; here it only helps out.
    """
    is_trial = coming is not None and read_history(host, coming.certificate.thumbprint_sha1).sends > 0
    for pair in (active, coming) if is_trial else (coming, active):
        if pair is not None:
            yield pair
    before = load_key_pair(host, PREVIOUS_KEY)
    if before is not None:
        yield before


class _Tokens:
    """Tokens of one credential. Safe on any thread; touches no host."""

    def __init__(self, credential: AppCredential) -> None:
        self._credential = credential

    def get(self) -> str:
        return self._acquire(force_refresh=False)

    def renew(self) -> str:
        return self._acquire(force_refresh=True)

    def _acquire(self, *, force_refresh: bool) -> str:
        answer = acquire_app_token(self._credential, force_refresh=force_refresh)
        if isinstance(answer, EntraRefusal):
            raise TokenMissingError("no token", sentence=answer.sentence, remedy=answer.remedy)
        return answer.access_token


_gates: dict[tuple[str, str, str], ThrottleGate] = {}
_sessions: dict[tuple[str, str], Any] = {}
_forgotten_at: dict[tuple[str, str, str], float] = {}
_lock = threading.Lock()


def _find_gate(app: AppSettings) -> ThrottleGate:
    """One gate per app and directory in this process: when Microsoft asks one run to wait, the next one waits too."""
    key = (app.cloud.graph, app.entra_tenant_id, app.client_id)
    timing = Timing()
    with _lock:
        return _gates.setdefault(key, ThrottleGate(timing.monotonic, timing.sleep))


def _find_session(cloud: Cloud) -> Any:
    key = (cloud.graph, os.environ.get("REQUESTS_CA_BUNDLE", ""))
    with _lock:
        if key not in _sessions:
            _sessions[key] = make_session(cloud.graph)
        return _sessions[key]
