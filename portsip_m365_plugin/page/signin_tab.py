"""The SIGN IN tab: who may sign in with Microsoft, and what happens to passwords."""

from __future__ import annotations

from typing import Final

from pbx_plugin_api import Tab, Table, UserLink
from portsip_m365_plugin.page.fields import draw_setting
from portsip_m365_plugin.page.view import PageView

_SHOWN_MAX: Final = 200


def draw_signin_tab(view: PageView) -> Tab:
    """Draw the tab. Cost: one look into the PBX for each listed person that is shown, no network."""
    config = view.config
    return Tab(
        name="sign_in",
        label="SIGN IN",
        intro="Let people sign in to the web portal, the WebRTC client and the PortSIP ONE app with their Microsoft"
        " account. Only people who are users of this PBX get in. Register the redirect URIs shown under PERMISSIONS.",
        fields=(
            draw_setting(
                config,
                "sign_in_mode",
                "Sign in with Microsoft",
                choices={
                    "off": "Off",
                    "all": "All synced users",
                    "only": "Only these",
                    "except": "All except these",
                },
            ),
            draw_setting(
                config,
                "sign_in_users",
                "People",
                placeholder="adele@contoso.com",
                help="For “Only these” and “All except these”: one sign-in name or object id per line. The list is kept"
                " by object id, so a renamed person stays the same person.",
            ),
            draw_setting(
                config,
                "password_policy",
                "Password sign-in of synced users",
                choices={"allowed": "Stays possible", "refused": "Refused: Microsoft only"},
                help="Administrators of the PBX can always sign in with their password.",
            ),
            draw_setting(
                config,
                "first_sign_in_creates",
                "Add people at their first sign-in",
                help="Somebody who is not a user yet is added when they sign in, if the rules of USER SYNC cover them.",
            ),
            draw_setting(
                config,
                "sign_in_response_mode",
                "Microsoft's answer comes back",
                choices={
                    "form_post": "In a form (recommended by Microsoft)",
                    "query": "In the address (where something on the way blocks the form)",
                },
            ),
        ),
        tables=_tables(view),
    )


def _tables(view: PageView) -> tuple[Table, ...]:
    people, authority = view.config.signin.people, view.config.connection.entra_tenant_id
    if not people or not authority:
        return ()
    rows = []
    for person in people.entries[:_SHOWN_MAX]:
        user = view.host.users.find(UserLink(authority=authority, subject=person.entra_object_id))
        shown = (user.display_name, user.email or "") if user else ("(not a user of this PBX)", "")
        rows.append((person.name, *shown, person.entra_object_id))
    return (Table(title="People on the list", columns=("Entered", "Name", "E-mail", "Object id"), rows=tuple(rows)),)
