"""The steps after the connection works: whom it is for, the first plan, and its approval. Pure."""

from __future__ import annotations

from typing import Any

from pbx_plugin_api import Counts, Step, StepState, sentences
from portsip_m365_plugin.jobs import Job
from portsip_m365_plugin.page.set_up.known import Evidence, Known
from portsip_m365_plugin.page.set_up.step_states import SCOPE_FIELDS, done, failed, proven
from portsip_m365_plugin.proofs import MAILBOX
from portsip_m365_plugin.texts import _, _n
from portsip_m365_plugin.users.approval import APPROVE_ACTION


def choose_who(known: Known) -> Step:
    """Done when any of its settings was saved, also as it was."""
    is_done = known.is_scope_saved or known.approved_at_utc is not None
    return Step(
        name="scope",
        title=_("Choose who becomes a user"),
        text=_(
            "Everybody in the directory, only some people or groups, or all except some. More rules are on the USER"
            " SYNC tab. Nobody becomes a user before you have seen and approved the plan."
        ),
        fields=SCOPE_FIELDS,
        **(done() if is_done else {}),
    )


def preview(known: Known) -> Step:
    """Done while a plan waits, and for good after the first approval."""
    state: dict[str, Any] = {}
    if known.approved_at_utc is not None:
        state = done()
    elif known.plan is not None:
        state = done(_describe(known.plan))
    return Step(
        name="preview",
        title=_("Look at what the first sync would do"),
        text=_(
            "The preview reads the directory and changes nothing. It shows each new person, and who is left out and"
            " why."
        ),
        actions=(Job.PREVIEW,),
        **state,
    )


def approve(known: Known) -> Step:
    """Proven when the first plan was applied."""
    state: dict[str, Any] = {}
    if known.approved_at_utc is not None:
        state = proven(known.approved_at_utc) | {
            "detail": _n(
                "{n:,} person of the directory is a user here.",
                "{n:,} people of the directory are users here.",
                known.linked,
            )
        }
    elif known.plan is None:
        state = {"state": StepState.WAITING, "detail": _("The preview comes first.")}
    else:
        state = {"detail": sentences(_describe(known.plan), _("Its rows are on the USER SYNC tab."))}
    return Step(
        name="approve",
        title=_("Approve the first sync"),
        text=_("The people of the plan become users with extensions. From then on changes follow by themselves."),
        actions=(APPROVE_ACTION,),
        **state,
    )


def _describe(plan: Counts) -> str:
    created = _n("The plan would create {n:,} user.", "The plan would create {n:,} users.", plan.created)
    linked = _n(
        "It would link {n:,} user who is here already.", "It would link {n:,} users who are here already.", plan.linked
    )
    return sentences(created, linked)


def send_test_mail(known: Known) -> Step:
    """The last step of the system, which has no users and only sends mail."""
    proof = known.proofs.get(MAILBOX)
    state: dict[str, Any] = {}
    if known.mailbox and proof is not None:
        shown = Evidence.of(proof)
        state = proven(shown.at_utc) if shown.fault is None else failed(shown.fault)
    return Step(
        name="mail",
        title=_("Choose the mailbox and send a test mail"),
        text=_("The PBX sends its mail from this mailbox. Press “Send test mail” on the MAIL tab after saving."),
        fields=() if known.mailbox else ("mail_mailbox",),
        actions=("send_test_mail",) if known.mailbox else (),
        **state,
    )
