"""What each cloud's schema declares, read from the committed extract (tests/facts/extract_facts.py)."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from portsip_m365_plugin.simulator.exchange import Refused

CLOUDS = ("GLOBAL", "CHINA", "USGOV")

# Selectable only on a single user, kept outside the directory: 501 in a collection (user-list, 2023).
OUTSIDE_DIRECTORY = frozenset(
    [
        "aboutMe",
        "birthday",
        "hireDate",
        "interests",
        "mySite",
        "pastProjects",
        "preferredName",
        "responsibilities",
        "schools",
        "skills",
        "mailboxSettings",
    ]
)
USER_DEFAULTS = (
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
)


@cache
def facts() -> dict[str, Any]:
    """The committed extract, as its script documents it."""
    text = files("portsip_m365_plugin.simulator.world").joinpath("schema_facts.json").read_text()
    found: dict[str, Any] = json.loads(text)
    return found


class Schema:
    """One cloud's types and operations."""

    def __init__(self, cloud: str) -> None:
        self.cloud = cloud
        self._facts = facts()["clouds"][cloud]
        self._bound = {(row["name"], row["bound_to"]) for row in self._facts["operations"]}

    def properties(self, type_name: str) -> dict[str, str]:
        """Property names with their EDM types, inherited ones included."""
        found: dict[str, str] = self._facts["types"][type_name]["properties"]
        return found

    def navigation(self, type_name: str) -> dict[str, str]:
        """Navigation property names with their target types."""
        found: dict[str, str] = self._facts["types"][type_name]["navigation"]
        return found

    def declares(self, operation: str, bound_to: str) -> bool:
        """Whether the cloud has this action or function on that binding."""
        return (operation, bound_to) in self._bound

    def selected(self, type_name: str, select: str | None) -> tuple[str, ...] | None:
        """The names of a ``$select``, each of them declared; None without one.

        Raises ``Refused`` (400) for a name the type does not have, as Graph's OData layer does.
        """
        if select is None:
            return None
        known = self.properties(type_name)
        names = tuple(dict.fromkeys(name.strip() for name in select.split(",")))
        for name in names:
            if name not in known and name not in self.navigation(type_name):
                raise Refused(
                    400,
                    "BadRequest",
                    "Parsing OData Select and Expand failed: Could not find a property named "
                    f"'{name}' on type 'microsoft.graph.{type_name}'.",
                )
        return names

    def check_body(self, type_name: str, body: Any, path: str = "") -> None:
        """Refuse a member that the type does not have, or a value of the wrong JSON kind, anywhere below."""
        if not isinstance(body, dict):
            raise _unreadable(f"An object was expected at '{path or type_name}'.")
        known = {**self.properties(type_name), **self.navigation(type_name)}
        for name, value in body.items():
            if name.startswith("@odata.") or "@" in name:
                continue
            if name not in known:
                raise _unreadable(
                    f"The property '{name}' does not exist on type 'microsoft.graph.{type_name}'. "
                    "Make sure to only use property names that are defined by the type."
                )
            if value is not None:
                self._check_value(known[name], value, f"{path}{name}")

    def _check_value(self, declared: str, value: Any, path: str) -> None:
        if declared.startswith("Collection("):
            if not isinstance(value, list):
                raise _unreadable(f"A collection was expected for '{path}'.")
            for item in value:
                self._check_value(declared[11:-1], item, path + "/")
            return
        if declared.startswith("graph."):
            name = declared[6:]
            if name == "attachment":
                name = _attachment_type(value)
            if name in self._facts["types"]:
                self.check_body(name, value, path + "/")
            elif name in self._facts["enums"] and (
                not isinstance(value, str)
                or value.lower() not in {member.lower() for member in self._facts["enums"][name]}
            ):
                raise _unreadable(f"Requested value '{value}' was not found.")
            return
        kind = {"Edm.Boolean": bool, "Edm.Int32": int, "Edm.Int64": int}.get(declared, str)
        if not isinstance(value, kind):
            raise _unreadable(f"Cannot convert the literal '{value}' to the expected type '{declared}' at '{path}'.")


def _attachment_type(value: Any) -> str:
    declared = value.get("@odata.type", "") if isinstance(value, dict) else ""
    if declared != "#microsoft.graph.fileAttachment":
        raise _unreadable(
            "An attachment needs '@odata.type'; this simulator takes '#microsoft.graph.fileAttachment' "
            f"and got '{declared}'."
        )
    return "fileAttachment"


def _unreadable(message: str) -> Refused:
    return Refused(400, "RequestBodyRead", message)
