"""The token endpoint: app-only tokens by certificate, and codes redeemed for an ID token."""

import base64
import hashlib
import secrets
import uuid
from typing import Any
from urllib.parse import urlsplit

from portsip_m365_plugin.simulator.entra.assertion import check_client
from portsip_m365_plugin.simulator.entra.errors import EntraRefused, entra_json
from portsip_m365_plugin.simulator.exchange import Answer, Request
from portsip_m365_plugin.simulator.realm import Realm
from portsip_m365_plugin.simulator.world.apps import AccessToken, AppRegistration
from portsip_m365_plugin.simulator.world.directory import Person
from portsip_m365_plugin.simulator.world.sign_ins import CODE_LIFE_S, SignInGrant
from portsip_m365_plugin.simulator.world.tenant import Tenant

GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
GRAPH_HOSTS = {
    "GLOBAL": "https://graph.microsoft.com",
    "CHINA": "https://microsoftgraph.chinacloudapi.cn",
    "USGOV": "https://graph.microsoft.us",
}
DOD_GRAPH = "https://dod-graph.microsoft.us"
_LOOPBACK = ("127.0.0.1", "localhost")
_PLAIN_TENANTS = ("common", "organizations", "consumers")


def answer_token(realm: Realm, request: Request, tenant_key: str) -> Answer:
    """POST /{tenant}/oauth2/v2.0/token. Raises ``EntraRefused``."""
    if request.method != "POST":
        raise EntraRefused(900561, request.method)
    form = request.form()
    for name in ("grant_type", "client_id"):
        if not form.get(name):
            raise EntraRefused(900144, name)
    if tenant_key.lower() in _PLAIN_TENANTS:
        raise EntraRefused(90130, form["client_id"])
    # Seen live: an app with a certificate in the wrong cloud is refused for its assertion's audience.
    tenant = find_tenant(realm, tenant_key, elsewhere=700023 if "client_assertion" in form else 900382)
    app = find_app(tenant, form["client_id"])
    if not app.has_enterprise_app:
        raise EntraRefused(7000229, app.client_id, tenant.id)
    check_client(form, app, _audiences(request, tenant, tenant_key), realm.clock.time_s())
    if form["grant_type"] == "client_credentials":
        return _app_token(realm, request, tenant, app, form)
    if form["grant_type"] == "authorization_code":
        return _redeem(realm, request, tenant, app, form)
    raise EntraRefused(70003, form["grant_type"])


def find_tenant(realm: Realm, key: str, *, elsewhere: int = 900382) -> Tenant:
    """A tenant of this cloud. Refused with 90002, or with ``elsewhere`` when it is another cloud's."""
    tenant = realm.find_tenant(key)
    if tenant is None:
        if any(other.find_tenant(key) for other in realm.others):
            raise EntraRefused(elsewhere)
        raise EntraRefused(90002, key)
    return tenant


def find_app(tenant: Tenant, client_id: str) -> AppRegistration:
    """A registered, enabled app. Refused with 700016 or 7000112."""
    app = tenant.apps.get(client_id.lower())
    if app is None:
        raise EntraRefused(700016, client_id, tenant.display_name)
    if not app.enabled:
        raise EntraRefused(7000112, client_id)
    return app


def graph_origins(realm: Realm, tenant: Tenant | None, origin: str) -> tuple[str, str]:
    """Where the Graph of a directory is: on this machine, and by Microsoft's name.

    DoD has a Graph of its own beside that of GCC High. On this machine it is the same port under the name localhost.
    """
    parts = urlsplit(origin)
    is_dod = tenant is not None and tenant.region_sub_scope == "DOD"
    name = "localhost" if is_dod else "127.0.0.1"
    here = f"https://{name}:{parts.port}" if parts.hostname in _LOOPBACK else origin
    return here, DOD_GRAPH if is_dod else GRAPH_HOSTS[realm.cloud]


def _audiences(request: Request, tenant: Tenant, tenant_key: str) -> frozenset[str]:
    keys = {tenant.id, tenant.domain, tenant_key}
    return frozenset(f"{request.origin}/{key}/oauth2/v2.0/token" for key in keys)


def _app_token(realm: Realm, request: Request, tenant: Tenant, app: AppRegistration, form: dict[str, str]) -> Answer:
    scope = form.get("scope")
    if not scope:
        raise EntraRefused(900144, "scope")
    resource, slash, default = scope.rpartition("/")
    if not slash or default != ".default" or " " in scope:
        raise EntraRefused(1002012, scope)
    # Not documented: that Entra gives a directory of DoD no token for the Graph of GCC High, and the other way round.
    if resource.rstrip("/") not in (*graph_origins(realm, tenant, request.origin), GRAPH_APP_ID):
        raise EntraRefused(500011, resource, tenant.display_name)
    if app.blocked_by_policy:
        raise EntraRefused(53003)
    life_s = realm.settings.access_token_life_s
    granted = frozenset(app.permissions) if app.consent_given else frozenset()
    token = realm.tokens.issue(AccessToken(app, tenant.id, granted, realm.clock.time_s() + life_s))
    return entra_json({"token_type": "Bearer", "expires_in": life_s, "ext_expires_in": life_s, "access_token": token})


def _redeem(realm: Realm, request: Request, tenant: Tenant, app: AppRegistration, form: dict[str, str]) -> Answer:
    code = form.get("code")
    if not code:
        raise EntraRefused(900144, "code")
    now_s = realm.clock.time_s()
    grant = realm.codes.look_up(code)
    if grant is None:
        raise EntraRefused(70000)
    if grant.tenant_id != tenant.id or grant.client_id != app.client_id:
        raise EntraRefused(700005)
    if now_s > grant.issued_at_s + CODE_LIFE_S:
        raise EntraRefused(70008)
    if form.get("redirect_uri") != grant.redirect_uri:
        raise EntraRefused(500112, form.get("redirect_uri", ""), grant.redirect_uri)
    if grant.code_challenge:
        verifier = form.get("code_verifier")
        if not verifier:
            raise EntraRefused(50148)
        if not _proves(verifier, grant):
            raise EntraRefused(501481)
    person = tenant.directory.people.get(grant.object_id)
    if person is None or not person.listed:
        raise EntraRefused(50034, grant.object_id, tenant.display_name)
    if not realm.codes.spend(code):
        raise EntraRefused(54005)
    life_s = realm.settings.access_token_life_s
    access = AccessToken(app, tenant.id, frozenset(), now_s + life_s, delegated_to=person.id)
    issuer = f"{request.origin}/{tenant.id}/v2.0"
    signing_key = app.own_signing_key or realm.signing_keys.current
    claims = id_token_claims(issuer, tenant, app, person, grant, now_s)
    return entra_json(
        {
            "token_type": "Bearer",
            "scope": grant.scope,
            "expires_in": life_s,
            "ext_expires_in": life_s,
            "access_token": realm.tokens.issue(access),
            "id_token": signing_key.sign({**claims, **tenant.id_token_changes}),
        }
    )


def _proves(verifier: str, grant: SignInGrant) -> bool:
    if grant.code_challenge_method == "plain":
        return verifier == grant.code_challenge
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=") == grant.code_challenge


def id_token_claims(
    issuer: str, tenant: Tenant, app: AppRegistration, person: Person, grant: SignInGrant, now_s: float
) -> dict[str, Any]:
    """What a v2.0 ID token says; oid, name and preferred_username need the scope ``profile``."""
    pairwise = hashlib.sha256(f"{app.client_id}|{person.id}".encode()).digest()
    claims: dict[str, Any] = {
        "aud": app.client_id,
        "iss": issuer,
        "iat": int(now_s),
        "nbf": int(now_s),
        "exp": int(now_s) + 3900,
        "aio": secrets.token_urlsafe(24),
        "rh": "0." + secrets.token_urlsafe(24),
        "sid": grant.session_id,
        "sub": base64.urlsafe_b64encode(pairwise).decode().rstrip("="),
        "tid": tenant.id,
        "uti": base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("="),
        "ver": "2.0",
    }
    scopes = grant.scope.split()
    if "profile" in scopes:
        claims |= {
            "oid": person.id,
            "name": person.props.get("displayName") or "",
            "preferred_username": person.props["userPrincipalName"],
            "login_hint": "O." + base64.urlsafe_b64encode(person.id.encode()).decode().rstrip("="),
        }
        if person.props.get("userType") == "Guest":
            claims["idp"] = "https://sts.windows.net/9cd80435-793b-4f48-844b-6b3f37d1c1f3/"
    if "email" in scopes and person.props.get("mail"):
        claims["email"] = person.props["mail"]
    if grant.nonce is not None:
        claims["nonce"] = grant.nonce
    return claims
