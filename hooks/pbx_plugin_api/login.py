"""Signing in with an account of another system: what the host asks a provider, and what the provider answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from pbx_plugin_api import rules
from pbx_plugin_api.users import UserLink

__all__ = [
    "LoginClient",
    "LoginFlow",
    "LoginOutcome",
    "LoginProvider",
    "LoginRedirect",
    "LoginRefused",
    "LoginRequest",
    "PasswordPolicy",
    "ResponseMode",
    "SignedIn",
]


class LoginClient(StrEnum):
    """What the person signs in to."""

    WEB = "web"
    """The web portal or the WebRTC client, in a browser."""
    NATIVE = "native"
    """The PortSIP ONE app, through the system browser."""


class ResponseMode(StrEnum):
    """How the provider's answer comes back (OAuth 2.0 Multiple Response Types and Form Post Response Mode)."""

    QUERY = "query"
    FORM_POST = "form_post"


class PasswordPolicy(StrEnum):
    """Whether the linked users whom a provider admits may still sign in with a PBX password. Administrators may."""

    ALLOWED = "allowed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRequest:
    """A click on a provider's button."""

    origin: str
    """The web origin of the page: one that the host has configured, never taken from a header of the request."""
    client: LoginClient = LoginClient.WEB
    login_hint: str | None = None
    return_to: str = "/"
    """The path of the portal to open afterwards. The host has checked it."""
    other_account: bool = False
    """The person wants to choose another account than the one that the provider would take by itself."""
    is_test: bool = False
    """An administrator tries the provider out (`LoginTest`): nobody gets a session from it."""

    def __post_init__(self) -> None:
        rules.check_origin("origin", self.origin)
        rules.check_optional_text("login_hint", self.login_hint, max_chars=320)
        rules.check_text("return_to", self.return_to, min_chars=1, max_chars=2048)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginFlow:
    """A sign-in that has begun. The host keeps it for the browser that began, and hands it out once, by its `state`.

    A host may seal it and let the browser keep it, as the reference host does: as JSON it has at most 2 KB besides what
    `LoginRequest` brought. Frozen data; survives JSON. Its secrets never appear in `repr` or in a log.
    """

    state: str
    provider_id: str
    redirect_uri: str
    response_mode: ResponseMode
    expires_at_utc: datetime
    client: LoginClient = LoginClient.WEB
    return_to: str = "/"
    is_test: bool = False
    """See `LoginRequest.is_test`. `SignedIn` then means that the provider works for this person, and no more."""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What the provider needs to finish, such as code verifier and nonce. The host does not interpret it."""

    def __post_init__(self) -> None:
        rules.check_text("state", self.state, min_chars=22, max_chars=256)
        rules.check_key("provider_id", self.provider_id)
        rules.check_utc("expires_at_utc", self.expires_at_utc)
        object.__setattr__(self, "secrets", rules.freeze_mapping(self.secrets))


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRedirect:
    """Where to send the browser, and the flow to keep until it comes back."""

    url: str
    flow: LoginFlow


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRefused:
    """Nobody is signed in."""

    sentence: str
    """For the person: short; says what to do or who can help. Contains nothing from the request."""
    reason: str
    """For the audit log: a machine word, such as `nonce_mismatch` or `not_assigned`."""
    detail: str = ""
    """For the audit log: what happened exactly, with the provider's ids."""
    may_use_another_account: bool = False
    """The refusal is about who the person is: the host offers a next try with `LoginRequest.other_account`."""

    def __post_init__(self) -> None:
        rules.check_key("reason", self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """The provider has identified this person. The host finds the user by the link alone and makes the session."""

    link: UserLink
    display_name: str = ""
    login_name: str = ""
    """How the person signs in at the source. Display text only; users are never found by it."""
    may_create: bool = False
    """The tenant allows a first sign-in to create the user. The host then calls `on_user_provision`."""
    may_be_administrator: bool = False
    """The tenant lets administrators of the PBX sign in with the provider: the host first looks for one who has linked
    this account."""
    refusal_as_user: LoginRefused | None = None
    """Why the person may not sign in as a user; None if they may. Set only with `may_be_administrator`."""
    session_hint: str = ""
    """Stored with the session and given to `sign_out`: the provider's `login_hint` or `sid`."""


LoginOutcome: TypeAlias = SignedIn | LoginRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginProvider:
    """A way to sign in. It is valid only within the call that made it. Making it needs no network call."""

    id: str
    label: str
    icon: str
    """Name of an icon that the host has. A host shows a lock for a name it does not know."""
    password_policy: PasswordPolicy
    begin: Callable[[LoginRequest], LoginRedirect | LoginRefused]
    complete: Callable[[LoginFlow, Mapping[str, str]], LoginOutcome]
    """`complete(flow, params)`: params are those of the callback; each occurs once, and the host limits their size."""
    sign_out: Callable[[str, str], str | None]
    """`sign_out(post_logout_redirect_uri, session_hint)` returns the provider's sign-out address, or None."""
    admits: Callable[[UserLink], bool] | None = None
    """`admits(link)`: whether the administrator lets this person use the provider. None: everybody may. No network.

    `password_policy` is for these people only: nobody is refused both ways."""
    for_administrators: bool = False
    """See `SignedIn.may_be_administrator`. Administrators keep their passwords."""

    def __post_init__(self) -> None:
        rules.check_key("id", self.id)
        rules.check_text("label", self.label, min_chars=1, max_chars=64)
