"""The welcome mail of a user. It is only sent on request, because it contains secrets in clear text."""

from __future__ import annotations

import uuid
from datetime import datetime, timezone
from typing import Any, Final

from pbx_devhost.store.stores import Stores
from pbx_plugin_api import Notification, NotificationKind, Priority, Tenant

_SUBJECT: Final = "Your extension %%EXTENSION_NUMBER%% at %%TENANT_NAME%%"
_TEXT: Final = """Dear %%DISPLAY_NAME%%,

your extension number is %%EXTENSION_NUMBER%%.

User name: %%USER_NAME%%
Domain: %%DOMAIN%%
Extension password: %%EXTENSION_PASSWORD%%
Voicemail PIN: %%VOICEMAIL_PIN%%
"""


class WelcomeError(Exception):
    """No welcome mail can be made. The message says why and what to do."""


def queue_welcome(stores: Stores, tenant: Tenant, username: str) -> Notification:
    """Queue a user's welcome mail and return it. A second request sends it again.

    Raises:
        WelcomeError: There is no such user, or the user has no mail address. Nothing was queued.
    """
    user: Any = stores.users.find_by_username(tenant.pbx_tenant_id, username)
    if user is None:
        raise WelcomeError(f"there is no user {username!r} in {tenant.name}")
    if not user.email:
        raise WelcomeError(f"{username} has no mail address; add one, then try again")
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
        created_at_utc=datetime.fromtimestamp(stores.database.now(), timezone.utc),
    )
    stores.outbox.put(tenant.pbx_tenant_id, notification)
    return notification
