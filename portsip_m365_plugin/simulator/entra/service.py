"""Entra ID v2.0: routes, discovery, signing keys, admin consent and sign-out."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from portsip_m365_plugin.simulator.entra.authorize import answer_authorize, cookie_of
from portsip_m365_plugin.simulator.entra.errors import EntraRefused, describe, entra_json, json_refusal
from portsip_m365_plugin.simulator.entra.pages import consent_page, error_page, page
from portsip_m365_plugin.simulator.entra.token import answer_token, find_app, find_tenant, graph_origins
from portsip_m365_plugin.simulator.exchange import Answer, Request, json_answer
from portsip_m365_plugin.simulator.realm import Realm
from portsip_m365_plugin.simulator.world.signing_keys import SigningKey
from portsip_m365_plugin.simulator.world.tenant import Tenant

_AUTHORITY_HOSTS = {
    "GLOBAL": ("login.microsoftonline.com", "login.windows.net", "login.microsoft.com"),
    "CHINA": ("login.partner.microsoftonline.cn", "login.chinacloudapi.cn"),
    "USGOV": ("login.microsoftonline.us", "login.usgovcloudapi.net"),
}
_PUBLISHED = {  # region, cloud instance, Azure AD Graph, role checks: in each discovery document
    "GLOBAL": ("EU", "microsoftonline.com", "graph.windows.net", "https://pas.windows.net"),
    "CHINA": ("AS", "partner.microsoftonline.cn", "graph.chinacloudapi.cn", "https://pas.chinacloudapi.cn"),
    "USGOV": ("USGov", "microsoftonline.us", "graph.microsoftazure.us", "https://pasff.usgovcloudapi.net"),
}
_LOOPBACK = ("127.0.0.1", "localhost")
_FOR_BROWSERS = ("authorize", "logout", "adminconsent")


class Entra:
    """One cloud's Entra ID, for one request. All state is the realm's."""

    def __init__(self, realm: Realm) -> None:
        self._realm = realm

    def answer(self, request: Request) -> Answer:
        """Answer a request outside Graph."""
        template, for_browser = "(unknown)", False
        try:
            template, tenant_key = _template(request)
            for_browser = template.rpartition("/")[2] in _FOR_BROWSERS
            answer = self._answer(request, template, tenant_key)
        except EntraRefused as refused:
            refusal = describe(refused, request, self._realm.clock.time_s())
            answer = error_page(refusal.description) if for_browser else json_refusal(refusal, request.origin)
        answer.headers.setdefault("x-ms-request-id", request.request_id)
        self._realm.note(request, template, answer.status)
        return answer

    def refuse(self, request: Request, code: int) -> Answer:
        """Refuse any request with one AADSTS code (an ordered fault)."""
        refusal = describe(EntraRefused(code), request, self._realm.clock.time_s())
        answer = json_refusal(refusal, request.origin)
        self._realm.note(request, "(fault)", answer.status)
        return answer

    def _answer(self, request: Request, template: str, tenant_key: str) -> Answer:
        if template == "/{tenant}/oauth2/v2.0/token":
            return answer_token(self._realm, request, tenant_key)
        if template == "/{tenant}/oauth2/v2.0/authorize":
            return answer_authorize(self._realm, request, tenant_key)
        if template == "/{tenant}/v2.0/.well-known/openid-configuration":
            return self._discovery(request, tenant_key)
        if template == "/{tenant}/discovery/v2.0/keys":
            issuer = f"{request.origin}/{self._tenant_id(tenant_key)}/v2.0"
            return entra_json({"keys": [key.jwk(issuer) for key in self._keys(request, tenant_key)]})
        if template == "/common/discovery/instance":
            return self._instances(request)
        if template == "/{tenant}/oauth2/v2.0/logout":
            return self._logout(request, tenant_key)
        if template in ("/{tenant}/adminconsent", "/{tenant}/v2.0/adminconsent"):
            return self._admin_consent(request, tenant_key, template)
        return Answer(404, b"", "")

    # -- discovery -------------------------------------------------------------------------------------------------

    def _tenant_id(self, key: str) -> str:
        if key.lower() in ("common", "organizations"):
            return "{tenantid}"  # literally: the document of no tenant
        return find_tenant(self._realm, key).id

    def _discovery(self, request: Request, key: str) -> Answer:
        is_plain = key.lower() in ("common", "organizations")
        # A directory of another cloud is not known here: only the token endpoint speaks of other clouds.
        tenant = None if is_plain else find_tenant(self._realm, key, elsewhere=90002)
        tenant_id = tenant.id if tenant is not None else self._tenant_id(key)
        origin = request.origin
        graph = self._graph_origin(tenant, origin)
        path = key.lower() if tenant_id == "{tenantid}" else tenant_id
        browser = origin
        if self._realm.browser_origin and urlsplit(origin).hostname in _LOOPBACK:
            browser = self._realm.browser_origin
        published = _PUBLISHED[self._realm.cloud]
        return entra_json(
            {
                "token_endpoint": f"{origin}/{path}/oauth2/v2.0/token",
                "token_endpoint_auth_methods_supported": [
                    "client_secret_post",
                    "private_key_jwt",
                    "client_secret_basic",
                    "self_signed_tls_client_auth",
                ],
                "jwks_uri": f"{origin}/{path}/discovery/v2.0/keys{_for_app(request)}",
                "response_modes_supported": ["query", "fragment", "form_post"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
                "scopes_supported": ["openid", "profile", "email", "offline_access"],
                "issuer": f"{origin}/{tenant_id}/v2.0",
                "request_uri_parameter_supported": False,
                "userinfo_endpoint": f"{graph}/oidc/userinfo",
                "authorization_endpoint": f"{browser}/{path}/oauth2/v2.0/authorize",
                "device_authorization_endpoint": f"{origin}/{path}/oauth2/v2.0/devicecode",
                "http_logout_supported": True,
                "frontchannel_logout_supported": True,
                "end_session_endpoint": f"{browser}/{path}/oauth2/v2.0/logout",
                "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid"],
                "tenant_region_scope": published[0],
                **({"tenant_region_sub_scope": tenant.region_sub_scope} if tenant and tenant.region_sub_scope else {}),
                "cloud_instance_name": published[1],
                "cloud_graph_host_name": published[2],
                "msgraph_host": urlsplit(graph).netloc,
                "rbac_url": published[3],
            }
        )

    def _keys(self, request: Request, key: str) -> list[SigningKey]:
        """The cloud's keys; for an app with a key of its own, that one."""
        keys, client_id = self._realm.signing_keys.published, request.query.get("appid", "").lower()
        if not client_id or key.lower() in ("common", "organizations"):
            return keys
        app = find_tenant(self._realm, key).apps.get(client_id)
        return [app.own_signing_key] if app is not None and app.own_signing_key is not None else keys

    def _graph_origin(self, tenant: Tenant | None, origin: str) -> str:
        here, by_name = graph_origins(self._realm, tenant, origin)
        return here if urlsplit(origin).hostname in _LOOPBACK else by_name

    def _instances(self, request: Request) -> Answer:
        """MSAL asks for this at an authority that it does not know."""
        host = urlsplit(request.origin).netloc
        names = [host, *_AUTHORITY_HOSTS[self._realm.cloud]]
        return json_answer(
            {
                "tenant_discovery_endpoint": f"{request.origin}/common/v2.0/.well-known/openid-configuration",
                "api-version": "1.1",
                "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": names}],
            }
        )

    # -- pages -----------------------------------------------------------------------------------------------------

    def _logout(self, request: Request, tenant_key: str) -> Answer:
        tenant = find_tenant(self._realm, tenant_key)
        self._realm.sessions.end(cookie_of(request))
        target = request.query.get("post_logout_redirect_uri", "")
        gone = {"Set-Cookie": "ESTSAUTH=; Path=/; Max-Age=0; HttpOnly"}
        if target and any(target in app.redirect_uris for app in tenant.apps.values()):
            if "state" in request.query:
                target += ("&" if urlsplit(target).query else "?") + urlencode({"state": request.query["state"]})
            return Answer(302, b"", "", {"Location": target, **gone})
        # Not registered: Entra signs out too, but does not redirect.
        answer = page("You signed out of your account", "<p>It's a good idea to close all browser windows.</p>")
        answer.headers |= gone
        return answer

    def _admin_consent(self, request: Request, tenant_key: str, template: str) -> Answer:
        asked = request.query
        for name in ("client_id", "redirect_uri", *(("scope",) if "v2.0" in template else ())):
            if not asked.get(name):
                raise EntraRefused(900144, name)
        tenant = find_tenant(self._realm, tenant_key)
        app = find_app(tenant, asked["client_id"])
        if asked["redirect_uri"] not in app.redirect_uris:
            raise EntraRefused(50011, asked["redirect_uri"], app.client_id)
        form = request.form() if request.method == "POST" else {}
        fields: dict[str, Any] = {}
        if form.get("accept"):
            app.consent_given = app.has_enterprise_app = True  # consent creates the enterprise application
            fields = {"admin_consent": "True", "tenant": tenant.id}
            if "scope" in asked:
                fields["scope"] = asked["scope"]
        elif form.get("cancel"):
            refusal = describe(EntraRefused(65004), request, self._realm.clock.time_s())
            fields = {"error": "access_denied", "error_description": refusal.description, "error_subcode": "cancel"}
        if not fields:
            return consent_page(request.target, app.client_id, sorted(app.permissions))
        if "state" in asked:
            fields["state"] = asked["state"]
        mark = "&" if urlsplit(asked["redirect_uri"]).query else "?"
        return Answer(302, b"", "", {"Location": f"{asked['redirect_uri']}{mark}{urlencode(fields)}"})


def _for_app(request: Request) -> str:
    client_id = request.query.get("appid", "")
    return f"?{urlencode({'appid': client_id})}" if client_id else ""


def _template(request: Request) -> tuple[str, str]:
    pieces = request.segments
    if [piece.lower() for piece in pieces] == ["common", "discovery", "instance"]:
        return "/common/discovery/instance", "common"
    if len(pieces) < 2:
        return "(unknown)", ""
    return "/{tenant}/" + "/".join(piece.lower() for piece in pieces[1:6]), pieces[0]
