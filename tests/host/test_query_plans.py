"""What a batch reads and writes is found by an index: its cost must not grow with the number of users."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import event

from pbx_plugin_api import (
    BookChanges,
    ContactSource,
    CreateUser,
    DeleteUser,
    DisableReason,
    DisableUser,
    DraftContact,
    DropContact,
    PersonalBook,
    Photo,
    PhotoChange,
    PutContact,
    UpdateUser,
)
from tests.support.devhost_pbx import DevPbx, draft, link

NAMES = [f"user{n}" for n in range(20)]
SLOW = re.compile(r"SCAN (?!\d|CONSTANT|data_keys)|\(tenant_id=\?\)|\(tenant_id=\? AND (authority|book)=\?\)|AUTOMATIC")
"""A table is read whole, or as much of it as belongs to a tenant, a directory or a book.
There are one or two data keys."""


def put(name: str) -> PutContact:
    source = ContactSource(mailbox_id="m", folder_id="f", contact_id=name, change_key="1")
    return PutContact(external_id=name, draft=DraftContact(name=name), sources=(source,))


def put_users(dev: DevPbx) -> object:
    return dev.host.users.apply([CreateUser(draft=draft(name)) for name in NAMES])


def change_users(dev: DevPbx) -> object:
    return dev.host.users.apply(
        [
            *(UpdateUser(draft=draft(name, department="Sales"), fields=("department",)) for name in NAMES[:6]),
            *(DisableUser(link=link(name), reason=DisableReason.DEPARTED) for name in NAMES[6:12]),
            *(DeleteUser(link=link(name)) for name in NAMES[12:]),
            *(CreateUser(draft=draft(f"new-{name}")) for name in NAMES),
        ]
    )


def put_photos(dev: DevPbx) -> object:
    picture = Photo(content=b"\xff\xd8\xff\xe0 picture", content_type="image/jpeg", source_etag="1")
    return dev.host.users.set_photos([PhotoChange(link=link(name), photo=picture) for name in NAMES])


def put_contacts(dev: DevPbx) -> object:
    books = [PersonalBook(owner=link(name)) for name in NAMES]
    return dev.host.contacts.apply_books([BookChanges(book=book, changes=(put("a"), put("b"))) for book in books])


def drop_contacts(dev: DevPbx) -> object:
    books = [PersonalBook(owner=link(name)) for name in NAMES]
    drop = (DropContact(external_id="a"),)
    return dev.host.contacts.apply_books([BookChanges(book=book, changes=drop) for book in books])


@pytest.mark.parametrize(
    ("before", "work"),
    [
        ([], put_users),
        ([put_users], change_users),
        ([put_users], put_photos),
        ([put_users, put_photos], put_photos),
        ([put_users], put_contacts),
        ([put_users, put_contacts], drop_contacts),
    ],
    ids=lambda what: what.__name__ if callable(what) else str(len(what)),
)
def test_a_batch_finds_its_rows_by_an_index(
    dev: DevPbx, before: list[Callable[[DevPbx], object]], work: Callable[[DevPbx], object]
) -> None:
    for each in before:
        each(dev)
    statements = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        statements.append((statement, parameters[0] if isinstance(parameters, list) else parameters))

    event.listen(dev.stores.database.engine, "before_cursor_execute", note)
    work(dev)
    event.remove(dev.stores.database.engine, "before_cursor_execute", note)
    asked = [each for each in statements if each[0].partition(" ")[0] in ("SELECT", "UPDATE", "DELETE")]
    assert len(asked) >= 2
    with dev.stores.database.read() as connection:
        for statement, parameters in asked:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            slow = [row.detail for row in rows if SLOW.search(row.detail)]
            assert not slow, (statement, slow)
