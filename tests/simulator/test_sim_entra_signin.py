"""The authorize page and the code: what is sent back, what is shown, what is refused; then keys, consent, sign-out."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
import requests

from tests.conftest import MakeLab
from tests.support.lab import Lab
from tests.support.sim_client import REDIRECT, VERIFIER, Client, Forms, random_guid


@pytest.fixture
def client(lab: Lab) -> Client:
    client = Client(lab)
    lab.register(redirect_uris=(REDIRECT,))
    return client


@pytest.fixture
def someone(client: Client) -> Any:
    return next(person for person in client.lab.tenant().directory.order if person.kind == "ordinary")


def code_of(answer: requests.Response) -> int:
    return int(answer.json()["error_codes"][0])


def sent_back(fields: dict[str, str]) -> tuple[str, str]:
    return fields["error"], fields["error_description"].split(":")[0]


def discovery(client: Client) -> dict[str, Any]:
    url = f"{client.origin}/{client.lab.tenant().id}/v2.0/.well-known/openid-configuration"
    return dict(client.http.get(url).json())


def read_id_token(client: Client, token: str) -> dict[str, Any]:
    keys = jwt.PyJWKSet.from_dict(client.http.get(discovery(client)["jwks_uri"]).json())
    kid = jwt.get_unverified_header(token)["kid"]
    return dict(jwt.decode(token, keys[kid].key, algorithms=["RS256"], audience=client.app.client_id))


def test_a_person_signs_in(client: Client, someone: Any) -> None:
    upn = someone.props["userPrincipalName"]
    back = client.sign_in(upn)
    assert back["state"] == "s-1"
    answer = client.redeem(back["code"])
    assert answer.status_code == 200, answer.text
    claims = read_id_token(client, answer.json()["id_token"])
    tenant = client.lab.tenant().id
    assert claims["iss"] == f"{client.origin}/{tenant}/v2.0" == discovery(client)["issuer"]
    assert (claims["tid"], claims["oid"], claims["nonce"], claims["ver"]) == (tenant, someone.id, "n-1", "2.0")
    assert (claims["preferred_username"], claims["name"]) == (upn, someone.props["displayName"])
    assert "email" not in claims
    assert claims["sub"] != someone.id


def test_without_the_scope_profile_there_is_no_object_id(client: Client, someone: Any) -> None:
    back = client.sign_in(someone.props["userPrincipalName"], scope="openid email")
    claims = read_id_token(client, client.redeem(back["code"]).json()["id_token"])
    assert "oid" not in claims
    assert "preferred_username" not in claims
    assert claims["email"] == someone.props["mail"]


def test_form_post_carries_the_code_across_sites(client: Client, someone: Any) -> None:
    url = client.authorize_url(response_mode="form_post")
    page = client.http.post(url, {"loginfmt": someone.props["userPrincipalName"]})
    forms = Forms(page.text)
    assert forms.actions == [REDIRECT]
    assert forms.fields["state"] == "s-1"
    assert client.redeem(forms.fields["code"]).status_code == 200


def test_a_guest_signs_in_with_the_address_of_home(client: Client) -> None:
    guest = next(person for person in client.lab.tenant().directory.order if person.kind == "guest")
    back = client.sign_in(guest.props["mail"])
    claims = read_id_token(client, client.redeem(back["code"]).json()["id_token"])
    assert claims["oid"] == guest.id
    assert claims["idp"].startswith("https://sts.windows.net/")


def test_a_code_is_redeemed_once(client: Client, someone: Any) -> None:
    code = client.sign_in(someone.props["userPrincipalName"])["code"]
    assert client.redeem(code).status_code == 200
    answer = client.redeem(code)
    assert (answer.status_code, answer.json()["error"], code_of(answer)) == (400, "invalid_grant", 54005)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"code_verifier": "w" * 43}, 501481),
        ({"code_verifier": None}, 50148),
        ({"redirect_uri": REDIRECT + "/"}, 500112),
        ({"redirect_uri": None}, 500112),
        ({"code": "0.invented"}, 70000),
        ({"code": None}, 900144),
        ({"client_assertion": None}, 7000218),
    ],
)
def test_a_redemption_that_is_wrong(client: Client, someone: Any, form: dict[str, Any], code: int) -> None:
    back = client.sign_in(someone.props["userPrincipalName"])
    assert code_of(client.redeem(**{"code": back["code"]} | form)) == code
    assert client.redeem(back["code"]).status_code == 200  # a failed attempt did not use up the code


def test_a_code_of_another_app_and_an_old_one(client: Client, someone: Any) -> None:
    code = client.sign_in(someone.props["userPrincipalName"])["code"]
    client.lab.realm().clock.shift(601)
    pair_time = int(client.lab.realm().clock.time_s())
    from tests.support.sim_client import make_assertion

    assertion = make_assertion(
        client.app.client_id, client.token_url, nbf=pair_time, iat=pair_time, exp=pair_time + 300
    )
    assert code_of(client.redeem(code, client_assertion=assertion)) == 70008
    client.lab.realm().clock.shift(-601)
    mine = client.lab.apps.pop("GLOBAL")
    other = client.lab.register(redirect_uris=(REDIRECT,))
    assert other is not mine
    assert code_of(client.redeem(code)) == 700005


@pytest.mark.parametrize("target", [REDIRECT + "/", REDIRECT + "?x=1", REDIRECT.upper(), "https://evil.example/", None])
def test_nothing_is_sent_to_an_address_that_is_not_registered(client: Client, target: str | None) -> None:
    answer = client.http.get(client.authorize_url(redirect_uri=target), allow_redirects=False)
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert "AADSTS50011" in answer.text


def test_an_unknown_app_and_an_unknown_tenant_are_shown_not_sent(client: Client) -> None:
    answer = client.http.get(client.authorize_url(client_id=random_guid()), allow_redirects=False)
    assert "AADSTS700016" in answer.text
    url = client.authorize_url().replace(client.lab.tenant().id, random_guid())
    assert "AADSTS90002" in client.http.get(url, allow_redirects=False).text


def test_the_app_is_told_what_went_wrong(client: Client, someone: Any) -> None:
    upn = someone.props["userPrincipalName"]
    assert sent_back(client.sign_in(upn, response_type="id_token")) == ("unsupported_response_type", "AADSTS700054")
    assert sent_back(client.sign_in(upn, scope="User.Read")) == ("invalid_request", "AADSTS900144")
    cancelled = client.sign_in(None)
    assert sent_back(cancelled) == ("access_denied", "AADSTS65004")
    assert cancelled["error_subcode"] == "cancel"
    assert cancelled["state"] == "s-1"
    client.app.assignment_required = True
    assert sent_back(client.sign_in(upn)) == ("access_denied", "AADSTS50105")
    client.app.assigned.add(someone.id)
    assert "code" in client.sign_in(upn)
    client.lab.tenant().blocked_by_policy = True
    assert sent_back(client.sign_in(upn)) == ("access_denied", "AADSTS53003")


def test_a_person_who_cannot_sign_in_stays_on_the_page(client: Client) -> None:
    disabled = next(each for each in client.lab.tenant().directory.order if each.kind == "disabled")
    page = client.http.post(client.authorize_url(), {"loginfmt": disabled.props["userPrincipalName"]})
    assert page.status_code == 200
    assert "AADSTS50057" in page.text
    page = client.http.post(client.authorize_url(), {"loginfmt": "nobody@contoso.onmicrosoft.com"})
    assert "AADSTS50034" in page.text


def test_without_consent_a_person_is_told_to_ask_an_admin(client: Client, someone: Any) -> None:
    client.app.consent_given = False
    page = client.http.post(client.authorize_url(), {"loginfmt": someone.props["userPrincipalName"]})
    assert "Need admin approval" in page.text
    assert sent_back(client.sign_in(None)) == ("access_denied", "AADSTS65004")


def test_a_session_of_the_browser_spares_the_page(client: Client, someone: Any) -> None:
    silent = client.http.get(client.authorize_url(prompt="none"), allow_redirects=False)
    fields = dict(parse_qsl(urlsplit(silent.headers["Location"]).query))
    assert sent_back(fields) == ("login_required", "AADSTS50058")
    client.sign_in(someone.props["userPrincipalName"])  # the cookie is in the session now
    for prompt in ("none", None):
        again = client.http.get(client.authorize_url(prompt=prompt), allow_redirects=False)
        assert "code=" in again.headers["Location"]
    for prompt in ("login", "select_account"):
        page = client.http.get(client.authorize_url(prompt=prompt), allow_redirects=False)
        assert page.status_code == 200
        assert "i0116" in page.text
    someone_props = client.lab.tenant().directory
    someone_props.patch(someone, {"accountEnabled": False})
    gone = client.http.get(client.authorize_url(prompt="none"), allow_redirects=False)
    assert "login_required" in gone.headers["Location"]


def test_the_page_offers_names_and_takes_a_hint(client: Client) -> None:
    page = client.http.get(client.authorize_url(login_hint='o"brien@contoso.onmicrosoft.com'))
    assert Forms(page.text).fields["loginfmt"] == 'o"brien@contoso.onmicrosoft.com'
    assert page.text.count('name="loginfmt" value=') > 3


def test_sign_out_returns_only_to_a_registered_address(client: Client, someone: Any) -> None:
    client.sign_in(someone.props["userPrincipalName"])
    url = f"{client.origin}/{client.lab.tenant().id}/oauth2/v2.0/logout"
    answer = client.http.get(url, params={"post_logout_redirect_uri": REDIRECT, "state": "x"}, allow_redirects=False)
    assert answer.headers["Location"] == REDIRECT + "?state=x"
    silent = client.http.get(client.authorize_url(prompt="none"), allow_redirects=False)
    assert "login_required" in silent.headers["Location"]
    answer = client.http.get(url, params={"post_logout_redirect_uri": "https://evil.example/"}, allow_redirects=False)
    assert answer.status_code == 200
    assert "evil" not in answer.text


@pytest.mark.parametrize("path", ["adminconsent", "v2.0/adminconsent"])
def test_admin_consent(client: Client, path: str) -> None:
    client.app.consent_given = False
    url = f"{client.origin}/{client.lab.tenant().id}/{path}"
    asked = {"client_id": client.app.client_id, "redirect_uri": REDIRECT, "state": "s"}
    if "v2.0" in path:
        assert "AADSTS900144" in client.http.get(url, params=asked).text
        asked["scope"] = f"{client.origin}/.default"
    assert "Contacts.Read" in client.http.get(url, params=asked).text
    back = client.http.post(url, {"cancel": "1"}, params=asked, allow_redirects=False)
    assert "error=access_denied" in back.headers["Location"]
    assert not client.app.consent_given
    back = client.http.post(url, {"accept": "1"}, params=asked, allow_redirects=False)
    fields = dict(parse_qsl(urlsplit(back.headers["Location"]).query))
    assert (fields["admin_consent"], fields["tenant"], fields["state"]) == ("True", client.lab.tenant().id, "s")
    assert client.app.consent_given
    asked["redirect_uri"] = "https://evil.example/"
    assert "AADSTS50011" in client.http.get(url, params=asked).text


def test_admin_consent_creates_the_enterprise_application(client: Client) -> None:
    """Declining creates nothing; an application that is disabled gets no page."""
    client.app.has_enterprise_app = False
    url = f"{client.origin}/{client.lab.tenant().id}/adminconsent"
    asked = {"client_id": client.app.client_id, "redirect_uri": REDIRECT, "state": "s"}
    client.http.post(url, params=asked, data={"cancel": "1"}, allow_redirects=False)
    assert not client.app.has_enterprise_app
    client.http.post(url, params=asked, data={"accept": "1"}, allow_redirects=False)
    assert client.app.has_enterprise_app
    client.app.enabled = False
    assert "AADSTS7000112" in client.http.get(url, params=asked).text


def test_discovery_is_the_tenants_own(client: Client) -> None:
    document = discovery(client)
    tenant = client.lab.tenant().id
    assert document["token_endpoint"] == client.token_url
    assert document["jwks_uri"] == f"{client.origin}/{tenant}/discovery/v2.0/keys"
    assert document["authorization_endpoint"].startswith("http://127.0.0.1:")  # for a browser on this machine
    by_domain = f"{client.origin}/{client.lab.tenant().domain}/v2.0/.well-known/openid-configuration"
    assert client.http.get(by_domain).json() == document
    common = client.http.get(f"{client.origin}/common/v2.0/.well-known/openid-configuration").json()
    assert common["issuer"] == client.origin + "/{tenantid}/v2.0"
    unknown = client.http.get(f"{client.origin}/{random_guid()}/v2.0/.well-known/openid-configuration")
    assert (unknown.status_code, unknown.json()["error"], code_of(unknown)) == (400, "invalid_tenant", 90002)


def test_under_microsofts_own_name_every_address_is_microsofts(client: Client) -> None:
    url = f"{client.origin}/{client.lab.tenant().id}/v2.0/.well-known/openid-configuration"
    document = client.http.get(url, headers={"Host": "login.microsoftonline.com"}).json()
    root = f"https://login.microsoftonline.com/{client.lab.tenant().id}"
    assert document["authorization_endpoint"] == f"{root}/oauth2/v2.0/authorize"
    assert document["issuer"] == f"{root}/v2.0"
    assert document["msgraph_host"] == "graph.microsoft.com"


def test_a_directory_of_another_cloud_is_unknown_here(make_lab: MakeLab) -> None:
    """Discovery speaks of no other cloud; the token endpoint does."""
    lab = make_lab(clouds=("GLOBAL", "CHINA", "USGOV"))
    http = requests.Session()
    http.verify = str(lab.sim.ca_path)
    for cloud in lab.sim.clouds:
        for other in lab.sim.clouds:
            for name in (lab.tenant(other).id, lab.tenant(other).domain):
                answer = http.get(f"{lab.sim.origin(cloud)}/{name}/v2.0/.well-known/openid-configuration", timeout=5)
                assert answer.status_code == (200 if cloud == other else 400)
                assert cloud == other or code_of(answer) == 90002
    http.close()


@pytest.mark.parametrize(
    ("cloud", "sub_scope", "here", "by_name"),
    [
        ("GLOBAL", "", "127.0.0.1", "graph.microsoft.com"),
        ("GLOBAL", "GCC", "127.0.0.1", "graph.microsoft.com"),
        ("USGOV", "DODCON", "127.0.0.1", "graph.microsoft.us"),
        ("USGOV", "DOD", "localhost", "dod-graph.microsoft.us"),
    ],
)
def test_discovery_names_the_graph_of_the_directorys_programme(
    make_lab: MakeLab, cloud: str, sub_scope: str, here: str, by_name: str
) -> None:
    """GCC has the hosts of GLOBAL. GCC High and DoD share Entra and have a Graph each."""
    lab = make_lab(clouds=(cloud,))
    lab.tenant(cloud).region_sub_scope = sub_scope
    http = requests.Session()
    http.verify = str(lab.sim.ca_path)
    url = f"{lab.sim.origin(cloud)}/{lab.tenant(cloud).id}/v2.0/.well-known/openid-configuration"
    document = http.get(url, timeout=5).json()
    assert document["msgraph_host"].partition(":")[0] == here
    assert document.get("tenant_region_sub_scope", "") == sub_scope
    named = http.get(url, headers={"Host": "login.microsoftonline.us"}, timeout=5).json()
    assert named["msgraph_host"] == by_name
    http.close()


def test_the_browsers_port_serves_pages_and_nothing_of_graph(client: Client, someone: Any) -> None:
    authorize = discovery(client)["authorization_endpoint"]
    query = urlsplit(client.authorize_url()).query
    page = requests.post(
        f"{authorize}?{query}", {"loginfmt": someone.props["userPrincipalName"]}, allow_redirects=False, timeout=5
    )
    code = dict(parse_qsl(urlsplit(page.headers["Location"]).query))["code"]
    assert client.redeem(code).status_code == 200
    plain = authorize.split("/", 3)
    assert requests.get(f"{plain[0]}//{plain[2]}/v1.0/users", timeout=5).status_code == 404


def test_signing_keys_roll(client: Client, someone: Any) -> None:
    upn = someone.props["userPrincipalName"]
    before = client.redeem(client.sign_in(upn)["code"]).json()["id_token"]
    client.lab.realm().signing_keys.roll()
    after = client.redeem(client.sign_in(upn)["code"]).json()["id_token"]
    assert jwt.get_unverified_header(before)["kid"] != jwt.get_unverified_header(after)["kid"]
    assert read_id_token(client, before)["oid"] == read_id_token(client, after)["oid"]
    client.lab.realm().signing_keys.roll(keep_old=False)
    with pytest.raises(KeyError):
        read_id_token(client, before)


def test_claims_can_be_falsified_on_order(client: Client, someone: Any) -> None:
    client.lab.tenant().id_token_changes["tid"] = "9188040d-6c67-4c5b-b112-36a304b66dad"
    token = client.redeem(client.sign_in(someone.props["userPrincipalName"])["code"]).json()["id_token"]
    assert read_id_token(client, token)["tid"] == "9188040d-6c67-4c5b-b112-36a304b66dad"
    assert len(VERIFIER) == 43
