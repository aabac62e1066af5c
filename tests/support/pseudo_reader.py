"""Somebody who reads everything that the plugin says to one tenant, and collects what is plain English."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pbx_plugin_api import ActionRequest, Download, LookUpRequest, TickReason, TickReport, Viewer, translate
from portsip_m365_plugin.clouds import load_clouds
from portsip_m365_plugin.config.fields import Choice
from portsip_m365_plugin.config.schema import SETTINGS
from portsip_m365_plugin.page.actions import ACTIONS
from portsip_m365_plugin.permissions import PERMISSIONS
from tests.support.lab import Lab
from tests.support.pbx_hand import Hand
from tests.support.plain_english import find_plain
from tests.support.pseudo_language import PSEUDO

READER = Viewer(username="root", locale=PSEUDO)
LOOKER = Viewer(username="looker", may_edit=False, locale=PSEUDO)
FIXED = (
    *("PortSIP PBX", "public_key.pem", "GLOBAL", "CHINA", "GCC_HIGH", "DOD", "none"),
    *("employeeId", "extensionAttribute1", "extensionAttribute15", "businessPhones:N", "businessPhones:4"),
    *("text", "azure_cli", "graph_powershell"),
    *("MailboxNotEnabledForRESTAPI", "ResourceNotFound", "ErrorAccessDenied", "Authorization_RequestDenied"),
    *("AccessDenied", "InvalidAuthenticationToken"),
    *("adele@contoso.com", "info@contoso.com", "pbx@contoso.com", "72f988bf-86f1-41af-91ab-2d7cd011db47"),
)
"""Names, words of the settings and Microsoft's codes, which no language changes; and the examples in empty fields."""


@dataclass
class Reader:
    """Reads one tenant's pages, answers and runs."""

    hand: Hand
    lab: Lab | None = None
    named: tuple[str, ...] = ()
    """What the scene itself types or names."""
    found: list[str] = field(default_factory=list)
    n_problems: int = 0
    """How many were read already."""

    def read(self, value: Any, where: str) -> Any:
        """Read what is in the reader's language already."""
        self.found += find_plain(value, self._data(), where)
        if isinstance(value, Download) and value.filename.endswith(".txt"):
            self.found += find_plain(value.content.decode().splitlines(), self._data(), f"{where}.content")
        return value

    def page(self, viewer: Viewer = READER) -> Any:
        return self.read(self.hand.page(viewer), "page")

    def save(self, **values: str) -> Any:
        return self.read(self.hand.save(viewer=READER, **values), "save")

    def press(self, action: str, **values: str) -> Any:
        """Press a button, with what is in its parameters if no other values are given. A job is done at once."""
        drawn = next(each for tab in self.hand.page(READER).tabs for each in tab.actions if each.name == action)
        shown = {each.name: each.value for each in drawn.parameters}
        if drawn.confirm:
            request = ActionRequest(action=action, values={**shown, **values}, viewer=READER.username)
            asked = self.hand.plugins.confirm_action(self.hand.plugin, self.hand.tenant, READER, request)
            self.read(asked.value, f"ask {action}")
        return self.run(action, **{**shown, **values})

    def run(self, action: str, **values: str) -> Any:
        """Do what a button does, with these values."""
        request = ActionRequest(action=action, values=values, viewer=READER.username)
        answer = self.hand.plugins.run_action(self.hand.plugin, self.hand.tenant, READER, request)
        assert answer.ok, answer.sentence
        self.read(answer.value, f"press {action}")
        job = getattr(answer.value, "job", None)
        return self.tick(TickReason.JOB, job=job, request=request) if job else answer.value

    def press_all(self, *actions: str) -> None:
        """Press every button that is offered, but the one that ends the connection; or these, if they are offered."""
        offered = [each.name for tab in self.hand.page(READER).tabs for each in tab.actions if each.enabled]
        for action in dict.fromkeys(offered):
            if action in actions or (not actions and action != "disconnect"):
                self.press(action)

    def look_up(self, field: str, text: str) -> None:
        request = LookUpRequest(field=field, text=text)
        self.read(self.hand.plugins.look_up(self.hand.plugin, self.hand.tenant, READER, request).value, "look_up")

    def tick(self, reason: TickReason = TickReason.FORCED, **more: Any) -> TickReport:
        """Run, and read what the run leaves behind: report, problems, notices."""
        report = self.hand.tick(reason, **more)
        self.read(translate(report, PSEUDO), "run")
        self.read_stored()
        return report

    def read_stored(self) -> None:
        host = self.hand.host
        new = host.progress.problems[self.n_problems :]
        self.n_problems += len(new)
        self.read(translate(list(new), PSEUDO), "problem")
        self.read(translate(host.open_notices(), PSEUDO), "notice")

    def _data(self) -> set[str]:
        host = self.hand.host
        known = {*FIXED, *self.named, *ACTIONS, *SETTINGS, self.hand.tenant.name, READER.username}
        known |= {item.name for item in PERMISSIONS}
        known |= {word.value for setting in SETTINGS.values() if isinstance(setting, Choice) for word in setting.words}
        known |= {"true", "false"}
        known |= {*host.web_origins.all(), *(f"{origin}/ms365/callback" for origin in host.web_origins.all())}
        known |= {host.web_origins.web.partition("//")[2].partition(":")[0]}
        known |= {text for user in host.users.linked() for text in (user.username, user.display_name)}
        return known | set(self._data_of_microsoft()) if self.lab is not None else known

    def _data_of_microsoft(self) -> Iterator[str]:
        assert self.lab is not None
        yield from load_clouds()
        for app in self.lab.apps.values():
            yield app.client_id
        for cloud in self.lab.sim.clouds:
            tenant = self.lab.tenant(cloud)
            yield from (tenant.id, tenant.domain)
            for person in tenant.directory.order:
                yield person.id
                for value in person.props.values():
                    if isinstance(value, str):
                        yield from (value, value[:128], value[:20])  # a name that is too long is cut
            for group in tenant.directory.groups.values():
                yield group.id
                yield from (value for value in group.props.values() if isinstance(value, str))
