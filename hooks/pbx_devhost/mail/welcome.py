"""The welcome mail of a user. It is only sent on request, because it contains secrets in clear text."""

from __future__ import annotations

import uuid
from datetime import datetime, timezone
from typing import Any, Final

from pbx_devhost.mail.languages import language_for
from pbx_devhost.store.stores import Stores
from pbx_devhost.texts import _
from pbx_plugin_api import Notification, NotificationKind, Priority, Tenant

# Translators: a mail. What is between %% and %% is filled in later; keep it as it is.
_SUBJECT: Final = _("Your extension %%EXTENSION_NUMBER%% at %%TENANT_NAME%%")
# Translators: a mail; keep its lines, and what is between %% and %%, as they are.
_TEXT: Final = _(
    """Dear %%DISPLAY_NAME%%,

your extension number is %%EXTENSION_NUMBER%%.

User name: %%USER_NAME%%
Domain: %%DOMAIN%%
Extension password: %%EXTENSION_PASSWORD%%
Voicemail PIN: %%VOICEMAIL_PIN%%
"""
)


class WelcomeError(Exception):
    """No welcome mail can be made. The message says why and what to do."""


def queue_welcome(stores: Stores, tenant: Tenant, username: str) -> Notification:
    """Queue a user's welcome mail and return it. A second request sends it again.

    Raises:
        WelcomeError: There is no such user, or the user has no mail address. Nothing was queued.
    """
    user: Any = stores.users.find_by_username(tenant.pbx_tenant_id, username)
    if user is None:
        raise WelcomeError(_("there is no user {name} in {tenant}", name=repr(username), tenant=tenant.name))
    if not user.email:
        raise WelcomeError(_("{name} has no mail address; add one, then try again", name=username))
    notification = Notification(
        notification_id=uuid.uuid4().hex,
        kind=NotificationKind.NEW_USER,
        to=(user.email,),
        subject=_SUBJECT,
        text=_TEXT,
        priority=Priority.NORMAL,
        placeholders={
            "DISPLAY_NAME": user.display_name,
            "DOMAIN": tenant.sip_domain,
            "EXTENSION_NUMBER": user.extension_number,
            "EXTENSION_PASSWORD": stores.vault.open(user.sip_secret, user.id, "sip").decode(),
            "TENANT_NAME": tenant.name,
            "USER_EMAIL": user.email,
            "USER_NAME": user.username,
            "VOICEMAIL_PIN": stores.vault.open(user.pin_secret, user.id, "pin").decode(),
        },
        language=language_for(stores, tenant, (user.email,)),
        created_at_utc=datetime.fromtimestamp(stores.database.now(), timezone.utc),
    )
    stores.outbox.put(tenant.pbx_tenant_id, notification)
    return notification
