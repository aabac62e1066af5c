"""The host as a page is drawn from it: everything is read at most once, and the small state in one look.

Six tabs ask for the same things, such as the certificates, the last run, or the plan that waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Final, cast

from pbx_plugin_api import Host, Secrets, State, StateRecord, WebOrigins

STATE_KEYS: Final = frozenset(
    {
        "between",
        "consent",
        "contacts.leaving",
        "contacts.summary",
        "key.renewal",
        "last_run",
        "last_test",
        "mail.failures",
        "photos.vanishing",
        "redirects",
        "set_up.confirmed",
        "signin.fault",
        "signin.refusal_suspended",
        "signin.test",
        "users.first_plan",
        "users.left_out",
        "users.plan",
        "users.waiting",
    }
)
"""What every page of a connected tenant is drawn from. A key that is missing here costs a look of its own."""


def read_once(host: Host) -> Host:
    """Return a host for drawing one page. It shows what was there when first asked for, and refuses to write.

    Cost: one look for all of `STATE_KEYS`, and one for each other thing that is asked for.
    """
    return cast(Host, _PageHost(host))


class _PageHost:
    """Keeps `pbx_plugin_api.Host`, as far as a page is drawn from it."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.state, self.secrets = _PageState(host.state), _PageSecrets(host.secrets)
        self.clock, self.overview, self.users = host.clock, host.overview, host.users
        self.contacts, self.blobs = host.contacts, host.blobs

    @cached_property
    def web_origins(self) -> WebOrigins:
        """See `Host`."""
        return self._host.web_origins


class _PageState:
    """The reading half of `pbx_plugin_api.State`."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._found: dict[str, StateRecord | None] = {}
        self._listed: dict[str, tuple[tuple[str, StateRecord], ...]] = {}

    def get(self, key: str) -> StateRecord | None:
        """See `State`."""
        if key not in self._found:
            keys = STATE_KEYS if key in STATE_KEYS else (key,)
            self._found |= {**dict.fromkeys(keys), **self._state.get_many(keys)}
        return self._found[key]

    def items(self, prefix: str = "") -> Iterator[tuple[str, StateRecord]]:
        """See `State`."""
        if prefix not in self._listed:
            self._listed[prefix] = tuple(self._state.items(prefix))
        return iter(self._listed[prefix])


class _PageSecrets:
    """The reading half of `pbx_plugin_api.Secrets`. It lives as long as a page is drawn, and no `repr` shows it."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._found: dict[str, bytes | None] = {}

    def get(self, name: str) -> bytes | None:
        """See `Secrets`."""
        if name not in self._found:
            self._found[name] = self._secrets.get(name)
        return self._found[name]
