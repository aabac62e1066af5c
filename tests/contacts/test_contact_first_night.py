"""What the first night asks about a mailbox: the delta of folders is their list, and what it names is learned."""

from __future__ import annotations

from collections import Counter

import pytest

from portsip_m365_plugin.contacts.walk import LIST_TREES_KEY, NAMES_NESTED_KEY
from portsip_m365_plugin.simulator.faults import Fault
from tests.support.contact_lab import ContactLab


def questions(lab: ContactLab) -> dict[str, int]:
    """Run once; how many questions of which kind it asked, without batches."""
    lab.realm.journal.reset()
    lab.run()
    found: Counter[str] = Counter()
    for line, n in lab.realm.journal.counts().items():
        if "$batch" not in line:
            found["/".join(line.split()[1].split("/")[-2:])] += n
    return dict(found)


def make_lab(people: int, *, nested: bool, names_nested: bool = True) -> ContactLab:
    lab = ContactLab(people_count=people)
    lab.realm.settings.folder_delta_nested = names_nested
    lab.fill(2)
    if nested:
        box = lab.mailbox(lab.people[0])
        lab.add(lab.people[0], box.add_folder("Inner", box.add_folder("Outer").id))
    return lab


def test_four_questions_where_nobody_has_a_folder_below_a_folder() -> None:
    lab = make_lab(40, nested=False)
    assert sum(questions(lab).values()) == 4 * 40
    assert lab.host.state.get(NAMES_NESTED_KEY) is None
    lab.assert_equal()


def test_three_questions_once_the_delta_has_named_a_folder_below_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portsip_m365_plugin.contacts.walk.OPEN_MAX", 5)
    lab = make_lab(40, nested=True)
    asked = questions(lab)
    assert sum(asked.values()) < 3 * 40 + 30
    assert lab.host.state.get(NAMES_NESTED_KEY) is not None
    lab.assert_equal()
    for person in lab.people:  # from now on no folder is asked for its children, and none is missed
        box = lab.mailbox(person)
        lab.add(person, box.add_folder("New", box.default_folder.id))
    lab.lose_tokens()
    asked = questions(lab)
    assert not [name for name in asked if name.endswith("childFolders")]
    lab.assert_equal()


@pytest.mark.parametrize("people", [1, 30])
def test_a_delta_that_names_upper_folders_only_is_never_trusted(people: int) -> None:
    lab = make_lab(people, nested=True, names_nested=False)
    lab.run()
    assert lab.host.state.get(NAMES_NESTED_KEY) is None
    assert lab.host.state.get(LIST_TREES_KEY) is not None
    lab.assert_equal()
    box = lab.mailbox(lab.people[-1])
    lab.add(lab.people[-1], box.add_folder("Below", box.default_folder.id))
    lab.night()
    lab.assert_equal()


def test_a_folder_below_the_default_one_is_no_proof() -> None:
    lab = make_lab(1, nested=False)
    box = lab.mailbox(lab.people[0])
    lab.add(lab.people[0], box.add_folder("Below", box.default_folder.id))
    lab.run()
    assert lab.host.state.get(NAMES_NESTED_KEY) is None
    lab.assert_equal()


@pytest.mark.parametrize("status", [400, 410])
def test_where_the_delta_is_refused_the_folders_are_listed(status: int) -> None:
    lab = make_lab(2, nested=True)
    lab.realm.faults.add(Fault("status", match="contactFolders/delta", status=status, times=None, inner=True))
    lab.run()
    lab.assert_equal()
    lab.night()
    lab.assert_equal()
