"""A stand-in for Azure CLI on PATH: `account`, `cloud`, `login`, and `rest` on a small directory of applications.

It writes each call down, and refuses what Microsoft Graph refuses: unknown properties, a second enterprise application,
a consent twice, an expired key that is sent back. `--query` is JMESPath, by the library that Azure CLI uses.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import socketserver
import threading
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import jmespath

GRAPH_APP = "00000003-0000-0000-c000-000000000000"
NO_BODY: dict[str, Any] = {}
_PROGRAM = """#!{bash}
exec 3<>/dev/tcp/127.0.0.1/{port}
printf '%s\\0' "$#" "$@" >&3
read -r code <&3
if [ "$code" = 0 ]; then cat <&3; else cat <&3 >&2; fi
exit "$code"
"""


class GraphRefusedError(Exception):
    """Microsoft Graph answers with an error."""


def new_world(directory: str, roles: list[str], *, signed_in: bool = True, cloud: str = "AzureCloud") -> dict[str, Any]:
    """A directory in which nothing is registered."""
    return {
        "directory": directory,
        "cloud": cloud,
        "signed_in": signed_in,
        "graph": {
            "id": str(uuid.uuid4()),
            "appId": GRAPH_APP,
            "appRoles": [{"id": str(uuid.uuid5(uuid.NAMESPACE_DNS, each)), "value": each} for each in roles],
            "oauth2PermissionScopes": [
                {"id": str(uuid.uuid5(uuid.NAMESPACE_DNS, each)), "value": each}
                for each in ("openid", "profile", "email")
            ],
        },
        "applications": {},
        "principals": {},
        "roles": [],
        "grants": [],
        "calls": [],
        "fail_next": {},
    }


class FakeAz:
    """The stand-in: a program in a folder for PATH, and the thread of this process that answers it.

    The program is a few lines of bash, because a script calls it some thirty times.
    """

    def __init__(self, folder: Path, bash: str) -> None:
        self.world: dict[str, Any] = {}
        self._server = _Server(("127.0.0.1", 0), self)
        folder.mkdir()
        program = folder / "az"
        program.write_text(_PROGRAM.format(bash=bash, port=self._server.server_address[1]))
        program.chmod(0o755)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def run(self, arguments: list[str]) -> tuple[int, str]:
        """Return the exit code and what is printed, to stderr if the code is not 0."""
        options, words = read(arguments)
        try:
            answer = answer_to(self.world, words, options)
        except GraphRefusedError as refused:
            return 1, f"ERROR: {refused}\n"
        if "--query" in options and answer is not None:
            answer = jmespath.search(options["--query"], answer)
        return 0, printed(answer, options.get("--output", "json"))


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], az: FakeAz) -> None:
        super().__init__(address, _Handler)
        self.az = az


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        received = b""
        while received.count(b"\0") < 1 or received.count(b"\0") <= int(received.partition(b"\0")[0]):
            received += self.request.recv(65_536)
        arguments = [part.decode() for part in received.split(b"\0")[1:-1]]
        code, text = self.server.az.run(arguments)
        self.wfile.write(f"{code}\n{text}".encode())


def read(arguments: list[str]) -> tuple[dict[str, str], list[str]]:
    options: dict[str, str] = {}
    words: list[str] = []
    at = 0
    while at < len(arguments):
        name = arguments[at]
        if name in ("--only-show-errors", "--allow-no-subscriptions"):
            at += 1
        elif name.startswith("--"):
            options[name] = arguments[at + 1]
            at += 2
        else:
            words.append(name)
            at += 1
    return options, words


def printed(answer: Any, form: str) -> str:
    if answer is None or form == "none":
        return ""
    if form == "json":
        return json.dumps(answer) + "\n"
    rows = answer if isinstance(answer, list) else [answer]
    return "".join(f"{'None' if each is None else each}\n" for each in rows)


def answer_to(world: dict[str, Any], words: list[str], options: dict[str, str]) -> Any:
    world["calls"].append([*words, options.get("--method", ""), options.get("--url", ""), options.get("--body", "")])
    if words == ["cloud", "set"]:
        world["signed_in"] = world["signed_in"] and world["cloud"] == options["--name"]
        world["cloud"] = options["--name"]
        return None
    if words == ["account", "show"]:
        if not world["signed_in"]:
            raise GraphRefusedError("Please run 'az login' to setup account.")
        return {"tenantId": world["directory"]}
    if words == ["login"]:
        world["signed_in"] = True
        return None
    if words != ["rest"]:
        raise GraphRefusedError(f"unknown command {words}")
    if not world["signed_in"]:
        raise GraphRefusedError("Please run 'az login' to setup account.")
    parts = urlsplit(options["--url"])
    if f"{parts.scheme}://{parts.netloc}" != options["--resource"]:
        raise GraphRefusedError("a token for another resource")
    segments = unquote(parts.path).removeprefix("/v1.0/").split("/")
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    method = options["--method"]
    if method != "get":
        key = f"{method} {segments[0]}"
        if world["fail_next"].get(key, 0) > 0:
            world["fail_next"][key] -= 1
            raise GraphRefusedError("Bad Request: the object does not exist yet")
        if options.get("--headers") != "Content-Type=application/json":
            raise GraphRefusedError("415 Unsupported Media Type")
    return graph(world, method, segments, query, json.loads(options["--body"]) if "--body" in options else NO_BODY)


def graph(world: dict[str, Any], method: str, segments: list[str], query: dict[str, str], body: dict[str, Any]) -> Any:
    match (method, *segments):
        case ("get", "applications"):
            return {"value": filtered(world["applications"].values(), query["$filter"])}
        case ("get", "applications", object_id):
            return selected(find(world["applications"], object_id), query)
        case ("post", "applications"):
            app = {
                "id": str(uuid.uuid4()),
                "appId": str(uuid.uuid4()),
                "keyCredentials": [],
                "requiredResourceAccess": [],
            }
            check(body, {"displayName", "signInAudience", "tags", "web"})
            world["applications"][app["id"]] = app | body
            return app | body
        case ("patch", "applications", object_id):
            check(body, {"web", "signInAudience", "requiredResourceAccess", "keyCredentials"})
            app = find(world["applications"], object_id)
            if "keyCredentials" in body:
                body["keyCredentials"] = [checked_key(app, each) for each in body["keyCredentials"]]
            app |= body
            return None
        case ("get", "servicePrincipals"):
            return {"value": filtered(world["principals"].values(), query["$filter"])}
        case ("get", "servicePrincipals", name) if name == f"(appId='{GRAPH_APP}')" or name == world["graph"]["id"]:
            return selected(world["graph"], query)
        case ("get", name) if name == f"servicePrincipals(appId='{GRAPH_APP}')":
            return selected(world["graph"], query)
        case ("post", "servicePrincipals"):
            if any(each["appId"] == body["appId"] for each in world["principals"].values()):
                raise GraphRefusedError("the service principal exists already")
            if not any(each["appId"] == body["appId"] for each in world["applications"].values()):
                raise GraphRefusedError("no such application")
            principal = {"id": str(uuid.uuid4()), "appId": body["appId"]}
            world["principals"][principal["id"]] = principal
            return principal
        case ("get", "servicePrincipals", principal, "appRoleAssignments"):
            return {"value": [each for each in world["roles"] if each["principalId"] == principal]}
        case ("post", "servicePrincipals", resource, "appRoleAssignedTo"):
            check(body, {"principalId", "resourceId", "appRoleId"})
            if body in world["roles"] or body["resourceId"] != resource or resource != world["graph"]["id"]:
                raise GraphRefusedError("Permission being assigned already exists on the object")
            find(world["principals"], body["principalId"])
            world["roles"].append(body)
            return body
        case ("get", "servicePrincipals", principal, "oauth2PermissionGrants"):
            return {"value": [each for each in world["grants"] if each["clientId"] == principal]}
        case ("post", "oauth2PermissionGrants"):
            check(body, {"clientId", "consentType", "resourceId", "scope"})
            world["grants"].append(body)
            return body
    raise GraphRefusedError(f"Resource not found for the segment {segments[0]!r} ({method})")


def checked_key(app: dict[str, Any], key: dict[str, Any]) -> dict[str, Any]:
    if key.get("endDateTime") == "expired":
        raise GraphRefusedError("KeyCredentialsInvalidEndDate: Key credential end date is invalid.")
    if "keyId" in key:
        return next(each for each in app["keyCredentials"] if each["keyId"] == key["keyId"])
    check(key, {"type", "usage", "displayName", "key"})
    if (key["type"], key["usage"]) != ("AsymmetricX509Cert", "Verify"):
        raise GraphRefusedError("Key credential type is invalid")
    der = base64.b64decode(key["key"], validate=True)
    mark = hashlib.sha1(der).hexdigest().upper()
    return {**key, "keyId": str(uuid.uuid4()), "customKeyIdentifier": mark}


def check(body: dict[str, Any], known: set[str]) -> None:
    strange = set(body) - known
    if strange:
        raise GraphRefusedError(f"Invalid property {sorted(strange)[0]!r}")


def find(table: dict[str, Any], key: str) -> Any:
    if key not in table:
        raise GraphRefusedError(f"Resource {key!r} does not exist")
    return table[key]


def filtered(rows: Any, condition: str) -> list[Any]:
    by_tag = re.fullmatch(r"tags/any\(t:t eq '([a-z0-9-]+)'\)", condition)
    by_app = re.fullmatch(r"appId eq '([0-9a-f-]+)'", condition)
    if by_tag:
        return [row for row in rows if by_tag[1] in row.get("tags", ())]
    if by_app:
        return [row for row in rows if row["appId"] == by_app[1]]
    raise GraphRefusedError(f"Invalid filter clause: {condition}")


def selected(row: dict[str, Any], query: dict[str, str]) -> dict[str, Any]:
    names = query.get("$select", "").split(",")
    return {name: value for name, value in row.items() if name in names} if names != [""] else row
