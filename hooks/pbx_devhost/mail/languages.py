"""In which language a mail is written: that of the one person who reads it, else the tenant's."""

from __future__ import annotations

from collections.abc import Collection

from pbx_devhost.store.languages import first_offered
from pbx_devhost.store.stores import Stores
from pbx_plugin_api import Tenant


def language_for(stores: Stores, tenant: Tenant, recipients: Collection[str]) -> str:
    """Return the language of a mail to these addresses of a tenant, as a BCP 47 tag.

    It is the choice of the user or administrator who has the address, if there is one address and everybody who has it
    chose the same. Otherwise it is the tenant's language.
    """
    readers = {address.casefold(): address for address in recipients}
    if len(readers) == 1:
        [address] = readers.values()
        chosen = stores.users.languages_at(tenant.pbx_tenant_id, address)
        if not chosen:
            of_admins = stores.accounts.notice_addresses(tenant.pbx_tenant_id).items()
            chosen = {language for email, language in of_admins if email.casefold() == address.casefold()}
        if len(chosen) == 1:
            [language] = chosen
            return first_offered(language) or tenant.language
    return tenant.language
