"""What the renewal of the certificate says, in the run's report and in the notice."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pbx_plugin_api import Text
from portsip_m365_plugin.entra.keypair import Certificate
from portsip_m365_plugin.graph.errors import ConsentMissingError, GraphError, NotFoundError
from portsip_m365_plugin.texts import _, _n
from portsip_m365_plugin.times import show_utc_day

SWITCHED_OFF: Final = _("Switch “Renew the certificate by itself” on first, with the application object ID, and save.")
ON_ITS_WAY: Final = _("The next certificate is on its way. Entra has to know it for a while before it is used.")
NOT_CONFIRMED: Final = _(
    "Microsoft has not confirmed that it registered the next certificate. The next runs try again."
)
REMOVED: Final = _("The old certificate was removed from the app registration.")
NOT_RENEWED: Final = _("The certificate could not be renewed.")
NOTICE_SUBJECT: Final = _("The certificate for Microsoft 365 could not be renewed")
NOTICE_BEGINS: Final = _("The PBX could not renew its certificate for Microsoft 365.")
NOTICE_ENDS: Final = _("The present certificate is used until its end.")


def say_registered(certificate: Certificate) -> Text:
    """Return that the next certificate was registered."""
    return _(
        "A new certificate, valid until {day}, was registered in Entra. It is used as soon as Entra knows it.",
        day=show_utc_day(certificate.not_after_utc),
    )


def say_renewed(new: Certificate, old: Certificate, days: int, *, removes_old: bool) -> Text:
    """Return that a certificate is used now, and what becomes of the old one after so many days."""
    until = show_utc_day(new.not_after_utc)
    if removes_old:
        return _n(
            "The certificate was renewed and is valid until {day}. The old one is removed in {n} day.",
            "The certificate was renewed and is valid until {day}. The old one is removed in {n} days.",
            days,
            day=until,
        )
    return _n(
        "The certificate was renewed and is valid until {day}. The old one ({thumbprint}) was uploaded by hand, so this"
        " PBX does not know its ID in Entra: delete it there after {n} day, or let it end on {end}.",
        "The certificate was renewed and is valid until {day}. The old one ({thumbprint}) was uploaded by hand, so this"
        " PBX does not know its ID in Entra: delete it there after {n} days, or let it end on {end}.",
        days,
        day=until,
        thumbprint=old.thumbprint_sha1,
        end=show_utc_day(old.not_after_utc),
    )


def say_not_accepted(since_utc: datetime, thumbprint_sha1: str) -> Text:
    """Return that Entra does not accept the new certificate, and what to do."""
    return _(
        "Entra has not accepted the new certificate since {day}. Look for the thumbprint {thumbprint} in the app"
        " registration under Certificates & secrets; if it is missing, download public_key.pem on the PERMISSIONS tab"
        " and upload it there.",
        day=show_utc_day(since_utc),
        thumbprint=thumbprint_sha1,
    )


def explain_renewal_error(error: GraphError) -> tuple[str, str]:
    """Return why Entra refused a step of the renewal, and what to do."""
    if isinstance(error, NotFoundError):
        return (
            _("Entra knows no app registration with this object ID."),
            _(
                "Take the Object ID from the overview page of the app registration. The Object ID of the enterprise"
                " application is another one, and so is the application (client) ID."
            ),
        )
    if isinstance(error, ConsentMissingError):
        return (
            _("Entra does not let this application renew its own certificate."),
            _(
                "Check that the object ID is that of the app registration. If it is, the directory asks for the"
                " permission Application.ReadWrite.OwnedBy, with the application as its own owner; or renew by hand."
            ),
        )
    return error.sentence, error.remedy
