"""Extract the facts that this project checks its calls against from Microsoft's schemas and permission table.

    python tests/facts/extract_facts.py [ORACLE_FOLDER] [--out FILE]

ORACLE_FOLDER defaults to ``../shared/oracle`` beside the project; it holds ``v1.0-Prod.csdl`` (GLOBAL),
``v1.0-Mooncake.csdl`` (CHINA, 21Vianet), ``v1.0-Fairfax.csdl`` (USGOV: GCC High and DoD) and
``graph-permissions.json``. The output, committed as
``portsip_m365_plugin/simulator/world/schema_facts.json``, has this shape::

    {
      "source": {"csdl": "...", "permissions": "..."},
      "clouds": {
        "GLOBAL" | "CHINA" | "USGOV": {
          "types":  {"user": {"properties": {"displayName": "Edm.String", ...},      inherited ones included
                              "navigation": {"photo": "graph.profilePhoto", ...}},
                     ...},
          "enums":  {"userPurpose": ["user", "linked", ...], ...},
          "operations": [{"name": "delta", "kind": "Function", "bound_to": "Collection(graph.user)",
                          "parameters": {}}, ...],           only the names in OPERATIONS
          "collections": {"users": "graph.user", ...}         entity sets and singletons at the root
        }
      },
      "permissions": {
        "GET /users/{id}/photo": {"least": ["ProfilePhoto.Read.All"], "application": ["...", "User.Read.All"]},
        ...
      }
    }

Permission keys are written as this project writes paths (camelCase, ``{id}``). Upper and lower case do not matter when
they are compared with Microsoft's table. ``null`` means that the table has no such path.
"""

import json
import sys
from pathlib import Path
from xml.etree import ElementTree

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
DEFAULT_ORACLE = PROJECT.parent / "shared" / "oracle"
FACTS_FILE = PROJECT / "portsip_m365_plugin" / "simulator" / "world" / "schema_facts.json"

CSDL_OF_CLOUD = {"GLOBAL": "v1.0-Prod.csdl", "CHINA": "v1.0-Mooncake.csdl", "USGOV": "v1.0-Fairfax.csdl"}
TYPES = (
    "user", "group", "directoryObject", "organization", "verifiedDomain",
    "assignedPlan", "assignedLicense", "profilePhoto",
    "contactFolder", "contact", "outlookItem", "physicalAddress", "mailboxSettings", "automaticRepliesSetting",
    "localeInfo", "message", "itemBody", "recipient", "emailAddress", "internetMessageHeader", "followupFlag",
    "attachment", "fileAttachment", "attachmentItem", "uploadSession",
    "application", "keyCredential",
)  # fmt: skip
ENUMS = ("userPurpose", "bodyType", "importance", "attachmentType", "inferenceClassificationType")
OPERATIONS = ("delta", "sendMail", "send", "createUploadSession", "checkMemberGroups", "addKey", "removeKey")
ROOT_COLLECTIONS = ("users", "groups", "directory", "organization", "contacts", "domains", "me", "applications")
PERMISSION_PATHS = (
    "GET /users", "GET /users/delta", "GET /users/{id}",
    "GET /users/{id}/photo",
    "GET /users/{id}/mailboxSettings", "GET /users/{id}/mailboxSettings/userPurpose",
    "GET /users/{id}/contacts", "GET /users/{id}/contacts/{id}", "GET /users/{id}/contacts/delta",
    "GET /users/{id}/contactFolders", "GET /users/{id}/contactFolders/delta", "GET /users/{id}/contactFolders/{id}",
    "GET /users/{id}/contactFolders/{id}/childFolders",
    "GET /users/{id}/contactFolders/{id}/contacts",
    "GET /users/{id}/contactFolders/{id}/contacts/delta",
    "POST /users/{id}/sendMail",
    "POST /users/{id}/messages", "DELETE /users/{id}/messages/{id}", "POST /users/{id}/messages/{id}/attachments",
    "POST /users/{id}/messages/{id}/attachments/createUploadSession", "POST /users/{id}/messages/{id}/send",
    "POST /users/{id}/checkMemberGroups",
    "GET /groups", "GET /groups/{id}", "GET /groups/{id}/members", "GET /groups/{id}/transitiveMembers",
    "GET /organization",
    "POST /applications/{id}/addKey", "POST /applications/{id}/removeKey",
)  # fmt: skip

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"


def extract(oracle: Path) -> dict:
    return {
        "source": {
            "csdl": "microsoftgraph/msgraph-metadata, schemas/v1.0-{Prod,Mooncake,Fairfax}.csdl (2026-08-20)",
            "permissions": "microsoftgraph/microsoft-graph-devx-content, permissions/new/permissions.json (2026-08-07)",
        },
        "clouds": {cloud: _cloud_facts(oracle / name) for cloud, name in CSDL_OF_CLOUD.items()},
        "permissions": _permission_facts(oracle / "graph-permissions.json"),
    }


def dump(facts: dict) -> str:
    return json.dumps(facts, indent=1, sort_keys=True) + "\n"


def _cloud_facts(csdl: Path) -> dict:
    schema = next(
        element
        for element in ElementTree.parse(csdl).iter(EDM + "Schema")
        if element.get("Namespace") == "microsoft.graph"
    )
    structured = {
        element.get("Name"): element for tag in ("EntityType", "ComplexType") for element in schema.findall(EDM + tag)
    }
    enums = {element.get("Name"): element for element in schema.findall(EDM + "EnumType")}
    collections: dict[str, str] = {}
    for container in schema.findall(EDM + "EntityContainer"):
        for element in container:
            if element.get("Name") in ROOT_COLLECTIONS:
                collections[element.get("Name")] = _short(element.get("EntityType") or element.get("Type"))
    return {
        "types": {name: _members(structured, name) for name in TYPES if name in structured},
        "enums": {
            name: [m.get("Name") for m in enums[name].findall(EDM + "Member")] for name in ENUMS if name in enums
        },
        "operations": sorted(
            (
                operation
                for kind in ("Action", "Function")
                for element in schema.findall(EDM + kind)
                if element.get("Name") in OPERATIONS
                for operation in [_operation(kind, element)]
            ),
            key=lambda operation: (operation["name"], operation["bound_to"], operation["kind"]),
        ),
        "collections": collections,
    }


def _members(structured: dict, name: str) -> dict:
    properties: dict[str, str] = {}
    navigation: dict[str, str] = {}
    current: str | None = name
    while current is not None:
        element = structured[current]
        for member in element.findall(EDM + "Property"):
            properties.setdefault(member.get("Name"), _short(member.get("Type")))
        for member in element.findall(EDM + "NavigationProperty"):
            navigation.setdefault(member.get("Name"), _short(member.get("Type")))
        base = element.get("BaseType")
        current = base.rsplit(".", 1)[1] if base else None
    return {"properties": properties, "navigation": navigation}


def _operation(kind: str, element: ElementTree.Element) -> dict:
    parameters = element.findall(EDM + "Parameter")
    return {
        "name": element.get("Name"),
        "kind": kind,
        "bound_to": _short(parameters[0].get("Type")),
        "parameters": {parameter.get("Name"): _short(parameter.get("Type")) for parameter in parameters[1:]},
    }


def _short(type_name: str) -> str:
    return type_name.replace("microsoft.graph.", "graph.")


def _permission_facts(path: Path) -> dict:
    permissions = json.loads(path.read_text())["permissions"]
    wanted = {
        key.lower().split(" ", 1)[0].upper() + " " + key.lower().split(" ", 1)[1]: key for key in PERMISSION_PATHS
    }
    found: dict[str, dict[str, set[str]]] = {}
    for permission, block in permissions.items():
        for path_set in block["pathSets"]:
            if "Application" not in path_set["schemeKeys"]:
                continue
            for table_path, note in path_set["paths"].items():
                for method in path_set["methods"]:
                    key = wanted.get(f"{method} {table_path.lower()}")
                    if key is None:
                        continue
                    entry = found.setdefault(key, {"least": set(), "application": set()})
                    entry["application"].add(permission)
                    least = next((part[6:] for part in note.split(";") if part.startswith("least=")), "")
                    if "Application" in least.split(","):
                        entry["least"].add(permission)
    return {
        key: {part: sorted(names) for part, names in found[key].items()} if key in found else None
        for key in PERMISSION_PATHS
    }


if __name__ == "__main__":
    arguments = sys.argv[1:]
    out = Path(arguments.pop(arguments.index("--out") + 1)) if "--out" in arguments else FACTS_FILE
    arguments = [argument for argument in arguments if argument != "--out"]
    out.write_text(dump(extract(Path(arguments[0]) if arguments else DEFAULT_ORACLE)))
    print(f"wrote {out} ({out.stat().st_size} bytes)")
