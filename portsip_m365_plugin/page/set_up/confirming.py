"""The guided set-up on the PERMISSIONS tab: reads what is known, and remembers what an administrator says is done."""

from __future__ import annotations

from typing import Final

from pbx_plugin_api import Action, ActionOutcome, Done, Field, FieldKind, Host, Refused, Step, TickStatus, listing
from portsip_m365_plugin.clouds import Cloud, CloudFileError, load_clouds
from portsip_m365_plugin.config.signin import SignInMode
from portsip_m365_plugin.consent import read_consent
from portsip_m365_plugin.keys.store import ACTIVE_KEY, NEXT_KEY, load_certificate
from portsip_m365_plugin.last_run import read_last_run
from portsip_m365_plugin.last_test import read_last_test
from portsip_m365_plugin.page.set_up.known import Known
from portsip_m365_plugin.page.set_up.step_states import CONFIRM_ACTION, CONFIRM_LABELS, SCOPE_FIELDS, confirmation_of
from portsip_m365_plugin.page.view import PageView
from portsip_m365_plugin.permissions import PERMISSIONS, Need
from portsip_m365_plugin.proofs import read_proofs
from portsip_m365_plugin.redirects import describe_task, read_redirects
from portsip_m365_plugin.renewal import is_left_to_entra
from portsip_m365_plugin.texts import _
from portsip_m365_plugin.users.approval import first_confirmed_at_utc, last_plan

_KEY: Final = "set_up.confirmed"
_ENDED_WELL: Final = (TickStatus.DONE, TickStatus.NEEDS_APPROVAL)


def read_known(view: PageView) -> Known:
    """Return what is known about the set-up. Cost: a few looks at state and secrets; no network."""
    host, config = view.host, view.config
    coming, active = load_certificate(host, NEXT_KEY), load_certificate(host, ACTIVE_KEY)
    last, plan = read_last_run(host), last_plan(host)
    signs_in = not view.is_system and config.signin.mode is not SignInMode.OFF
    consent = read_consent(host, config.connection)
    needs = {item: item.need(config, view.tenant) for item in PERMISSIONS}
    return Known(
        origins=host.web_origins,
        now_utc=host.clock.now_utc(),
        connection=config.connection,
        cloud=_find_cloud(config.connection.cloud_name),
        certificate=coming or active,
        is_renewal=coming is not None and active is not None,
        is_sent=coming is not None and is_left_to_entra(host, coming.thumbprint_sha1),
        new_uris_task=describe_task(read_redirects(host, config.connection)) if signs_in else "",
        consent_at_utc=consent.at_utc if consent is not None and consent.is_given else None,
        confirmed=_read_confirmed(host),
        test=read_last_test(host, config.connection),
        proofs=read_proofs(host, config.connection),
        last_good_run_utc=last.finished_at_utc if last is not None and last.status in _ENDED_WELL else None,
        needed=tuple(item for item, need in needs.items() if need is Need.NEEDED),
        useful=tuple(item for item, need in needs.items() if need is Need.USEFUL),
        is_scope_saved=not config.saved.isdisjoint(SCOPE_FIELDS),
        plan=plan.counts if plan is not None else None,
        approved_at_utc=first_confirmed_at_utc(host),
        linked=view.users.linked,
        is_system=view.is_system,
        mailbox=config.mail.mailbox,
        may_edit=view.may_edit,
    )


def draw_confirm_action(steps: tuple[Step, ...]) -> tuple[Action, ...]:
    """Return the button by which an administrator says that the next step is done, if it is done elsewhere."""
    following = next((step for step in steps if step.is_next and CONFIRM_ACTION in step.actions), None)
    if following is None:
        return ()
    name = Field(name="step", label=_("Step"), kind=FieldKind.HIDDEN, value=following.name)
    return (Action(name=CONFIRM_ACTION, label=CONFIRM_LABELS[following.name], parameters=(name,)),)


def confirm_step(view: PageView, step: str) -> ActionOutcome:
    """Remember that an administrator says a step is done. Idempotent; whether it is true shows the test."""
    if step not in CONFIRM_LABELS:
        return Refused(
            message=_("There is no such step: {step}.", step=step),
            remedy=_("Steps: {steps}.", steps=listing(CONFIRM_LABELS)),
        )
    host, said = view.host, _read_confirmed(view.host)
    host.state.put(_KEY, {**said, step: confirmation_of(step, read_known(view))})
    host.audit.record("set_up.confirmed", outcome="ok", subject=step)
    return Done(message=_("Noted."))


def _read_confirmed(host: Host) -> dict[str, str]:
    record = host.state.get(_KEY)
    value = record.value if record is not None else None
    return {str(step): str(what) for step, what in value.items()} if isinstance(value, dict) else {}


def _find_cloud(name: str) -> Cloud | None:
    try:
        return load_clouds().get(name)
    except CloudFileError:
        return None
