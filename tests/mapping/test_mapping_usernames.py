"""Wished usernames."""

from __future__ import annotations

import pytest

from portsip_m365_plugin.mapping.usernames import wish_usernames

OID = "1f0c2b3a-4d5e-4f60-8172-839405a6b7c8"


@pytest.mark.parametrize(
    ("upn", "wishes"),
    [
        ("ann@contoso.example", ("ann", "ann.contoso", "ann-1f0c2b3a")),
        ("o'brien@contoso.example", ("o'brien", "o'brien.contoso", "o'brien-1f0c2b3a")),
        ("O’Brien@contoso.example", ("O'Brien", "O'Brien.contoso", "O'Brien-1f0c2b3a")),
        ("jürgen.größe@firma.example", ("jurgen.grosse", "jurgen.grosse.firma", "jurgen.grosse-1f0c2b3a")),
        ("łukasz@firma.example", ("lukasz", "lukasz.firma", "lukasz-1f0c2b3a")),
        ("admin@contoso.example", ("admin.contoso", "admin-1f0c2b3a")),
        ("ROOT@contoso.example", ("ROOT.contoso", "ROOT-1f0c2b3a")),
        (".ann.@contoso.example", ("ann", "ann.contoso", "ann-1f0c2b3a")),
        ("a..b@contoso.example", ("a.b", "a.b.contoso", "a.b-1f0c2b3a")),
        ("a b+c@contoso.example", ("a-b-c", "a-b-c.contoso", "a-b-c-1f0c2b3a")),
        ("王秀英@contoso.example", ("user-1f0c2b3a",)),
        ("@contoso.example", ("user-1f0c2b3a",)),
        ("", ("user-1f0c2b3a",)),
        (None, ("user-1f0c2b3a",)),
        ("ann", ("ann", "ann-1f0c2b3a")),
        ("ann_fabrikam.example#EXT#@contoso.example", ("ann", "ann.fabrikam", "ann-1f0c2b3a")),
    ],
)
def test_wishes(upn: str | None, wishes: tuple[str, ...]) -> None:
    assert wish_usernames(upn, OID) == wishes


def test_long_names_keep_the_mark_of_the_person() -> None:
    wishes = wish_usernames("a" * 100 + "@contoso.example", OID)
    assert [len(wish) for wish in wishes] == [64, 64]
    assert wishes[-1].endswith("-1f0c2b3a")


def test_an_id_that_is_no_guid_still_marks() -> None:
    assert wish_usernames(None, "xyz") == wish_usernames(None, "xyz")
    assert wish_usernames(None, "xyz") != wish_usernames(None, "xyw")
