"""The authorize page: a person signs in, the browser carries a code back to the application."""

from urllib.parse import urlencode, urlsplit

from portsip_m365_plugin.simulator.entra.errors import EntraRefused, describe
from portsip_m365_plugin.simulator.entra.pages import approval_page, form_post, sign_in_page
from portsip_m365_plugin.simulator.entra.token import find_app, find_tenant
from portsip_m365_plugin.simulator.exchange import Answer, Request
from portsip_m365_plugin.simulator.realm import Realm
from portsip_m365_plugin.simulator.world.apps import AppRegistration
from portsip_m365_plugin.simulator.world.directory import Person
from portsip_m365_plugin.simulator.world.sign_ins import SignInGrant
from portsip_m365_plugin.simulator.world.tenant import Tenant

_OFFERED = 12
_COOKIE = "ESTSAUTH"


class _SentBack(Exception):  # noqa: N818  not an error of ours
    """A refusal that the application gets, at its redirect URI."""

    def __init__(self, code: int, *details: str, subcode: str = "") -> None:
        super().__init__(code)
        self.refused = EntraRefused(code, *details)
        self.subcode = subcode


def answer_authorize(realm: Realm, request: Request, tenant_key: str) -> Answer:
    """GET or POST /{tenant}/oauth2/v2.0/authorize.

    Raises ``EntraRefused`` for what Entra shows on its own page: nothing is sent to an address that is not registered.
    """
    asked = request.query
    for name in ("client_id", "response_type"):
        if not asked.get(name):
            raise EntraRefused(900144, name)
    tenant = find_tenant(realm, tenant_key)
    app = find_app(tenant, asked["client_id"])
    target = asked.get("redirect_uri", "")
    if target not in app.redirect_uris:
        raise EntraRefused(50011, target, app.client_id)
    try:
        return _sign_in(realm, request, tenant, app)
    except _SentBack as sent:
        refusal = describe(sent.refused, request, realm.clock.time_s())
        fields = {"error": sent.refused.error, "error_description": refusal.description}
        if sent.subcode:
            fields["error_subcode"] = sent.subcode
        return _respond(request, fields)


def _sign_in(realm: Realm, request: Request, tenant: Tenant, app: AppRegistration) -> Answer:
    asked = request.query
    if asked["response_type"] != "code":
        raise _SentBack(700054, asked["response_type"])
    if "openid" not in asked.get("scope", "").split():
        raise _SentBack(900144, "scope")
    prompt = asked.get("prompt", "")
    form = request.form() if request.method == "POST" else {}
    if form.get("cancel"):
        raise _SentBack(65004, subcode="cancel")
    session_id, person, error = _who(realm, request, tenant, form, prompt)
    if person is None:
        if prompt == "none":
            raise _SentBack(50058)
        return sign_in_page(request.target, form.get("loginfmt", asked.get("login_hint", "")), error, _offered(tenant))
    if tenant.blocked_by_policy:
        raise _SentBack(53003)
    if app.assignment_required and person.id not in app.assigned:
        raise _SentBack(50105, app.client_id, person.props["userPrincipalName"])
    if not app.consent_given:
        if prompt == "none":
            raise _SentBack(65001, app.client_id)
        return approval_page(request.target, app.client_id)
    session_id = session_id or realm.sessions.begin(tenant.id, person.id)
    answer = _respond(request, {"code": _issue_code(realm, request, tenant, app, person, session_id)}, session_id)
    answer.headers["Set-Cookie"] = f"{_COOKIE}={session_id}; Path=/; HttpOnly"
    return answer


def _who(
    realm: Realm, request: Request, tenant: Tenant, form: dict[str, str], prompt: str
) -> tuple[str, Person | None, str]:
    """Session id, person, and the error for the page if there is no person."""
    name = form.get("loginfmt", "").strip()
    if not name and prompt not in ("login", "select_account"):
        known = realm.sessions.find(cookie_of(request), tenant)
        if known is not None and known[1].listed and known[1].props.get("accountEnabled"):
            return known[0], known[1], ""
        if prompt == "none":
            return "", None, ""
    name = name or tenant.auto_sign_in_upn or ""
    if not name:
        return "", None, ""
    person = find_person(tenant, name)
    refused: EntraRefused | None = None
    if person is None or not person.listed:
        refused = EntraRefused(50034, name, tenant.display_name)
    elif not person.props.get("accountEnabled"):
        refused = EntraRefused(50057)
    if refused is None:
        return "", person, ""
    return "", None, describe(refused, request, realm.clock.time_s()).description


def find_person(tenant: Tenant, name: str) -> Person | None:
    """A person by user principal name, or (guests) by mail address."""
    person = tenant.directory.find(name)
    if person is None and "@" in name:
        lowered = name.lower()
        found = (each for each in tenant.directory.order if (each.props.get("mail") or "").lower() == lowered)
        person = next(found, None)
    return person


def _offered(tenant: Tenant) -> list[tuple[str, str]]:
    people: list[tuple[str, str]] = []
    for person in tenant.directory.order:
        if person.listed and person.kind in ("ordinary", "emoji_name", "rtl_name", "guest"):
            name = person.props["userPrincipalName"] if person.kind != "guest" else person.props["mail"]
            people.append((name, person.props["displayName"]))
        if len(people) == _OFFERED:
            break
    return people


def _issue_code(
    realm: Realm, request: Request, tenant: Tenant, app: AppRegistration, person: Person, session_id: str
) -> str:
    asked = request.query
    return realm.codes.issue(
        SignInGrant(
            tenant.id,
            app.client_id,
            person.id,
            asked["redirect_uri"],
            asked["scope"],
            asked.get("nonce"),
            asked.get("code_challenge"),
            asked.get("code_challenge_method", "plain"),
            session_id,
            realm.clock.time_s(),
        )
    )


def _respond(request: Request, fields: dict[str, str], session_id: str = "") -> Answer:
    asked = request.query
    if "state" in asked:
        fields["state"] = asked["state"]
    if session_id:
        fields["session_state"] = session_id
    target = asked["redirect_uri"]
    mode = asked.get("response_mode", "query")
    if mode == "form_post":
        return form_post(target, fields)
    mark = "#" if mode == "fragment" else "&" if urlsplit(target).query else "?"
    return Answer(302, b"", "", {"Location": f"{target}{mark}{urlencode(fields)}"})


def cookie_of(request: Request) -> str:
    """The session id in the browser's cookie; empty where there is none."""
    for part in request.headers.get("cookie", "").split(";"):
        name, _, value = part.strip().partition("=")
        if name == _COOKIE:
            return value
    return ""
