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

    The reasons have the order of the sync: lists and groups count before a missing name and before the mailbox.

    Cost: one request for 20 groups, if only some groups are synced.

    Raises:
        GraphError: It is not known whether the person is in one of the groups. Can be retried.
    """
    outcome = map_user(user, rules)
    draft = outcome.draft if isinstance(outcome, Skip) else outcome
    if draft is None or (isinstance(outcome, Skip) and outcome.reason != "no_name"):
        return outcome
    out_of_scope = find_out_of_scope(client, scope, draft.link.subject)
    if out_of_scope:
        return Skip(reason=OUT_OF_SCOPE, detail=out_of_scope, draft=draft)
    if isinstance(outcome, Skip):
        return outcome
    no_person = Mailboxes(host).reason_for(draft.link.subject)
    return outcome if no_person is None else Skip(reason=no_person, detail=SKIP_DETAILS[no_person], draft=draft)
