"""The SIGN IN tab shows what is stored."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from pbx_plugin_api.testing import FakeHost
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.config.writer import read_texts
from portsip_m365_plugin.page.signin_tab import draw_signin_tab
from tests.support.idtoken_forge import OBJECT_ID, TENANT_ID
from tests.support.page_view import view_of
from tests.support.signin_host import LinkedUsers, user

OTHER_ID = "0b1ec700-0000-4000-8000-00000000beef"
ADELE = {"name": "adele@contoso.example", "entra_object_id": OBJECT_ID}


class Host:
    users = LinkedUsers(user())


def test_tab_shows_what_is_stored() -> None:
    values: dict[str, Any] = {
        "sign_in_mode": "only",
        "sign_in_users": [ADELE, {"name": "x", "entra_object_id": OTHER_ID}],
    }
    view = view_of({**values, "directory_id": TENANT_ID}, FakeHost())
    tab = draw_signin_tab(replace(view, host=cast(Any, Host())))
    shown = {field.name: field.value for field in tab.fields}
    assert tuple(shown) == (
        "sign_in_mode", "sign_in_users", "password_policy", "first_sign_in_creates", "sign_in_response_mode",
    )  # fmt: skip
    assert shown["sign_in_mode"] == "only"
    assert shown["sign_in_users"] == "adele@contoso.example\nx"
    assert tab.tables[0].rows == (
        ("adele@contoso.example", "Adele Vance", "adele@contoso.example", OBJECT_ID),
        ("x", "(not a user of this PBX)", "", OTHER_ID),
    )
    # What is drawn can be saved as it stands.
    draft, faults = read_texts(shown, Config())
    assert faults == []
    assert [entry.name for entry in draft.config.signin.people] == ["adele@contoso.example", "x"]
