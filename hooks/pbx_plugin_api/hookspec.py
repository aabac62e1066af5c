"""The five hooks that the PBX calls. Read this page and you can write a plugin.

A plugin is a module. It sets `PBX_API_VERSION`, and it implements any of these functions, marked with `@hookimpl`.
What the hooks get and return is described beside each type. `pbx_plugin_api` exports everything that a plugin needs.

Rules for all hooks:

- Hooks are synchronous. The PBX may call them on any thread, in any of its processes.
- A hook takes exactly the parameters below, without defaults (versions of pluggy disagree about defaults).
- `host` is bound to this tenant and this plugin. It refuses every use after the hook has returned.
- An expected failure is a returned value. An exception is a bug: the PBX logs it with the plugin's name, and the other
  plugins still answer.
- Texts for people may be `Text`s, made by a `Catalogue`: English as a `str`, and readable in another language. A plugin
  returns a settings page, and what its functions return, in `Viewer.locale` (`translate`). All other texts come in
  English, because nobody knows who will read them: a host keeps what they say (`dump` and `load` do) and shows them in
  the language of each reader. A plugin that has one language returns plain `str`s. A limit of
  characters counts the English.
- A module may set `PBX_WORDS`, a mapping: what a machine word of its own means, such as the reason of a `Problem`, a
  job, an action. A host shows these words in its run log and audit log; a word that is missing is spelled out. The
  summary of the distribution may be such a word, for the list of plugins.
- A returned object that carries functions (`SettingsPage`, `LoginProvider`) is used within the same call only. A later
  request calls the hook again, perhaps in another process.
"""

from __future__ import annotations

from collections.abc import Sequence

from pbx_plugin_api.host import Host
from pbx_plugin_api.login import LoginProvider
from pbx_plugin_api.markers import hookspec
from pbx_plugin_api.notifications import DeliveryReceipt, Notification
from pbx_plugin_api.provisioning import ProvisionOutcome, ProvisionRequest
from pbx_plugin_api.settings_page import SettingsPage
from pbx_plugin_api.tenants import Tenant, Viewer
from pbx_plugin_api.tick import Tick, TickReport

__all__ = ["on_login_providers", "on_nightly_tick", "on_send_notification", "on_settings_page", "on_user_provision"]


@hookspec
def on_settings_page(host: Host, tenant: Tenant, viewer: Viewer) -> SettingsPage | None:
    """Describe this plugin's settings page for an administrator.

    When: an administrator opens the page. Also before each `save`, `confirm`, `run` and `look_up`, in any process.
    How often: a few times a minute at most.
    Answers: every plugin. None means that the plugin has no page.
    May block: describing the page makes no network call. `save`, `run` and `look_up` may take a few seconds. A host
        calls `look_up` for administrators only, and limits how often. For longer work `run` returns `Started(job)`, and
        `on_nightly_tick` does the work under the tenant's lease.
    May raise: no. If a plugin raises, its page shows as broken and the pages of the others still appear.
    Idempotency: describing the page changes nothing, nor does `look_up`. `save` is protected by the version of the
        page. A repeated `run` must do no harm.
    Since: 1.0

    Example:
        >>> from pbx_plugin_api import Saved, SettingsPage, hookimpl, Refused
        >>> @hookimpl
        ... def on_settings_page(host, tenant, viewer):
        ...     return SettingsPage(
        ...         title="Weather", version=0, tabs=(),
        ...         save=lambda values, expected_version: Saved(version=1),
        ...         run=lambda request: Refused(message="There is nothing to run."),
        ...     )
    """


@hookspec
def on_login_providers(host: Host, tenant: Tenant) -> Sequence[LoginProvider] | None:
    """Offer ways to sign in with an account of another system.

    When: a login page is shown, a sign-in begins (`begin`), a callback arrives (`complete`), somebody signs out.
    How often: at every login page. So the answer takes a few milliseconds and no network call.
    Answers: every plugin. None or an empty sequence means that there is none.
    May block: listing the providers does not. `begin` and `complete` may make the requests that the protocol needs,
        within seconds.
    May raise: no. A refusal is `LoginRefused`. A plugin that raises loses its button on the login page, no more.
    Idempotency: `begin` makes a new flow each time. The host hands a flow out once, so `complete` runs once for it.
    Since: 1.0

    Example:
        >>> from pbx_plugin_api import hookimpl
        >>> @hookimpl
        ... def on_login_providers(host, tenant):
        ...     return ()
    """


@hookspec
def on_nightly_tick(host: Host, tenant: Tenant, tick: Tick) -> TickReport | None:
    """Do the periodic work for one tenant, or the long job that a button of the page has started.

    When: the tenant's `next_due_at_utc` has come, an administrator presses "Sync now", the last run was resumable, or a
        job waits.
    How often: about once a day. Never twice at the same time for one tenant: the host holds a lease with a fencing
        token.
    Answers: each plugin by itself. None means that this plugin has no periodic work.
    May block: yes, until `tick.deadline_utc`. The plugin may use up to `tick.max_requests` threads for HTTP and joins
        them before it returns. It asks `host.progress.should_stop()` wherever it can safely stop.
    May raise: no. A run that failed is `TickStatus.FAILED` with a message. If a plugin raises, the run is logged and
        the tenant is due again the next day.
    Idempotency: a run can be killed anywhere, and the next run must end in the same state. `apply` is idempotent, and a
        checkpoint is stored after it.
    Since: 1.0

    Example:
        >>> from pbx_plugin_api import TickReport, TickStatus, hookimpl
        >>> @hookimpl
        ... def on_nightly_tick(host, tenant, tick):
        ...     return TickReport(status=TickStatus.DONE, message="Nothing to do.")
    """


@hookspec
def on_send_notification(host: Host, tenant: Tenant, notification: Notification) -> DeliveryReceipt | None:
    """Deliver one mail of the PBX's notification queue.

    When: the queue has a mail for this tenant's people. A retry comes with a higher `attempt`.
    How often: up to the rate that the plugin takes from `host.rate_budget`.
    Answers: the first plugin that does not return None. None means "not my channel", and the next plugin is asked.
    What it says: `check_mail` sorts out addresses that are none, `write_mail` writes subject and text in the
        language of the notification. The PBX's own fallback channel uses both, so that a mail reads the same by every
        channel.
    May block: yes, for the requests of one mail.
    May raise: no. A plugin that raises counts as `UNKNOWN`, because the mail may have been sent.
    Idempotency: sending is not idempotent. The host records the attempt before the call, and sets
        `previous_outcome_unknown` when an earlier answer was lost. Ask `host.progress.should_stop()` right before the
        request that sends: a process that was frozen may have lost the mail to another one.
    Since: 1.0

    Example:
        >>> from pbx_plugin_api import hookimpl
        >>> @hookimpl
        ... def on_send_notification(host, tenant, notification):
        ...     return None
    """


@hookspec
def on_user_provision(host: Host, tenant: Tenant, request: ProvisionRequest) -> ProvisionOutcome | None:
    """Describe one person who is added or refreshed outside of a sync.

    When: an administrator picks a person or syncs one linked user now, or a person signs in for the first time and the
        tenant allows new users.
    How often: rarely.
    Answers: the first plugin that does not return None. None means "not mine".
    May block: yes, for a few requests.
    May raise: no. A refusal is `ProvisionRefused`.
    Idempotency: the hook only describes the person. The host applies the draft by the same atomic upsert as a sync.
    Answer: `Provisioned.link_user_id` names a user made by hand who is this person; the host links, and makes nobody.
    Since: 1.0

    Example:
        >>> from pbx_plugin_api import ProvisionRefused, hookimpl
        >>> @hookimpl
        ... def on_user_provision(host, tenant, request):
        ...     return ProvisionRefused(reason="not_found", sentence="Nobody of that name is in the directory.")
    """
