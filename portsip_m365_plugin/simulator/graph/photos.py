"""Profile photos: metadata and bytes of the largest size. Photo changes never appear in users/delta.

Source: "Get profilePhoto", Microsoft Graph v1.0 (2023-11).
"""

from typing import Any

from portsip_m365_plugin.simulator.exchange import Answer, Refused, json_answer
from portsip_m365_plugin.simulator.graph.call import Call
from portsip_m365_plugin.simulator.world.directory import Person
from portsip_m365_plugin.simulator.world.jpeg import GIF_1X1, STRANGE, etag_of, portrait
from portsip_m365_plugin.simulator.world.mailboxes import MAILBOX_REFUSALS

_NOT_FOUND = Refused(
    404,
    "ImageNotFound",
    "Exception of type 'Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException' was thrown.",
)


def photo_of(person: Person, side: int, weight_bytes: int) -> bytes:
    """The picture in one size."""
    if person.photo_seed > 0 and person.photo_kind:
        return STRANGE[person.photo_kind](person.photo_seed)
    return GIF_1X1 if person.photo_seed < 0 else portrait(person.photo_seed, side, weight_bytes)


def largest_side(person: Person) -> int:
    """Pictures are stored in different sizes; derived from the seed. The directory may hold any dimension."""
    return (648, 504, 432, 360, 240, 96, 300)[person.photo_seed % 7]


def get_photo(call: Call) -> Answer:
    """GET /users/{id}/photo: metadata of the largest."""
    person = _pictured(call)
    return json_answer({"@odata.context": call.context(f"users('{person.id}')/photo/$entity"), **_metadata(person)})


def get_photo_bytes(call: Call) -> Answer:
    """GET /users/{id}/photo/$value: the largest, with its ETag. If-None-Match changes nothing (observed)."""
    person = _pictured(call)
    return _bytes(call, person, largest_side(person))


def _pictured(call: Call) -> Person:
    call.options("$select")
    person = call.person(call.params[0])
    if person.mailbox in MAILBOX_REFUSALS and person.mailbox not in ("none", "on_premises"):
        status, code, message = MAILBOX_REFUSALS[person.mailbox]
        raise Refused(status, code, message)
    if person.photo_seed == 0:
        raise Refused(_NOT_FOUND.status, _NOT_FOUND.code, str(_NOT_FOUND.message))
    return person


def _metadata(person: Person) -> dict[str, Any]:
    side = 1 if person.photo_seed < 0 else largest_side(person)
    return {
        "@odata.mediaContentType": "image/gif" if person.photo_seed < 0 else "image/jpeg",
        "@odata.mediaEtag": etag_of(person.photo_seed),
        "id": f"{side}x{side}",
        "width": side,
        "height": side,
    }


def _bytes(call: Call, person: Person, side: int) -> Answer:
    picture = photo_of(person, side, call.realm.settings.photo_bytes)
    kind = "image/gif" if person.photo_seed < 0 else "image/jpeg"
    return Answer(200, picture, kind, _etag_header(call, person))


def _etag_header(call: Call, person: Person) -> dict[str, str]:
    """Nothing says that this ETag is the metadata's: a setting makes it another, or leaves it out."""
    kind = call.realm.settings.photo_etag
    if person.photo_seed <= 0 or kind == "none":
        return {}
    return {"ETag": etag_of(person.photo_seed + (1 << 32) * (kind == "other"))}
