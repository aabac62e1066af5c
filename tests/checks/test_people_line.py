"""The line about people without a user says nothing before a sync has looked."""

from __future__ import annotations

from portsip_m365_plugin.checks.board import PEOPLE, Board, Check, CheckState
from portsip_m365_plugin.checks.people import check_people
from tests.support.lab import Lab, shared_key_pair
from tests.support.pbx_hand import Hand


def line(hand: Hand) -> Check:
    board = Board()
    check_people(board, hand.host)
    return next(each for each in board.checks() if each.name == PEOPLE)


def test_nobody_is_said_to_wait_only_after_a_run(lab: Lab) -> None:
    hand = Hand()
    hand.set_up(lab.settings(), shared_key_pair())
    assert (line(hand).state, line(hand).is_needed) == (CheckState.NOT_CHECKED, False)
    hand.tick(confirm_first_plan=True)
    assert line(hand).state is CheckState.OK
