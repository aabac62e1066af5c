"""The box "Why is somebody synced or not?" of the USER SYNC tab, and who is left out, by reason."""

from __future__ import annotations

from typing import Final

from pbx_plugin_api import Action, Done, Fact, Field, Host, Refused, Severity, Table, Tenant
from portsip_m365_plugin.explain import CannotExplain, Explanation, explain_person
from portsip_m365_plugin.page.directory.lookup import lookup_of
from portsip_m365_plugin.page.words import say_reason
from portsip_m365_plugin.texts import _, _p
from portsip_m365_plugin.times import show_time
from portsip_m365_plugin.users.left_out import count_left_out

EXPLAIN_ACTION: Final = "explain"


def draw_explain_action(why_disabled: str) -> Action:
    """Draw the box. Also somebody who may only look may ask."""
    return Action(
        name=EXPLAIN_ACTION,
        label=_("Explain"),
        help=_("Shows whether this person is synced, and if not, which rule leaves them out. Changes nothing."),
        enabled=not why_disabled,
        why_disabled=why_disabled,
        parameters=(
            Field(
                name="who",
                label=_("Sign-in name, address or object id"),
                placeholder="adele@contoso.com",
                required=True,
                lookup=lookup_of("who"),
            ),
        ),
    )


def show_explanation(host: Host, tenant: Tenant, typed: str) -> Done | Refused:
    """Answer the box."""
    answer = explain_person(host, tenant, typed)
    if isinstance(answer, CannotExplain):
        return Refused(message=answer.message, remedy=answer.remedy)
    since = show_time(answer.since_utc, tenant) if answer.since_utc is not None else None
    shown = (
        (_("Name"), answer.display_name),
        (_("Sign-in name"), answer.upn),
        (_("Object id"), answer.entra_object_id),
        (_("PBX user"), answer.username),
        (_("Extension"), answer.extension_number),
        (_("Since"), since),
    )
    verdict = Fact(
        label=_("Synced"),
        value=_("yes") if answer.is_synced else _("no"),
        severity=Severity.GOOD if answer.is_synced else Severity.WARNING,
    )
    facts = (verdict, *(Fact(label=label, value=value) for label, value in shown if value), *_offer_sync(answer))
    return Done(message=answer.sentence, facts=facts, data=answer.as_json())


def _offer_sync(answer: Explanation) -> tuple[Fact, ...]:
    """Say where one person is synced now; nothing where a rule or an administrator keeps them out."""
    if answer.reason not in ("synced", "next_sync"):
        return ()
    if answer.username is None:
        where = _("Press “Add a person” on this tab and enter the object id.")
    else:
        where = _("Open the user {user} under Users and press “Sync this person now”.", user=answer.username)
    return (Fact(label=_("Without waiting for the next sync"), value=where),)


def left_out_table(host: Host) -> tuple[Table, ...]:
    """Return who the last run left out, by reason; nothing before the first run."""
    counts = count_left_out(host)
    if not counts:
        return ()
    words = {
        "out_of_scope.users": _p("why people are left out", "by the list of users"),
        "out_of_scope.groups": _p("why people are left out", "in none of the groups"),
    }
    rows = sorted(((words.get(reason) or say_reason(reason), n) for reason, n in counts.items()), key=lambda r: -r[1])
    return (
        Table(
            title=_("Left out, by reason"),
            columns=(_("Reason"), _("People")),
            rows=tuple((reason, str(n)) for reason, n in rows),
        ),
    )
