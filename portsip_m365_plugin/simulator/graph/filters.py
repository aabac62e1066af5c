"""The ``$filter`` clauses on users and groups that Graph documents for simple and for advanced queries."""

import re
from collections.abc import Callable
from typing import Any

from portsip_m365_plugin.simulator.exchange import Refused

Predicate = Callable[[dict[str, Any]], bool]

_TOKEN = re.compile(r"\s*(\(|\)|,|'(?:[^']|'')*'|[A-Za-z_$][\w./$:]*|-?\d+)")
_SIMPLE = {
    # Filterable without advanced query, "eq" (and "in", "startsWith") alone (user resource type, 2021).
    "accountEnabled", "userType", "id", "userPrincipalName", "mail", "department", "displayName", "givenName",
    "surname", "jobTitle", "city", "country", "usageLocation", "mailNickname", "employeeId", "onPremisesSyncEnabled",
    "companyName", "securityEnabled", "mailEnabled",
}  # fmt: skip
_LISTS = {"proxyAddresses"}
"""Lists that ``any`` looks through, with "eq" or "startsWith" (user resource type, 2023)."""
_ADVANCED_ONLY = {"onPremisesSamAccountName", "officeLocation", "mobilePhone", "createdDateTime"}


class _Parser:
    def __init__(self, text: str, advanced: bool, resource: str) -> None:
        self.tokens: list[str] = []
        position = 0
        while position < len(text.rstrip()):
            match = _TOKEN.match(text, position)
            if match is None:
                raise _invalid()
            self.tokens.append(match.group(1))
            position = match.end()
        self.advanced = advanced
        self.resource = resource

    def parse(self) -> Predicate:
        result = self.alternatives()
        if self.tokens:
            raise _invalid()
        return result

    def alternatives(self) -> Predicate:
        parts = [self.conjunction()]
        while self.take("or"):
            parts.append(self.conjunction())
        return parts[0] if len(parts) == 1 else lambda props: any(part(props) for part in parts)

    def conjunction(self) -> Predicate:
        parts = [self.clause()]
        while self.take("and"):
            parts.append(self.clause())
        return parts[0] if len(parts) == 1 else lambda props: all(part(props) for part in parts)

    def clause(self) -> Predicate:
        if self.take("("):
            inner = self.alternatives()
            self.need(")")
            return inner
        if self.take("not"):
            self.need_advanced("not")
            inner = self.clause()
            return lambda props: not inner(props)
        name = self.next()
        if name.lower() in ("startswith", "endswith"):
            return self.text_function(name)
        if name.endswith("/any"):
            return self.any_of(name.removesuffix("/any"))
        self.check(name)
        operator = self.next().lower()
        if operator == "in":
            return self.membership(name)
        if operator not in ("eq", "ne"):
            raise _unsupported(name, self.resource)
        if operator == "ne":
            self.need_advanced("ne")
        wanted = _literal(self.next())
        counting = name.endswith("/$count")
        key = name.removesuffix("/$count")

        def matches(props: dict[str, Any]) -> bool:
            value = props.get(key)
            if counting:
                return bool(len(value or []) == wanted) == (operator == "eq")
            same = (
                value.lower() == wanted.lower()
                if isinstance(value, str) and isinstance(wanted, str)
                else value == wanted
            )
            return bool(same) == (operator == "eq")

        return matches

    def membership(self, name: str) -> Predicate:
        self.need("(")
        values = [_literal(self.next())]
        while self.take(","):
            values.append(_literal(self.next()))
        self.need(")")
        lowered = [value.lower() if isinstance(value, str) else value for value in values]
        return lambda props: (
            ((props.get(name) or "").lower() if isinstance(props.get(name), str) else props.get(name)) in lowered
        )

    def text_function(self, function: str) -> Predicate:
        ends = function.lower() == "endswith"
        if ends:
            self.need_advanced("endsWith")
        self.need("(")
        name = self.next()
        self.check(name)
        self.need(",")
        wanted = str(_literal(self.next())).lower()
        self.need(")")
        if ends:
            return lambda props: str(props.get(name) or "").lower().endswith(wanted)
        return lambda props: str(props.get(name) or "").lower().startswith(wanted)

    def any_of(self, name: str) -> Predicate:
        """``proxyAddresses/any(p:p eq 'smtp:a@contoso.example')``; case is ignored, as in the directory."""
        if name not in _LISTS:
            raise _unsupported(name, self.resource)
        self.need("(")
        variable, _, used = self.next().partition(":")
        starts = used.lower() == "startswith"
        if starts:
            self.need("(")
            used = self.next()
            self.need(",")
        elif self.next().lower() != "eq":
            raise _unsupported(name, self.resource)
        if not variable or used != variable:
            raise _invalid()
        wanted = str(_literal(self.next())).lower()
        if starts:
            self.need(")")
        self.need(")")
        return lambda props: any(
            item.lower().startswith(wanted) if starts else item.lower() == wanted for item in props.get(name) or []
        )

    def check(self, name: str) -> None:
        if name.endswith("/$count") and name.startswith("assignedLicenses"):
            self.need_advanced("$count")
        elif name in _ADVANCED_ONLY and self.advanced:
            return
        elif name not in _SIMPLE:
            raise _unsupported(name, self.resource)

    def need_advanced(self, operator: str) -> None:
        if not self.advanced:
            raise Refused(
                400,
                "Request_UnsupportedQuery",
                f"Operator '{operator}' is not supported because the required parameters might be missing. "
                "Try adding $count=true query parameter and ConsistencyLevel:eventual header. "
                "Refer to https://aka.ms/graph-docs/advanced-queries for more information",
            )

    def next(self) -> str:
        if not self.tokens:
            raise _invalid()
        return self.tokens.pop(0)

    def take(self, word: str) -> bool:
        if self.tokens and self.tokens[0].lower() == word:
            self.tokens.pop(0)
            return True
        return False

    def need(self, word: str) -> None:
        if not self.take(word):
            raise _invalid()


def parse_filter(text: str, *, advanced: bool, resource: str = "User") -> Predicate:
    """A predicate over properties (``id`` among them). ``Refused`` 400 for what Graph cannot filter by."""
    return _Parser(text, advanced, resource).parse()


def exact_lookup(text: str) -> tuple[str, str] | None:
    """The (property, value) of a filter that is one equality on an indexed property."""
    match = re.fullmatch(r"\s*(id|userPrincipalName)\s+eq\s+'((?:[^']|'')*)'\s*", text)
    return (match.group(1), match.group(2).replace("''", "'")) if match else None


def ids_of_filter(text: str) -> list[str]:
    """The ids of a delta filter, ``id eq 'a' or id eq 'b'``, at most 50; ``Refused`` 400 for any other filter."""
    pieces = re.split(r"\s+or\s+", text.strip(), flags=re.IGNORECASE)
    ids = [match.group(1) for piece in pieces if (match := re.fullmatch(r"id\s+eq\s+'([^']*)'", piece.strip()))]
    if len(ids) != len(pieces) or len(ids) > 50:
        raise Refused(
            400, "Request_UnsupportedQuery", "The specified filter is not supported: a delta takes up to 50 'id eq'."
        )
    return ids


def _literal(token: str) -> Any:
    if token.startswith("'"):
        return token[1:-1].replace("''", "'")
    if token in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[token]
    if token.lstrip("-").isdigit():
        return int(token)
    raise _invalid()


def _invalid() -> Refused:
    return Refused(400, "Request_BadRequest", "Invalid filter clause")


def _unsupported(name: str, resource: str) -> Refused:
    return Refused(
        400,
        "Request_UnsupportedQuery",
        f"Unsupported or invalid query filter clause specified for property '{name}' of resource '{resource}'.",
    )
