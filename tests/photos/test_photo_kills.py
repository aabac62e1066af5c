"""Killed at any write, the next run ends with the same pictures, and no picture is lost or read for nothing."""

from __future__ import annotations

import pytest

from portsip_m365_plugin.photos import run
from portsip_m365_plugin.simulator.world.directory import Person
from tests.support.photo_lab import PhotoLab


class KilledError(BaseException):
    """The process is gone."""


def content(lab: PhotoLab, person: Person) -> bytes | None:
    photo = lab.shown(person)
    return photo and photo.content


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at_write", [1, 2, 4])
def test_killed_at_a_write_the_next_run_ends_with_the_same_pictures(
    monkeypatch: pytest.MonkeyPatch, at_write: int, when: str
) -> None:
    monkeypatch.setattr(run, "_WRITE_AT_ONCE", 10)
    lab = PhotoLab(users=120, photo_share=0.66)
    lab.photos()
    people = lab.pictured()
    for person in people[:45]:
        person.photo_seed += 1000
    for person in people[-3:]:
        person.photo_seed = 0
    users, n_writes = lab.host.users, 0
    set_photos = users.set_photos

    def killed(changes: object) -> object:
        nonlocal n_writes
        n_writes += 1
        if n_writes > at_write or (n_writes == at_write and when == "before"):
            raise KilledError  # what is dead writes nothing more
        results = set_photos(changes)  # type: ignore[arg-type]  # handed on as it came
        if n_writes == at_write:
            raise KilledError
        return results

    with monkeypatch.context() as patch:
        patch.setattr(users, "set_photos", killed)
        with pytest.raises(KilledError):
            lab.photos()
    assert all(lab.shown(person) is not None for person in people[:45]), "the old picture or the new one"
    lab.photos()
    other = PhotoLab(users=120, photo_share=0.66)
    for person, twin in zip(lab.linked(), other.linked(), strict=True):
        twin.photo_seed = person.photo_seed
    other.photos()
    assert [content(lab, person) for person in lab.linked()] == [content(other, person) for person in other.linked()]
    quiet = lab.photos()
    assert quiet.requests == -(-len(lab.linked()) // 20)
    assert lab.requests("$value") == 0
