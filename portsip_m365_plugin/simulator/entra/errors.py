"""Entra's refusals: a table of AADSTS codes with Microsoft's texts, and their JSON forms.

Source: Microsoft Entra authentication and authorization error codes (2024-04-24) and live answers.
"""

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from portsip_m365_plugin.simulator.exchange import Answer, Request, encode_json

# code: (OAuth error, HTTP status at the token endpoint, text; braces are filled in)
TABLE: dict[int, tuple[str, int, str]] = {
    16000: ("interaction_required", 400, "User account '{0}' does not exist in tenant '{1}'."),
    50011: (
        "invalid_request", 400,
        "The redirect URI '{0}' specified in the request does not match the redirect URIs configured for the "
        "application '{1}'. Make sure the redirect URI sent in the request matches one added to your application.",
    ),
    50012: ("invalid_client", 401, "Authentication failed: the signature of the client assertion cannot be verified."),
    50027: ("invalid_request", 400, "JWT token is invalid or malformed."),
    50034: ("invalid_grant", 400, "The user account '{0}' does not exist in the {1} directory."),
    50048: ("invalid_client", 401, "Subject must match Issuer claim in the client assertion."),
    50057: ("invalid_grant", 400, "The user account is disabled."),
    50058: ("login_required", 400, "A silent sign-in request was sent but no user is signed in."),
    50105: (
        "access_denied", 400,
        "Your administrator has configured the application '{0}' to block users unless they are specifically granted "
        "('assigned') access to the application. The signed in user '{1}' is blocked.",
    ),
    50146: (
        "invalid_request", 400,
        "This application is required to be configured with an application-specific signing key. It is either not "
        "configured with one, or the key has expired or is not yet valid.",
    ),
    50148: ("invalid_grant", 400, "The code_verifier does not match the code_challenge supplied: it is missing."),
    53003: (
        "access_denied", 400,
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    ),
    54005: (
        "invalid_grant", 400,
        "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing "
        "refresh token.",
    ),
    65001: (
        "consent_required", 400,
        "The user or administrator has not consented to use the application with ID '{0}'. Send an interactive "
        "authorization request for this user and resource.",
    ),
    65004: ("access_denied", 400, "User declined to consent to access the app."),
    70000: ("invalid_grant", 400, "The provided authorization code is invalid or malformed."),
    70003: ("unsupported_grant_type", 400, "The app requested an unsupported grant type '{0}'."),
    70008: ("invalid_grant", 400, "The provided authorization code or refresh token has expired due to inactivity."),
    90002: (
        "invalid_tenant", 400,
        "Tenant '{0}' not found. Check to make sure you have the correct tenant ID and are signing into the correct "
        "cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for "
        "the tenant.",
    ),
    90130: ("invalid_request", 400, "Application '{0}' is not supported over the /common or /consumers endpoints."),
    500011: (
        "invalid_resource", 400,
        "The resource principal named {0} was not found in the tenant named {1}. This can happen if the application "
        "has not been installed by the administrator of the tenant or consented to by any user in the tenant.",
    ),
    500112: (
        "invalid_client", 400,
        "The reply address '{0}' does not match the reply address '{1}' provided when requesting Authorization code.",
    ),
    501481: (
        "invalid_grant", 400,
        "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
    ),
    530035: (
        "access_denied", 400,
        "Access has been blocked by security defaults. This is due to the request using legacy auth or being deemed "
        "unsafe by security defaults policies.",
    ),
    700005: ("invalid_grant", 400, "The provided authorization code is intended to be used by another tenant or app."),
    700016: (
        "unauthorized_client", 400,
        "Application with identifier '{0}' was not found in the directory '{1}'. This can happen if the application "
        "has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may "
        "have sent your authentication request to the wrong tenant.",
    ),
    700021: (
        "invalid_client", 401, "Client assertion application identifier doesn't match 'client_id' parameter.",
    ),
    700023: ("invalid_client", 401, "Client assertion audience claim does not match Realm issuer."),
    700024: (
        "invalid_client", 401,
        "Client assertion is not within its valid time range. Current time: {0}, assertion valid from {1}, expiry "
        "time of assertion {2}.",
    ),
    700027: ("invalid_client", 401, "{0}"),
    700054: ("unsupported_response_type", 400, "response_type '{0}' is not enabled for the application."),
    900144: ("invalid_request", 400, "The request body must contain the following parameter: '{0}'."),
    900382: ("invalid_request", 400, "Confidential Client is not supported in Cross Cloud request."),
    900561: ("invalid_request", 405, "The endpoint only accepts POST requests. Received a {0} request."),
    1002012: (
        "invalid_scope", 400,
        "The provided value for scope {0} is not valid. Client credential flows must have a scope value with /.default "
        "suffixed to the resource identifier (application ID URI).",
    ),
    5000224: ("invalid_resource", 400, "We are sorry, this resource is not available."),
    7000112: ("unauthorized_client", 400, "Application '{0}'({0}) is disabled."),
    7000215: (
        "invalid_client", 401,
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not "
        "the client secret ID.",
    ),
    7000218: (
        "invalid_client", 401,
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ),
    7000229: (
        "invalid_client", 401,
        "The client application {0} is missing service principal in the tenant {1}. See instructions here: "
        "https://go.microsoft.com/fwlink/?linkid=2225119",
    ),
}  # fmt: skip


class EntraRefused(Exception):  # noqa: N818  a refusal is Microsoft's answer, not an error of ours
    """Entra refuses with this AADSTS code; ``TABLE`` has the rest."""

    def __init__(self, code: int, *details: str) -> None:
        self.code = code
        self.error, self.status, text = TABLE[code]
        self.message = text.format(*details, *("-" for _ in range(3 - len(details))))
        super().__init__(f"AADSTS{code}: {self.message}")


@dataclass(frozen=True)
class Refusal:
    """A refusal with the request's ids and time."""

    refused: EntraRefused
    trace_id: str
    correlation_id: str
    timestamp: str

    @property
    def description(self) -> str:
        """``error_description`` as Entra writes it."""
        return (
            f"AADSTS{self.refused.code}: {self.refused.message} Trace ID: {self.trace_id} "
            f"Correlation ID: {self.correlation_id} Timestamp: {self.timestamp}"
        )


def describe(refused: EntraRefused, request: Request, now_s: float) -> Refusal:
    """Add this request's ids and the time to a refusal."""
    moment = datetime.fromtimestamp(now_s, timezone.utc).strftime("%Y-%m-%d %H:%M:%SZ")
    return Refusal(refused, request.request_id, request.client_request_id, moment)


def json_refusal(refusal: Refusal, origin: str) -> Answer:
    """The error body of the token endpoint and of discovery."""
    document: dict[str, Any] = {
        "error": refusal.refused.error,
        "error_description": refusal.description,
        "error_codes": [refusal.refused.code],
        "timestamp": refusal.timestamp,
        "trace_id": refusal.trace_id,
        "correlation_id": refusal.correlation_id,
        "error_uri": f"{origin}/error?code={refusal.refused.code}",
    }
    return entra_json(document, refusal.refused.status)


def entra_json(document: Any, status: int = 200) -> Answer:
    """A JSON answer of Entra; it must not be cached."""
    headers = {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"}
    return Answer(status, encode_json(document).encode(), "application/json; charset=utf-8", headers, document)
