"""Every AADSTS code an administrator may meet has its sentence and its remedy; free text is never repeated."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portsip_m365_plugin.entra.aadsts import EntraRefusal, RefusalKind, explain_token_error

TRACE, CORRELATION = "a" * 8 + "-0000-0000-0000-" + "b" * 12, "c" * 8 + "-0000-0000-0000-" + "d" * 12

CODES = {
    RefusalKind.APPLICATION: (700016, 7000112, 70001, 7000229, 50146),
    RefusalKind.TENANT: (90002, 900021, 900023, 9001023, 90130, 5000224, 500014, 650052, 650054),
    RefusalKind.CLOUD: (90038, 900382, 900432, 90051, 1000104, 500011, 700023, 1002012, 70011),
    RefusalKind.CERTIFICATE: (700027, 700030, 50012, 50013, 500133, 50027, 50048, 7000215, 7000222, 7000218, 700025),
    RefusalKind.CLOCK: (700024,),
    RefusalKind.CONSENT: (65001, 90094, 90095, 65004, 650056, 650057),
    RefusalKind.POLICY: (53000, 53001, 53003, 530032, 530035, 50005, 50131),
    RefusalKind.TRANSIENT: (90033, 90006, 90012, 90024, 50033, 50087, 50196),
}
"""The codes that the token endpoint can answer an app with."""


def answer(code: int, **more: Any) -> dict[str, Any]:
    return {
        "error": "invalid_client",
        "error_description": f"AADSTS{code}: something secret-looking eyJhbGciOi. Trace ID: x",
        "error_codes": [code],
        "timestamp": "2026-11-24 03:00:00Z",
        "trace_id": TRACE,
        "correlation_id": CORRELATION,
        **more,
    }


@pytest.mark.parametrize(("kind", "code"), [(kind, code) for kind, codes in CODES.items() for code in codes])
def test_each_code_has_a_sentence_and_a_remedy(kind: RefusalKind, code: int) -> None:
    refusal = explain_token_error(answer(code))
    assert refusal.kind is kind
    assert refusal.code == code
    assert refusal.sentence.endswith(".")
    assert refusal.remedy.endswith(".")
    assert (refusal.trace_id, refusal.correlation_id) == (TRACE, CORRELATION)
    told = refusal.describe()
    assert all(part in told for part in (refusal.sentence, refusal.remedy, f"AADSTS{code}", TRACE, CORRELATION))


def test_the_code_is_found_in_the_text_where_the_list_is_missing() -> None:
    refusal = explain_token_error({"error": "invalid_client", "error_description": "AADSTS700027: key not found"})
    assert (refusal.kind, refusal.code) == (RefusalKind.CERTIFICATE, 700027)


def test_what_nobody_knows_yet_still_carries_its_ids() -> None:
    refusal = explain_token_error(answer(1234567))
    assert refusal.kind is RefusalKind.OTHER
    assert "AADSTS1234567" in refusal.describe()
    assert "https://login.microsoftonline.com/error?code=1234567" in refusal.remedy
    assert CORRELATION in refusal.describe()


def test_only_passing_problems_are_transient() -> None:
    assert explain_token_error(answer(90033)).kind is RefusalKind.TRANSIENT
    assert explain_token_error({"error": "temporarily_unavailable"}).kind is RefusalKind.TRANSIENT
    assert explain_token_error(answer(700016)).kind is RefusalKind.APPLICATION
    for a_field_is_missing in (90014, 900144):  # a request of ours that stays wrong, however often it is tried
        assert explain_token_error(answer(a_field_is_missing)).kind is RefusalKind.OTHER


def test_the_free_text_is_never_repeated() -> None:
    refusal = explain_token_error(answer(700016, trace_id="<script>", correlation_id=5))
    assert "eyJ" not in refusal.describe()
    assert "script" not in refusal.describe()
    assert "eyJ" not in repr(refusal)


@given(
    st.dictionaries(
        st.sampled_from(["error", "error_codes", "error_description", "trace_id", "correlation_id", "timestamp"]),
        st.none() | st.text() | st.integers() | st.lists(st.integers() | st.text()),
    )
)
def test_any_answer_is_explained(shape: dict[str, Any]) -> None:
    refusal = explain_token_error(shape)
    assert isinstance(refusal, EntraRefusal)
    assert refusal.sentence
