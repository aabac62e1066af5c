"""The steps of the set-up, in the order in which Microsoft wants them done, each with its state.

Pure: a record of what is known in, steps out. `confirming.py` reads that record from the host.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from pbx_plugin_api import Step, StepState
from portsip_m365_plugin.page.set_up import connect_steps, people_steps
from portsip_m365_plugin.page.set_up.known import Known
from portsip_m365_plugin.page.set_up.step_states import CONFIRM_ACTION, CONFIRM_LABELS

_CONNECT: Final = (
    connect_steps.check_addresses,
    connect_steps.register,
    connect_steps.enter_ids,
    connect_steps.make_key_pair,
    connect_steps.upload,
    connect_steps.add_permissions,
    connect_steps.give_consent,
    connect_steps.test_connection,
)
_TENANT_STEPS: Final[tuple[Callable[[Known], Step], ...]] = (
    *_CONNECT,
    people_steps.choose_who,
    people_steps.preview,
    people_steps.approve,
)
_SYSTEM_STEPS: Final[tuple[Callable[[Known], Step], ...]] = (*_CONNECT, people_steps.send_test_mail)


def draw_steps(known: Known) -> tuple[Step, ...]:
    """Return the steps. The first that is to do or has failed is the next one, for somebody who may do it.

    If it is done outside of the PBX, its button says so: `CONFIRM_ACTION`, which is on the page for this step only.
    """
    drawn = [draw(known) for draw in (_SYSTEM_STEPS if known.is_system else _TENANT_STEPS)]
    for index, step in enumerate(drawn):
        if step.state in (StepState.TO_DO, StepState.FAILED) and known.may_edit:
            says_so = step.state is StepState.TO_DO and step.name in CONFIRM_LABELS
            actions = (CONFIRM_ACTION, *step.actions) if says_so else step.actions
            drawn[index] = replace(step, actions=actions, is_next=True)
            break
    return tuple(drawn)
