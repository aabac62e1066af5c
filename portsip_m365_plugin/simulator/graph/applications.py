"""An app rolls its own keys: addKey and removeKey, each with a proof that it holds a key that is valid now.

Sources: application-addkey, application-removekey, application-rollkey-prooftoken (2024-06-10). That a wrong proof is
answered with a vague 401, and an absent key with a plain 400, was reported by users.
"""

import base64
import binascii
from datetime import datetime, timezone
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from portsip_m365_plugin.simulator.exchange import Answer, Refused, json_answer
from portsip_m365_plugin.simulator.graph.call import Call
from portsip_m365_plugin.simulator.graph.mail import json_body
from portsip_m365_plugin.simulator.world.apps import AppRegistration, UploadedCertificate
from portsip_m365_plugin.simulator.world.clock import graph_time
from portsip_m365_plugin.simulator.world.token_reader import ReadToken, read_token

_PROOF_AUDIENCE = "00000002-0000-0000-c000-000000000000"  # the old directory API's id, not Graph's
_PROOF_LIFE_MAX_S = 600
_SKEW_S = 300.0
_PERMISSIONS = frozenset({"Application.ReadWrite.OwnedBy", "Application.ReadWrite.All", "Directory.ReadWrite.All"})


def add_key(call: Call) -> Answer:
    """POST /applications/{id}/addKey: 200 with the new key credential, whose ``key`` is null."""
    app = _find_app(call)
    body = _read_body(call, {"keyCredential", "passwordCredential", "proof"}, {"keyCredential", "proof"})
    credential = body["keyCredential"]
    call.realm.schema.check_body("keyCredential", credential)
    _check_caller(call, app)
    _check_proof(call, app, body["proof"])
    if credential.get("type") != "AsymmetricX509Cert" or credential.get("usage") != "Verify":
        raise Refused(400, "Request_BadRequest", "New password credential must be generated with service actions.")
    certificate = _read_certificate(credential.get("key"))
    if certificate.not_after_s <= call.realm.clock.time_s():
        raise Refused(400, "KeyCredentialsInvalidEndDate", "Key credential end date is invalid.")
    breach = call.tenant.key_rules.find_breach(certificate)
    if breach:
        raise Refused(400, breach, "Credential is not allowed as per assigned policy.")
    added = call.tenant.add_certificate(app, _pem(credential["key"]))
    return json_answer(
        {
            "@odata.context": call.context("microsoft.graph.keyCredential"),
            "customKeyIdentifier": base64.b64encode(_decode(added.thumbprint_sha1)).decode(),
            "displayName": credential.get("displayName"),
            "endDateTime": graph_time(datetime.fromtimestamp(added.not_after_s, timezone.utc)),
            "key": None,
            "keyId": added.key_id,
            "startDateTime": graph_time(datetime.fromtimestamp(added.not_before_s, timezone.utc)),
            "type": "AsymmetricX509Cert",
            "usage": "Verify",
        }
    )


def remove_key(call: Call) -> Answer:
    """POST /applications/{id}/removeKey: 204."""
    app = _find_app(call)
    body = _read_body(call, {"keyId", "proof"}, {"keyId", "proof"})
    _check_caller(call, app)
    signer = _check_proof(call, app, body["proof"])
    found = next((each for each in app.certificates if each.key_id == str(body["keyId"]).lower()), None)
    if found is None:
        raise Refused(400, "Request_BadRequest", "No credentials found to be removed.")
    if found is signer:
        raise _malformed()  # a key that is being removed cannot prove anything afterwards
    app.certificates.remove(found)
    return Answer(204)


def _find_app(call: Call) -> AppRegistration:
    key = call.params[0]
    found = next((app for app in call.tenant.apps.values() if app.object_id == key.lower()), None)
    if found is None:  # the enterprise application's id is another object's, and so is the client id
        raise Refused(
            404,
            "Request_ResourceNotFound",
            f"Resource '{key}' does not exist or one of its queried reference-property objects are not present.",
        )
    return found


def _read_body(call: Call, known: set[str], needed: set[str]) -> dict[str, Any]:
    body = json_body(call)
    strange = sorted(set(body) - known)
    if strange:
        raise Refused(400, "BadRequest", f"The parameter '{strange[0]}' in the request payload is not a valid one.")
    if "proof" not in body:
        raise _insufficient()
    if not needed <= set(body):
        raise Refused(400, "Request_BadRequest", "A required parameter is missing.")
    return body


def _check_caller(call: Call, app: AppRegistration) -> None:
    """An app needs no permission for its own keys; for another's, or where the tenant is set so, it does."""
    is_own = call.token.app is app and not call.tenant.key_rules.needs_permission
    if not is_own and not call.token.permissions & _PERMISSIONS:
        raise _insufficient()


def _check_proof(call: Call, app: AppRegistration, proof: Any) -> UploadedCertificate:
    """The certificate that signed the proof. Whatever is wrong with it, Graph says the same."""
    now_s = call.realm.clock.time_s()
    try:
        if not isinstance(proof, str) or "=" in proof:
            raise ValueError
        token = read_token(proof)
    except ValueError:
        raise _malformed() from None
    if not _are_claims_right(token, app, now_s):
        raise _malformed()
    named = str(token.header.get("x5t", ""))
    for certificate in app.certificates:
        is_valid = certificate.not_before_s <= now_s < certificate.not_after_s
        if certificate.thumbprint_sha1 == named and is_valid and token.is_signed_by(certificate.public_key):
            return certificate
    raise _malformed()


def _are_claims_right(token: ReadToken, app: AppRegistration, now_s: float) -> bool:
    claims = token.claims
    begins, ends = claims.get("nbf"), claims.get("exp")
    if token.header.get("alg") != "RS256" or not isinstance(begins, int) or not isinstance(ends, int):
        return False
    in_time = begins - _SKEW_S <= now_s < ends and ends - begins <= _PROOF_LIFE_MAX_S
    return in_time and claims.get("aud") == _PROOF_AUDIENCE and claims.get("iss") == app.object_id


def _read_certificate(key: Any) -> UploadedCertificate:
    try:
        return UploadedCertificate.from_pem(_pem(key))
    except (ValueError, TypeError, binascii.Error):
        raise Refused(400, "Request_BadRequest", "Key credential must have a valid value.") from None


def _pem(key: Any) -> str:
    der = base64.b64decode(key, validate=True)
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode()


def _decode(unpadded: str) -> bytes:
    return base64.urlsafe_b64decode(unpadded + "=" * (-len(unpadded) % 4))


def _malformed() -> Refused:
    return Refused(401, "Authentication_MissingOrMalformed", "Access Token missing or malformed.")


def _insufficient() -> Refused:
    return Refused(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
