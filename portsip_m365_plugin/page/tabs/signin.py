"""The SIGN IN tab: who may sign in with Microsoft, and what happens to passwords."""

from __future__ import annotations

from typing import Final

from pbx_plugin_api import Action, Fact, PasswordPolicy, Severity, Tab, Table, UserLink
from portsip_m365_plugin.config.signin import SignInMode
from portsip_m365_plugin.page.fields import draw_setting
from portsip_m365_plugin.page.set_up.connect_steps import TEST_SIGN_IN_ACTION
from portsip_m365_plugin.page.view import PageView
from portsip_m365_plugin.signin_health import Event, find_fault, find_suspension, find_test
from portsip_m365_plugin.texts import _
from portsip_m365_plugin.times import show_time

SUSPEND_ACTION: Final = "suspend_password_refusal"
RESUME_ACTION: Final = "resume_password_refusal"
_SHOWN_MAX: Final = 200


def draw_signin_tab(view: PageView) -> Tab:
    """Draw the tab. Cost: one look into the PBX for each listed person that is shown, no network."""
    config = view.config
    return Tab(
        name="sign_in",
        label=_("SIGN IN"),
        intro=_(
            "Let people sign in to the web portal, the WebRTC client and the PortSIP ONE app with their Microsoft"
            " account. Only people who are users of this PBX get in. Register the redirect URIs shown under"
            " PERMISSIONS."
        ),
        fields=(
            draw_setting(
                config,
                "sign_in_mode",
                _("Sign in with Microsoft"),
                choices={
                    "off": _("Off"),
                    "all": _("All synced users"),
                    "only": _("Only these"),
                    "except": _("All except these"),
                },
            ),
            draw_setting(
                config,
                "sign_in_users",
                _("People"),
                placeholder="adele@contoso.com",
                help=_(
                    "For “Only these” and “All except these”: one sign-in name or object id per line. The list is kept"
                    " by object id, so a renamed person stays the same person."
                ),
            ),
            draw_setting(
                config,
                "password_policy",
                _("Password sign-in of synced users"),
                choices={"allowed": _("Stays possible"), "refused": _("Refused: Microsoft only")},
                help=_(
                    "Applies to the people whom the settings above admit. All others keep their passwords, and so do"
                    " administrators of the PBX. It needs a test sign-in that succeeded."
                ),
            ),
            draw_setting(
                config,
                "first_sign_in_creates",
                _("Add people at their first sign-in"),
                help=_(
                    "Somebody who is not a user yet is added when they sign in, if the rules of USER SYNC cover them."
                ),
            ),
            draw_setting(
                config,
                "administrators_sign_in",
                _("Administrators sign in with Microsoft too"),
                help=_(
                    "Each administrator of the PBX links a Microsoft account on the page “Your account”. The password"
                    " stays as a second way in."
                ),
            ),
            draw_setting(
                config,
                "sign_in_response_mode",
                _("Microsoft's answer comes back"),
                choices={
                    "form_post": _("In a form (recommended by Microsoft)"),
                    "query": _("In the address (where something on the way blocks the form)"),
                },
            ),
        ),
        facts=_facts(view),
        tables=_tables(view),
        actions=_actions(view),
    )


def _facts(view: PageView) -> tuple[Fact, ...]:
    host, facts = view.host, []
    tested, fault, suspended = find_test(host, view.config.connection), find_fault(host), find_suspension(host)
    if tested is None:
        facts.append(Fact(label=_("Test sign-in"), value=_("none has succeeded yet"), severity=Severity.WARNING))
    else:
        # Translators: The test sign-in succeeded. {name} is who signed in.
        value = _("succeeded on {time} with {name}", time=_show(view, tested), name=tested.text)
        facts.append(Fact(label=_("Test sign-in"), value=value, severity=Severity.GOOD))
    if fault is not None:
        # Translators: Microsoft signs in nobody. {why} is a whole sentence.
        value = _("nobody, since {time}: {why}", time=_show(view, fault), why=fault.text)
        facts.append(Fact(label=_("Microsoft signs in"), value=value, severity=Severity.BAD))
    if suspended is not None:
        # Translators: The refusal of passwords is suspended. {name} is the administrator who did that.
        value = _("suspended by {name} on {time}", name=suspended.text, time=_show(view, suspended))
        facts.append(Fact(label=_("Refusal of passwords"), value=value, severity=Severity.WARNING))
    return tuple(facts)


def _actions(view: PageView) -> tuple[Action, ...]:
    is_on = view.config.signin.mode is not SignInMode.OFF
    why_no_test = view.why_no_call or ("" if is_on else _("Switch sign-in on first, and save."))
    test = Action(
        name=TEST_SIGN_IN_ACTION,
        label=_("Test sign-in"),
        help=_(
            "You sign in at Microsoft with your own account, in this browser. It shows that Microsoft answers and that"
            " the answer is accepted. Your session here stays as it is."
        ),
        enabled=not why_no_test,
        why_disabled=why_no_test,
    )
    if view.config.signin.password_policy is not PasswordPolicy.REFUSED:
        return (test,)
    if find_suspension(view.host) is None:
        name, label = SUSPEND_ACTION, _("Suspend the refusal")
        help_text = _("Lets synced users use their passwords for now.")
    else:
        name, label, help_text = RESUME_ACTION, _("Refuse passwords again"), _("Follows the setting again.")
    why_no_edit = view.why_no_edit
    switch = Action(name=name, label=label, help=help_text, enabled=not why_no_edit, why_disabled=why_no_edit)
    return (test, switch)


def _show(view: PageView, event: Event) -> str:
    return show_time(event.at_utc, view.tenant)


def _tables(view: PageView) -> tuple[Table, ...]:
    people, authority = view.config.signin.people, view.config.connection.entra_tenant_id
    if not people or not authority:
        return ()
    rows = []
    for person in people.entries[:_SHOWN_MAX]:
        user = view.host.users.find(UserLink(authority=authority, subject=person.entra_object_id))
        shown = (user.display_name, user.email or "") if user else (_("(not a user of this PBX)"), "")
        rows.append((person.name, *shown, person.entra_object_id))
    return (
        Table(
            title=_("People on the list"),
            columns=(_("Entered"), _("Name"), _("E-mail"), _("Object id")),
            rows=tuple(rows),
        ),
    )
