"""A plugin that answers as a script says. With it the tests of the portal do not depend on the real plugin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

from pbx_plugin_api import (
    Action,
    ActionRequest,
    AddPerson,
    Chart,
    Choice,
    Done,
    Download,
    DraftUser,
    Fact,
    Field,
    FieldError,
    FieldKind,
    HostPart,
    Landing,
    LoginFlow,
    LoginOutcome,
    LoginProvider,
    LoginRedirect,
    LoginRefused,
    LoginRequest,
    LoginTest,
    LookUpRequest,
    LookUpResult,
    PasswordPolicy,
    Problem,
    Provisioned,
    ProvisionRequest,
    Refused,
    ResponseMode,
    SaveConflict,
    Saved,
    SaveRefused,
    SettingsPage,
    Severity,
    SignedIn,
    Started,
    Step,
    Tab,
    Table,
    Tick,
    TickReport,
    TickStatus,
    UserLink,
    hookimpl,
)
from pbx_plugin_api.hosting.discovery import FoundPlugin, PluginStatus
from pbx_plugin_api.hosting.manager import PluginHost
from tests.support.portal_world import World

TENANT_GUID = "11111111-2222-4333-8444-555555555555"
EVIL = "<script>alert('x')</script>"


def link(n: int) -> UserLink:
    return UserLink(authority=TENANT_GUID, subject=f"aaaaaaaa-0000-4000-8000-{n:012}")


def draft(n: int, **changes: Any) -> DraftUser:
    known = {"link": link(n), "usernames": (f"person{n}",), "display_name": f"Person {n}", "email": f"p{n}@x.example"}
    return DraftUser(**{**known, **changes})


@dataclass
class Script:
    """What the plugin does. Tests change it."""

    mode: ResponseMode = ResponseMode.FORM_POST
    password_policy: PasswordPolicy = PasswordPolicy.ALLOWED
    admits: Callable[[UserLink], bool] | None = None
    for_administrators: bool = False
    may_create: bool = False
    provisioned: Any = None
    url: str = "https://idp.example/authorize"
    begin: Callable[[LoginRequest], Any] | None = None
    complete: Callable[[LoginFlow, Mapping[str, str]], Any] | None = None
    sign_out_url: str | None = "https://idp.example/logout"
    offers_login: bool = True
    raises: str = ""
    """The name of the hook that raises."""
    values: dict[str, str] = field(default_factory=lambda: {"name": "Old", "note": "", "level": "low", "on": "true"})
    version: int = 3
    steps: tuple[Step, ...] = ()
    charts: tuple[Chart, ...] = ()
    host_parts: tuple[HostPart, ...] = ()
    errors: tuple[FieldError, ...] = ()
    tick: Callable[[Any, Tick], TickReport] | None = None
    begun: list[LoginRequest] = field(default_factory=list)
    completed: list[Mapping[str, str]] = field(default_factory=list)
    pressed: list[ActionRequest] = field(default_factory=list)
    looked_up: list[LookUpRequest] = field(default_factory=list)
    landed: list[Landing] = field(default_factory=list)
    lands: Any = field(default_factory=lambda: Done(message=f"Consent is here {EVIL}."))
    """What a browser gets that comes back from outside."""
    found: Any = field(default_factory=LookUpResult)
    """What a lookup finds."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What its machine words mean."""
    has_page: bool = True
    asks: Callable[[ActionRequest], Any] = lambda _request: None
    """The question before a button."""

    def install(self, world: World, *, status: PluginStatus = PluginStatus.LOADED, reason: str = "") -> World:
        """Replace all plugins by this one, with the name `m365`."""
        found = FoundPlugin(
            name="m365",
            distribution="scripted",
            version="1.2.3",
            status=status,
            reason=reason,
            module=_module(self) if status is PluginStatus.LOADED else None,
        )
        stores = world.pbx.stores
        world.pbx._plugins = PluginHost(world.pbx, switches=stores.switches, find=lambda: iter([found]))
        return world

    # ------------------------------------------------------------------ signing in

    def provider(self) -> LoginProvider:
        return LoginProvider(
            id="ms365",
            label="Sign in with Microsoft",
            icon="microsoft",
            password_policy=self.password_policy,
            admits=self.admits,
            for_administrators=self.for_administrators,
            begin=self._begin,
            complete=self._complete,
            sign_out=lambda back, hint: (
                self.sign_out_url and f"{self.sign_out_url}?{urlencode({'to': back, 'h': hint})}"
            ),
        )

    def _begin(self, request: LoginRequest) -> Any:
        self.begun.append(request)
        if self.begin is not None:
            return self.begin(request)
        state = f"state-{len(self.begun):06}-{'x' * 22}"
        flow = LoginFlow(
            state=state,
            provider_id="ms365",
            redirect_uri=f"{request.origin}/ms365/callback",
            response_mode=self.mode,
            expires_at_utc=datetime.now(timezone.utc) + timedelta(minutes=10),
            client=request.client,
            return_to=request.return_to,
            is_test=request.is_test,
            secrets={"n": "1"},
        )
        return LoginRedirect(url=f"{self.url}?state={state}", flow=flow)

    def _complete(self, flow: LoginFlow, params: Mapping[str, str]) -> LoginOutcome:
        self.completed.append(params)
        if self.complete is not None:
            outcome: LoginOutcome = self.complete(flow, params)
            return outcome
        n = params.get("code", "")
        if not n.isdecimal():
            return LoginRefused(sentence="Microsoft did not sign you in.", reason="no_code", detail="trace 77aa")
        return SignedIn(
            link=link(int(n)),
            login_name=f"person{n}@x.example",
            may_create=self.may_create,
            may_be_administrator=self.for_administrators,
            session_hint="h1",
        )

    # ------------------------------------------------------------------ the page

    def page(self) -> SettingsPage:
        values = self.values
        fields = (
            Field(name="name", label="Name", value=values["name"], required=True, help=EVIL),
            Field(name="note", label="Note", kind=FieldKind.LONG_TEXT, value=values["note"], lookup="people"),
            Field(
                name="level",
                label="Level",
                kind=FieldKind.CHOICE,
                value=values["level"],
                choices=(Choice(value="low", label="Low"), Choice(value="high", label="High")),
            ),
            Field(name="on", label="Switched on", kind=FieldKind.TOGGLE, value=values["on"]),
            Field(name="fixed", label="Fixed", value="7", read_only=True, why_read_only="Settled at installation."),
        )
        facts = (
            Fact(label="Address", value=EVIL, copyable=True),
            Fact(label="State", value="good", severity=Severity.GOOD),
        )
        actions = (
            Action(name="ping", label="Ping", parameters=(Field(name="who", label="Whom"),)),
            Action(name="add", label="Add", parameters=(Field(name="who", label="Whom"),)),
            Action(name="wipe", label="Wipe", confirm="Really wipe?", danger=True),
            Action(name="key", label="Get key"),
            Action(name="long", label="Long work"),
            Action(name="try", label="Try"),
            Action(name="off", label="Off", enabled=False, why_disabled="Not now."),
            Action(name="agree", label="Agree", parameters=(_hidden("sum", "abc"), _hidden("of", "people"))),
        )
        tables = (Table(title="Rows", columns=("A", "B"), rows=((EVIL, "2"),)),)
        other = Tab(name="other", label="OTHER", fields=(Field(name="elsewhere", label="Elsewhere", value="e"),))
        main = Tab(
            name="main",
            label="MAIN",
            intro="About.",
            steps=self.steps,
            fields=fields,
            facts=facts,
            tables=tables,
            actions=actions,
            charts=self.charts,
            host_parts=self.host_parts,
        )
        return SettingsPage(
            title="Scripted",
            version=self.version,
            tabs=(main, other),
            save=self._save,
            run=self._run,
            look_up=self._look_up,
            land=self._land,
            confirm=self.asks,
        )

    def _save(self, values: Mapping[str, str], expected_version: int) -> Any:
        if expected_version != self.version:
            return SaveConflict(current_version=self.version)
        if self.errors:
            return SaveRefused(errors=self.errors)
        self.values |= values
        self.version += 1
        return Saved(version=self.version, message="Stored.")

    def _look_up(self, request: LookUpRequest) -> Any:
        self.looked_up.append(request)
        return self.found

    def _land(self, landing: Landing) -> Any:
        self.landed.append(landing)
        if self.raises == "land":
            raise RuntimeError("scripted to fail")
        return self.lands

    def _run(self, request: ActionRequest) -> Any:
        self.pressed.append(request)
        answers: dict[str, Any] = {
            "ping": Done(
                message=f"Pong to {request.values.get('who')}.",
                facts=(Fact(label="Took", value="3 ms"),),
                tables=(Table(title="Hops", columns=("Hop",), rows=(("one",),)),),
            ),
            "wipe": Refused(message="It cannot be wiped.", remedy="Unplug it."),
            "key": Download(filename="clé.pem", content=b"-----", content_type="application/x-pem-file"),
            "long": Started(job="long", message="Begun."),
            "add": AddPerson(typed=request.values.get("who") or "none"),
            "agree": Done(message="Agreed."),
            "try": LoginTest(provider_id="ms365"),
        }
        return answers[request.action]


def _hidden(name: str, value: str) -> Field:
    return Field(name=name, label=name, kind=FieldKind.HIDDEN, value=value)


def _module(script: Script) -> ModuleType:
    def on_settings_page(host: Any, tenant: Any, viewer: Any) -> Any:
        _may_raise("on_settings_page")
        return script.page() if script.has_page else None

    def on_login_providers(host: Any, tenant: Any) -> Any:
        _may_raise("on_login_providers")
        return (script.provider(),) if script.offers_login else ()

    def on_user_provision(host: Any, tenant: Any, request: ProvisionRequest) -> Any:
        _may_raise("on_user_provision")
        if script.provisioned is not None:
            return script.provisioned
        if request.link is None:
            return Provisioned(draft=draft(int(str(request.typed))))
        return Provisioned(draft=draft(int(request.link.subject[-12:])))

    def on_nightly_tick(host: Any, tenant: Any, tick: Tick) -> Any:
        _may_raise("on_nightly_tick")
        if script.tick is not None:
            return script.tick(host, tick)
        host.progress.problem(Problem(reason="no_name", login_name=EVIL, detail="Give them a name."))
        return TickReport(status=TickStatus.DONE, message="Did it.", problem_counts={"no_name": 1}, requests=2)

    def _may_raise(hook: str) -> None:
        if script.raises == hook:
            raise RuntimeError("scripted to fail")

    module = ModuleType("scripted_plugin")
    module.PBX_WORDS = script.words  # type: ignore[attr-defined]
    for function in (on_settings_page, on_login_providers, on_user_provision, on_nightly_tick):
        setattr(module, function.__name__, hookimpl(function))
    return module
