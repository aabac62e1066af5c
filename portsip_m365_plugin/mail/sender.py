"""Whose mailbox sends a mail: the tenant's own, or the system's where tenants may use it."""

from __future__ import annotations

from dataclasses import dataclass

from pbx_plugin_api import Host, Scope, Tenant
from portsip_m365_plugin.config.connection import ConnectionConfig
from portsip_m365_plugin.config.mail import MailConfig
from portsip_m365_plugin.config.reader import Config, load_config


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """The mailbox and the app registration by which a mail goes out."""

    host: Host
    """Bound to the tenant, or to the system: its key pair and its rate budget are used."""
    connection: ConnectionConfig
    mail: MailConfig

    @classmethod
    def of(cls, host: Host, config: Config) -> Sender:
        """Return the sender of a scope's own settings; its mailbox may be empty."""
        return cls(host=host, connection=config.connection, mail=config.mail)


def find_sender(host: Host, tenant: Tenant) -> Sender | None:
    """Return who sends this tenant's mail; None if nobody does through Microsoft 365.

    A tenant's own settings win. The system's are used if it has a mailbox, its administrator shares it (the default, as
    in PortSIP), and the PBX gives out the system's host.
    """
    own = Sender.of(host, load_config(host))
    if own.mail.mailbox:
        return own
    system = host.system() if tenant.scope is not Scope.SYSTEM else None
    if system is None:
        return None
    shared = Sender.of(system, load_config(system))
    return shared if shared.mail.mailbox and shared.mail.for_tenants else None
