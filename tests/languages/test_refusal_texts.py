"""Why a sign-in was refused is read in the audit log, in the reader's language: no such text is a plain `str`."""

from __future__ import annotations

import ast
from datetime import datetime, timezone
from pathlib import Path

import pytest

from pbx_plugin_api import Text, hookspec
from pbx_plugin_api.hosting import discovery
from portsip_m365_plugin.entra.idtoken import ExpectedToken, IdTokenError, check_id_token
from portsip_m365_plugin.entra.signin_errors import explain_refusal

ROOT = Path(__file__).parents[2]
ENTRA = ROOT / "portsip_m365_plugin" / "entra"
# Which argument of which call is such a text.
TEXT_AT = {"IdTokenError": 1, "EntraUnreachableError": 0, "_refuse": 1, "_refuse_person": 1}


def plain(node: ast.expr | None) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def test_no_reason_is_outside_of_the_catalogue() -> None:
    found, n_calls = [], 0
    for path in sorted(ENTRA.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            at = TEXT_AT.get(node.func.id)
            said = node.args[at] if at is not None and len(node.args) > at else None
            detail = next((each.value for each in node.keywords if each.arg == "detail"), None)
            n_calls += said is not None
            if plain(said) or plain(detail):
                found.append(f"{path.name}:{node.lineno}")
    assert n_calls > 30
    assert found == []


def test_a_token_that_is_refused() -> None:
    expected = ExpectedToken(issuer="i", client_id="c", entra_tenant_id="t", nonce="n")
    with pytest.raises(IdTokenError) as caught:
        check_id_token("{n}.%s", expected, find_key=lambda _kid: None, now_utc=datetime.now(timezone.utc))
    assert isinstance(caught.value.detail, Text)
    assert caught.value.detail.in_language("de") == "nicht drei base64url-Teile"


def test_what_microsoft_answered() -> None:
    trace = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
    detail = explain_refusal("access_denied", f"AADSTS65004: no. Trace ID: {trace}", at="callback").detail
    assert detail.endswith(f" at the callback, OAuth error access_denied, AADSTS65004, trace id {trace}")
    assert isinstance(detail, Text)
    assert detail.in_language("de").endswith(
        f" bei der Rückantwort, OAuth-Fehler access_denied, AADSTS65004, Trace-ID {trace}"
    )
    assert "、OAuth 错误 access_denied、AADSTS65004、" in detail.in_language("zh-Hans")


def test_a_hook_that_does_not_fit() -> None:
    def on_settings_page(host: object, surprise: object) -> None: ...

    fault = discovery._find_signature_fault(on_settings_page, hookspec.on_settings_page)
    assert fault.startswith("it takes surprise, which the hook has not; its parameters are host, ")
    assert isinstance(fault, Text)
    assert fault.in_language("de").startswith("es erwartet surprise, was der Hook nicht hat;")
