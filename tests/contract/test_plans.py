"""Rows of a plan as JSON lines, and counts that add up."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbx_plugin_api import (
    Counts,
    FieldChange,
    InvalidValueError,
    PlanAction,
    PlanRow,
    dump,
    load,
    read_plan_rows,
    write_plan_rows,
)
from tests.contract.test_travel import objects_of

ADA = PlanRow(action=PlanAction.CREATE, subject="8a1f", display_name="Ada", login_name="ada@contoso.example")
MOVED = PlanRow(
    action=PlanAction.UPDATE,
    subject="8a20",
    changes=(
        FieldChange(field="email", after="grace@contoso.example"),
        FieldChange(field="department", before="Board", after=""),
    ),
)


def read(content: bytes) -> list[PlanRow]:
    return list(read_plan_rows(io.BytesIO(content)))


def test_a_row_is_one_line_of_json_without_what_is_not_set() -> None:
    lines = b"".join(write_plan_rows([ADA, MOVED])).decode().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"action": "create", "subject": "8a1f", "display_name": "Ada", "login_name": "ada@contoso.example"},
        {
            "action": "update",
            "subject": "8a20",
            "changes": [
                {"field": "email", "after": "grace@contoso.example"},
                {"field": "department", "before": "Board", "after": ""},
            ],
        },
    ]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(st.lists(objects_of(PlanRow), max_size=5))
def test_rows_come_back_as_they_were(rows: list[PlanRow]) -> None:
    assert read(b"".join(write_plan_rows(rows))) == rows
    assert [load(PlanRow, dump(row)) for row in rows] == rows


def test_a_plan_without_rows_is_an_empty_file() -> None:
    assert list(write_plan_rows([])) == []
    assert read(b"") == []


@pytest.mark.parametrize(
    "line",
    [
        # As version 1 of the contract's first plugin wrote them.
        b'{"action":"create","entra_object_id":"8a1f","upn":"a@b","display_name":"A","reason":null,"changes":{}}',
        b'{"action":"promote","subject":"8a1f"}',
        b'{"subject":"8a1f"}',
        b'["create"]',
        b"not json",
        b"\xff\xfe",
        b"",
        b"[" * 90_000,
        b'{"action":"create","display_name":"' + b"x" * 200_000 + b'"}',
    ],
    ids=["old", "other action", "no action", "list", "text", "not utf-8", "blank", "deep", "long"],
)
def test_a_line_that_is_no_row_is_refused(line: bytes) -> None:
    good = b"".join(write_plan_rows([ADA]))
    rows = read_plan_rows(io.BytesIO(good + line + b"\n"))
    assert next(rows) == ADA
    with pytest.raises(InvalidValueError):
        next(rows)


@pytest.mark.parametrize(("skip", "left"), [(0, [0, 1, 2]), (2, [2]), (3, []), (9, [])])
def test_rows_are_left_out_at_the_beginning_without_being_parsed(skip: int, left: list[int]) -> None:
    lines = list(write_plan_rows([PlanRow(action=PlanAction.CREATE, subject=str(n)) for n in range(3)]))
    rows = read_plan_rows(io.BytesIO(b"".join(lines)), skip=skip)
    assert [row.subject for row in rows] == [str(n) for n in left]
    assert list(read_plan_rows(io.BytesIO(b"not json\n" + lines[0]), skip=1)) != []


def test_counts_add_up_name_by_name() -> None:
    users, contacts = Counts(created=3, skipped=1), Counts(contacts_created=15, mailboxes_read=4)
    total = sum((users, contacts, Counts(created=2, photos_stored=1)), start=Counts())
    assert total == Counts(created=5, skipped=1, contacts_created=15, mailboxes_read=4, photos_stored=1)
    assert list(total.as_dict())[:3] == ["created", "updated", "disabled"]
    assert total.as_dict()["contacts_deleted"] == 0
