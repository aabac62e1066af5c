"""The five hooks the PBX calls. Read this page and you can write a plugin.

Common to all: synchronous, on any thread and in any process; `host` is bound to this tenant and this plugin and refuses
after the call; expected failures are values and exceptions are bugs, logged with the plugin's name while other plugins
still answer; implementations take exactly these parameters, without defaults (pluggy versions disagree about them).
Objects that carry functions are used inside the same call only.
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
    """Draw this plugin's settings page for an administrator.

    When: at every page request of an admin, and again before each `save` and each `run`, in any worker.
    How often: a few times a minute at most.
    Answers: every plugin; None means that it has no page.
    May block: no network calls while drawing. `save` and `run` may take a few seconds; longer work answers
        `Started(job)` and is done by `on_nightly_tick` under the tenant's lease.
    May raise: no; a raising plugin is shown as broken, the others' pages still appear.
    Idempotency: drawing changes nothing. `save` is guarded by the version drawn; repeating a `run` must do no harm.
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
    """Offer ways to sign in with somebody else's account.

    When: a login page is drawn; a sign-in begins (`begin`); a callback arrives (`complete`); somebody signs out.
    How often: at every login page, so a page drawn costs no network call and at most a few milliseconds.
    Answers: every plugin; None or an empty sequence means none.
    May block: drawing no; `begin` and `complete` may make the requests the protocol needs, within seconds.
    May raise: no; refusals are `LoginRefused`. A raising plugin only loses its icon.
    Idempotency: `begin` makes a new flow each time; the host pops a flow once, so `complete` runs once for each.
    Since: 1.0

    Example:
        >>> from pbx_plugin_api import hookimpl
        >>> @hookimpl
        ... def on_login_providers(host, tenant):
        ...     return ()
    """


@hookspec
def on_nightly_tick(host: Host, tenant: Tenant, tick: Tick) -> TickReport | None:
    """Do the periodic work for one tenant, or the long job a page action has started.

    When: the tenant's `next_due_at_utc` has come, an admin forces it, the last run was resumable, or a job waits.
    How often: about once a day; never twice at a time for one tenant (the host holds a lease with a fencing token).
    Answers: each plugin by itself; None means that this plugin is never due.
    May block: yes, until `tick.deadline_utc`, with at most `tick.max_requests` HTTP threads, joined before returning.
        `host.progress.should_stop()` is asked between safe places.
    May raise: no; a failed run is `TickStatus.FAILED` with a message. A raising run is logged, and due again tomorrow.
    Idempotency: killed anywhere, the next run must end in the same state; `apply` is idempotent, checkpoints come last.
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

    When: the queue has something to deliver to this tenant's people; retries come with a higher `attempt`.
    How often: up to the rate the plugin takes from `host.rate_budget`.
    Answers: the first plugin with an answer wins; None means "not my channel", and the next is asked.
    May block: yes, for the requests of one mail.
    May raise: no. A raising plugin counts as `UNKNOWN`: the mail may have gone.
    Idempotency: sending is not idempotent; the host records the attempt before calling and says
        `previous_outcome_unknown` when an answer was lost.
    Since: 1.0

    Example:
        >>> from pbx_plugin_api import hookimpl
        >>> @hookimpl
        ... def on_send_notification(host, tenant, notification):
        ...     return None
    """


@hookspec
def on_user_provision(host: Host, tenant: Tenant, request: ProvisionRequest) -> ProvisionOutcome | None:
    """Describe one person who is to be added or refreshed outside the sync.

    When: an admin picks somebody, or somebody signs in for the first time and the tenant allows it.
    How often: now and then.
    Answers: the first plugin with an answer wins; None means "not mine".
    May block: yes, for a few requests.
    May raise: no; refusals are `ProvisionRefused`.
    Idempotency: only describes; the host applies the draft by the same atomic upsert as a sync.
    Since: 1.0

    Example:
        >>> from pbx_plugin_api import ProvisionRefused, hookimpl
        >>> @hookimpl
        ... def on_user_provision(host, tenant, request):
        ...     return ProvisionRefused(reason="not_found", sentence="Nobody of that name is in the directory.")
    """
