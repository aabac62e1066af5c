"""One person read by hand, judged by the rules of the sync: mapping, mailbox purpose, lists and groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pbx_plugin_api import DraftUser, Host
from portsip_m365_plugin.config.scope import ScopeConfig
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.mailboxes import Mailboxes
from portsip_m365_plugin.mapping.users import SKIP_DETAILS, MappingRules, Skip, map_user
from portsip_m365_plugin.users.scope import OUT_OF_SCOPE, find_out_of_scope


def judge_person(
    host: Host, client: GraphClient, rules: MappingRules, scope: ScopeConfig, user: Mapping[str, Any]
) -> DraftUser | Skip:
    """Return the draft of one person of the directory, or why the rules leave them out.

    Cost: one request for 20 groups, if only some groups are synced.

    Raises:
        GraphError: It is not known whether the person is in one of the groups. Can be retried.
    """
    outcome = map_user(user, rules)
    if isinstance(outcome, Skip):
        return outcome
    no_person = Mailboxes(host).reason_for(outcome.link.subject)
    if no_person is not None:
        return Skip(reason=no_person, detail=SKIP_DETAILS[no_person], draft=outcome)
    out_of_scope = find_out_of_scope(client, scope, outcome.link.subject)
    return Skip(reason=OUT_OF_SCOPE, detail=out_of_scope, draft=outcome) if out_of_scope else outcome
