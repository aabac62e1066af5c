"""What the plugin's machine words mean: for the run log and the audit log of the PBX (`PBX_WORDS` of the contract)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from portsip_m365_plugin.page.words import REASONS
from portsip_m365_plugin.texts import _, _p

_BUTTONS: Final[Mapping[str, str]] = {
    # Translators: which button was pressed, in the audit log; the same words as on the button.
    "generate_key_pair": _("Generate new key pair"),
    "replace_key_pair": _("Discard the waiting key pair and make another"),
    "download_certificate_request": _("Download certificate request"),
    "import_certificate": _("Import issued certificate"),
    "test_connection": _("Test connection"),
    "for_colleague": _("For a colleague in Entra"),
    "download_script": _("Download for a colleague"),
    "limit_mailboxes": _("Download a script that limits mailboxes"),
    "approve": _("Approve and sync"),
    "send_test_mail": _("Send test mail"),
    "preview": _("Preview"),
    "sync_now": _("Sync now"),
    "full_resync": _("Full resync"),
    "contacts": _("Sync contacts now"),
    "contacts_resync": _("Read all contacts again"),
    "approve_contact_removal": _("Approve the removal"),
    "approve_photo_removal": _("Approve the removal of photos"),
    "contact_state": _("How does a mailbox stand?"),
    "explain": _("Explain"),
    "add_person": _("Add a person"),
    "test_sign_in": _("Test sign-in"),
    "renew_now": _("Renew the certificate now"),
    "disconnect": _("Disconnect"),
    "download_public_key": _("Download the public key"),
    "confirm_step": _("A step was confirmed"),
    "suspend_password_refusal": _("Allow passwords for a while"),
    "resume_password_refusal": _("Refuse passwords again"),
}
_EVENTS: Final[Mapping[str, str]] = {
    # Translators: what happened, in the audit log.
    "contacts.removal_approved": _p("an event", "Removal of contacts approved"),
    "disconnected": _p("an event", "Disconnected"),
    "key_pair.discarded": _p("an event", "Key pair discarded"),
    "key_pair.generated": _p("an event", "Key pair generated"),
    "key_pair.imported": _p("an event", "Certificate imported"),
    "key_pair.promoted": _p("an event", "New key pair in use"),
    "key_pair.registered": _p("an event", "Key pair registered in Entra"),
    "key_pair.removed": _p("an event", "Key pair removed from Entra"),
    "key_pair.renewal": _p("an event", "Renewal of the certificate"),
    "key_pair.requested": _p("an event", "Certificate request made"),
    "key_pair.shortened": _p("an event", "Certificate made again for a shorter time"),
    "mail.test": _p("an event", "Test mail"),
    "password_refusal.resumed": _p("an event", "Refusal of passwords resumed"),
    "password_refusal.suspended": _p("an event", "Refusal of passwords suspended"),
    "photos.removal_approved": _p("an event", "Removal of photos approved"),
    "set_up.confirmed": _p("an event", "Step of the set-up confirmed"),
    "users.plan_approved": _p("an event", "Plan approved"),
    "landing.consent": _p("an event", "Back from the consent page"),
}
_REFUSALS: Final[Mapping[str, str]] = {
    # Translators: why somebody was not signed in with Microsoft: a short technical reason for an administrator.
    "answer_of_another_issuer": _p("why not signed in", "Answer of another issuer"),
    "flow_expired": _p("why not signed in", "Flow expired"),
    "malformed_callback": _p("why not signed in", "Malformed callback"),
    "no_id_token": _p("why not signed in", "No id token"),
    "origin_unknown": _p("why not signed in", "Origin unknown"),
    "settings_changed": _p("why not signed in", "Settings changed"),
    "state_mismatch": _p("why not signed in", "State mismatch"),
    "too_many_failures": _p("why not signed in", "Too many failures"),
    "not_admitted": _p("why not signed in", "Not admitted"),
    "not_synced": _p("why not signed in", "Not synced"),
    "user_disabled": _p("why not signed in", "User disabled"),
    "algorithm_refused": _p("why not signed in", "Algorithm refused"),
    "audience_mismatch": _p("why not signed in", "Audience mismatch"),
    "bad_signature": _p("why not signed in", "Bad signature"),
    "claim_missing": _p("why not signed in", "Claim missing"),
    "duplicate_claim": _p("why not signed in", "Duplicate claim"),
    "expired": _p("why not signed in", "Expired"),
    "header_refused": _p("why not signed in", "Header refused"),
    "issuer_mismatch": _p("why not signed in", "Issuer mismatch"),
    "malformed_token": _p("why not signed in", "Malformed token"),
    "nonce_mismatch": _p("why not signed in", "Nonce mismatch"),
    "not_yet_valid": _p("why not signed in", "Not yet valid"),
    "oversized_token": _p("why not signed in", "Oversized token"),
    "personal_account": _p("why not signed in", "Personal account"),
    "tenant_mismatch": _p("why not signed in", "Tenant mismatch"),
    "unknown_key": _p("why not signed in", "Unknown key"),
    "version_mismatch": _p("why not signed in", "Version mismatch"),
    "microsoft_unreachable": _p("why not signed in", "Microsoft unreachable"),
    "not_set_up": _p("why not signed in", "Not set up"),
    "provider_error": _p("why not signed in", "Provider error"),
    "no_code": _p("why not signed in", "No code"),
}

CODE_WORDS: Final[Mapping[str, str]] = {**_REFUSALS, **_EVENTS, **_BUTTONS, **REASONS}
