"""Test connection: the same checks as `doctor`, as the answer of a button."""

from __future__ import annotations

import json
from typing import Final

from pbx_plugin_api import ActionOutcome, Done, Fact, Host, Refused, Severity, Tenant, listing, sentences
from portsip_m365_plugin.checks.board import Check, CheckState
from portsip_m365_plugin.checks.run import Report, run_checks
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.texts import _

_WORDS: Final = {
    CheckState.OK: _("OK."),
    CheckState.NOT_WELL: _("Not well."),
    CheckState.NOT_CHECKED: _("Not checked."),
}


def try_connection(host: Host, tenant: Tenant, config: Config) -> ActionOutcome:
    """Run every check and show one line for each. Cost: see `checks.run.REQUESTS_MAX`."""
    report = run_checks(host, tenant, config)
    facts = tuple(map(_show, report.checks))
    data: dict[str, str | int | bool | None] = {"ok": report.is_well, "checks": _as_json(report)}
    fault = report.fault
    if fault is not None:
        return Refused(message=fault.found, remedy=fault.remedy, facts=facts, data=data)
    if report.steps:
        first = report.steps[0]
        # Translators: {checks} is a list of checks, such as “Redirect URIs, Mail.Send”.
        unproven = _(
            "Nothing is wrong so far, but this is not proven yet: {checks}.",
            checks=listing(check.label for check in report.steps),
        )
        return Done(message=sentences(unproven, first.found, first.remedy), facts=facts, data=data)
    return Done(message=_("The connection works."), facts=facts, data=data)


def _show(check: Check) -> Fact:
    return Fact(
        label=check.label,
        value=sentences(_WORDS[check.state], check.found),
        severity=_find_severity(check),
        help=check.remedy,
    )


def _find_severity(check: Check) -> Severity:
    if check.state is CheckState.OK:
        return Severity.GOOD
    if check.state is CheckState.NOT_WELL:
        return Severity.BAD if check.is_needed else Severity.WARNING
    return Severity.WARNING if check.is_needed else Severity.PLAIN


def _as_json(report: Report) -> str:
    """Return the lines as one text: `Done.data` holds texts and numbers only."""
    return json.dumps(
        [
            {
                "name": check.name,
                "state": check.state.value,
                "found": check.found,
                "remedy": check.remedy,
                "needed": check.is_needed,
            }
            for check in report.checks
        ],
        ensure_ascii=False,
    )
