"""A tiny plugin that uses every hook. The tests install it as a distribution."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta

from pbx_plugin_api import (
    Action,
    ActionOutcome,
    ActionRequest,
    Counts,
    CreateUser,
    DeliveryReceipt,
    DeliveryStatus,
    Done,
    DraftUser,
    Field,
    FieldError,
    Host,
    LoginFlow,
    LoginOutcome,
    LoginProvider,
    LoginRedirect,
    LoginRefused,
    LoginRequest,
    Notification,
    NotificationKind,
    PasswordPolicy,
    PlanRef,
    Provisioned,
    ProvisionOutcome,
    ProvisionRefused,
    ProvisionRequest,
    Refused,
    ResponseMode,
    SaveConflict,
    Saved,
    SaveOutcome,
    SaveRefused,
    SettingsPage,
    SignedIn,
    Started,
    Tab,
    Tenant,
    Tick,
    TickReport,
    TickStatus,
    UserLink,
    VersionConflictError,
    Viewer,
    hookimpl,
)

PBX_API_VERSION = (2, 0)
GREETING = "Hello"


@hookimpl
def on_settings_page(host: Host, tenant: Tenant, viewer: Viewer) -> SettingsPage | None:
    stored = host.settings.read()

    def save(values: Mapping[str, str], expected_version: int) -> SaveOutcome:
        if values.get("greeting") == "":
            return SaveRefused(errors=(FieldError(field="greeting", message="Type a greeting."),))
        try:
            new = host.settings.write({**stored.values, **values}, expected_version=expected_version)
        except VersionConflictError as conflict:
            return SaveConflict(current_version=conflict.current_version)
        return Saved(version=new.version)

    def run(request: ActionRequest) -> ActionOutcome:
        if request.action == "greet":
            return Done(message=f"{stored.values.get('greeting', GREETING)}, {request.viewer or viewer.username}!")
        if request.action == "import":
            return Started(job="import", message="The import has begun.")
        return Refused(message="There is no such action.")

    tab = Tab(
        name="main",
        label="Main",
        fields=(Field(name="greeting", label="Greeting", value=str(stored.values.get("greeting", GREETING))),),
        actions=(
            Action(name="greet", label="Greet"),
            Action(name="import", label="Import"),
            Action(name="sing", label="Sing", enabled=False, why_disabled="It has no voice."),
        ),
    )
    return SettingsPage(title="Sample", version=stored.version, tabs=(tab,), save=save, run=run)


@hookimpl
def on_login_providers(host: Host, tenant: Tenant) -> Sequence[LoginProvider] | None:
    def begin(request: LoginRequest) -> LoginRedirect | LoginRefused:
        if request.origin not in host.web_origins.all():
            return LoginRefused(sentence="Sign in at the PBX itself.", reason="foreign_origin")
        flow = LoginFlow(
            state=secrets.token_urlsafe(24),
            provider_id="sample",
            redirect_uri=f"{request.origin}/callback",
            response_mode=ResponseMode.QUERY,
            expires_at_utc=host.clock.now_utc() + timedelta(minutes=10),
            secrets={"code": secrets.token_urlsafe(24)},
        )
        return LoginRedirect(url=f"https://idp.example/authorize?state={flow.state}", flow=flow)

    def complete(flow: LoginFlow, params: Mapping[str, str]) -> LoginOutcome:
        if params.get("code") != flow.secrets["code"]:
            return LoginRefused(sentence="You were not signed in. Try again.", reason="wrong_code")
        return SignedIn(link=_link("ada"), display_name="Ada", session_hint="s1")

    return [
        LoginProvider(
            id="sample",
            label="Sample",
            icon="key",
            password_policy=PasswordPolicy.ALLOWED,
            begin=begin,
            complete=complete,
            sign_out=lambda uri, hint: f"https://idp.example/logout?hint={hint}&uri={uri}",
        )
    ]


@hookimpl
def on_nightly_tick(host: Host, tenant: Tenant, tick: Tick) -> TickReport | None:
    results = host.users.apply([CreateUser(draft=_draft("ada"))])
    created = sum(result.status == "applied" for result in results)
    counts = Counts(created=created, unchanged=1 - created)
    approve = ActionRequest(action="approve", values={"checksum": "c1"})
    plan = PlanRef(
        checksum="c1",
        made_at_utc=host.clock.now_utc(),
        counts=counts,
        guarded=1,
        why="The first plan.",
        approve=approve,
    )
    return TickReport(status=TickStatus.DONE, message=tick.job or "", counts=counts, plan=plan)


@hookimpl
def on_send_notification(host: Host, tenant: Tenant, notification: Notification) -> DeliveryReceipt | None:
    if notification.kind is not NotificationKind.TEST:
        return None
    return DeliveryReceipt(status=DeliveryStatus.ACCEPTED, detail=notification.notification_id)


@hookimpl
def on_user_provision(host: Host, tenant: Tenant, request: ProvisionRequest) -> ProvisionOutcome | None:
    if request.typed == "ada@contoso.example":
        return Provisioned(draft=_draft("ada"))
    return ProvisionRefused(reason="not_found", sentence="Nobody of that name is in the directory.")


def _link(name: str) -> UserLink:
    return UserLink(authority="sample", subject=name)


def _draft(name: str) -> DraftUser:
    return DraftUser(link=_link(name), usernames=(name,), display_name=name.title())
