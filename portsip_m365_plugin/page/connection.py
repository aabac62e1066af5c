"""Test connection: try once everything that a run needs, and return each fault as a sentence with its remedy.

A permission is tried by using it. The roles in a token say less: Exchange can grant some permissions by itself, and no
token shows those. Sending can be tried only by sending, which the MAIL tab offers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pbx_plugin_api import ActionOutcome, Done, Fact, Host, Refused, Scope, Severity, Tenant
from portsip_m365_plugin.clouds import Cloud
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.config.scope import ScopeConfig
from portsip_m365_plugin.connect import IMPATIENT, NotReady, connect, find_app
from portsip_m365_plugin.entra.aadsts import EntraRefusal, RefusalKind
from portsip_m365_plugin.entra.discovery import Directory, find_directory
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import (
    ConsentMissingError,
    GraphError,
    MailboxMissingError,
    MailboxMovingError,
    MailboxRefusedError,
)
from portsip_m365_plugin.graph.groups import list_members
from portsip_m365_plugin.graph.users import list_users
from portsip_m365_plugin.graph.wire import build

_PEOPLE: Final = 20
_MAILBOXES_TRIED_MAX: Final = 3


def try_connection(host: Host, tenant: Tenant, config: Config) -> ActionOutcome:
    """Try directory, cloud, token and permissions, with a fresh application object. Cost: about five requests.

    The PBX itself (`Scope.SYSTEM`) only sends mail; there only the token can be tried.
    """
    app = find_app(config.connection)
    if isinstance(app, NotReady):
        return Refused(message=app.sentence, remedy=app.remedy)
    directory = find_directory(app.cloud, app.entra_tenant_id)
    if isinstance(directory, EntraRefusal) and directory.kind is not RefusalKind.OTHER:
        return Refused(message=directory.sentence, remedy=directory.remedy)
    if isinstance(directory, Directory) and not directory.is_served_by(app.cloud):
        return _refuse_cloud(directory, app.cloud)
    client = connect(host, config.connection, policy=IMPATIENT, fresh=True)
    if isinstance(client, NotReady):
        return Refused(message=client.sentence, remedy=client.describe().removeprefix(client.sentence).strip())
    if tenant.scope is Scope.SYSTEM:
        return Done(message="Entra issues a token. Send a test mail on the MAIL tab to try the rest.")
    try:
        page = next(iter(list_users(client, page_size=_PEOPLE)))
    except ConsentMissingError as error:
        return Refused(message=f"{error.sentence} It is User.Read.All.", remedy=error.remedy)
    except GraphError as error:
        return Refused(message=error.sentence, remedy=error.remedy)
    facts = (
        Fact(label="Token", value="issued", severity=Severity.GOOD),
        Fact(label="User.Read.All", value="granted", severity=Severity.GOOD),
        *_probe_groups(client, config.scope),
        *_probe_mailboxes(client, page.rows),
        Fact(label="Mail.Send", value="not tried: send a test mail on the MAIL tab"),
    )
    return Done(message="The connection works.", facts=facts)


def _refuse_cloud(directory: Directory, cloud: Cloud) -> Refused:
    return Refused(
        message=f"This directory belongs to another Microsoft cloud: it is served by {directory.graph_host},"
        f" not by {cloud.name}.",
        remedy="Choose the other region on this tab, and register the application there.",
    )


def _probe_groups(client: GraphClient, scope: ScopeConfig) -> Iterable[Fact]:
    """Try to read the members of the first group, where only some groups are synced."""
    for group in scope.groups.entries[:1] if scope.has_groups else ():
        value, severity = "granted", Severity.GOOD
        try:
            next(list_members(client, group.entra_object_id))
        except ConsentMissingError:
            value, severity = "not granted", Severity.WARNING
        except GraphError as error:
            value, severity = f"not known: {error.sentence}", Severity.WARNING
        yield Fact(label="GroupMember.Read.All", value=value, severity=severity)


def _probe_mailboxes(client: GraphClient, people: Iterable[Mapping[str, Any]]) -> Iterable[Fact]:
    """Try what is read from mailboxes, on people who have one."""
    owners = [str(user["id"]) for user in people if user.get("accountEnabled") is True and _has_exchange(user)]
    probes = (("Contacts.Read", "contacts.folders", ("id",)), ("MailboxSettings.Read", "mailbox.purpose", ()))
    for permission, call, select in probes:
        yield _probe(client, permission, call, select, owners[:_MAILBOXES_TRIED_MAX])


def _probe(client: GraphClient, permission: str, call: str, select: tuple[str, ...], owners: Iterable[str]) -> Fact:
    for owner in owners:
        try:
            client.send(build(call, client.cloud, select=select, user_id=owner))
        except (MailboxMissingError, MailboxMovingError):
            continue
        except ConsentMissingError:
            return Fact(label=permission, value="not granted", severity=Severity.WARNING)
        except MailboxRefusedError:
            refusal = "refused by Exchange for the mailbox tried: not granted, or its scope leaves this mailbox out"
            return Fact(label=permission, value=refusal, severity=Severity.WARNING)
        except GraphError as error:
            return Fact(label=permission, value=f"not known: {error.sentence}", severity=Severity.WARNING)
        return Fact(label=permission, value="granted", severity=Severity.GOOD)
    return Fact(label=permission, value="not known: there was no mailbox to try it on")


def _has_exchange(user: Mapping[str, Any]) -> bool:
    plans = user.get("assignedPlans") or ()
    return any(plan.get("service") == "exchange" and plan.get("capabilityStatus") == "Enabled" for plan in plans)
