"""The states of a step, and what an administrator confirms with the button of a step that is done elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from pbx_plugin_api import StepState
from portsip_m365_plugin.last_test import Finding
from portsip_m365_plugin.page.set_up.known import Known
from portsip_m365_plugin.texts import _

CONFIRM_ACTION: Final = "confirm_step"
CONFIRM_LABELS: Final = {
    "prerequisites": _("These addresses are right"),
    "register": _("I have registered it"),
    "upload": _("I have uploaded it"),
    "permissions": _("I have added them"),
    "consent": _("I have given consent"),
}
"""Label of the button by which an administrator says that something outside of the PBX is done, by step."""
SCOPE_FIELDS: Final = (
    *("sync_users_mode", "sync_users", "sync_groups_mode", "sync_groups", "starting_extension_number"),
)


def confirmation_of(step: str, known: Known) -> str:
    """Return what an administrator confirms with a step's button, so that a change of it opens the step again."""
    certificate = known.certificate.thumbprint_sha256 if known.certificate is not None else ""
    permissions = " ".join(sorted(item.name for item in known.needed))
    return {
        "prerequisites": " ".join(known.origins.all()),
        "register": " ".join(known.origins.all()),
        "upload": certificate,
        "permissions": permissions,
        "consent": f"{known.connection.client_id} {permissions}",
    }[step]


def is_confirmed(step: str, known: Known) -> bool:
    """Whether everything that the step asks for now has been confirmed."""
    said = set(known.confirmed.get(step, "").split())
    return bool(said) and set(confirmation_of(step, known).split()) <= said


def proven(at_utc: datetime) -> dict[str, Any]:
    """Return the fields of a step that worked at that time."""
    return {"state": StepState.PROVEN, "proven_at_utc": at_utc}


def failed(finding: Finding) -> dict[str, Any]:
    """Return the fields of a step at which something failed."""
    remedy = finding.remedy or _("Put it right, then press “Test connection”.")
    return {"state": StepState.FAILED, "detail": finding.found, "remedy": remedy}


def done(detail: str = "") -> dict[str, Any]:
    """Return the fields of a step that is behind, but not proven."""
    return {"state": StepState.DONE, "detail": detail}
