"""People who should have a user of the PBX and cannot have one yet: no licence or number is free, or there is doubt.

No delta shows them again. So what was read of them is kept, and every run plans them again without a request. When the
reason is gone, they become users. A full listing reads them afresh.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, cast

from pbx_plugin_api import Host, JsonValue, Severity, dump, load, sentences
from portsip_m365_plugin.notices import NoticeKind, level_of
from portsip_m365_plugin.texts import _, _n, pack, unpack
from portsip_m365_plugin.users.spool import Kind, Spool

_KEY: Final = "users.waiting"
_KEEP: Final = timedelta(days=60)
_MADE: Final = "INSERT OR REPLACE INTO waiting VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)"
_HELD: Final = """
SELECT oid, upn, addresses, usernames, fields, wish, wish_note, without_user.reason, without_user.detail, doubt
FROM without_user JOIN pulled USING (oid) WHERE kind = ? ORDER BY oid
"""


def load_waiting(host: Host, spool: Spool) -> bool:
    """Fill the table `waiting`. False if people wait and it is not known any more who: everybody must be listed."""
    kept = _read(host)
    blob = kept.get("blob")
    if blob is None:
        return True
    if host.blobs.info(blob) is None:
        return False
    with host.blobs.open(blob) as file:
        spool.run_many(_MADE, (json.loads(line) for line in file))
    return True


def restore_waiting(spool: Spool) -> None:
    """After a round of changes, put everybody who waits, and who did not change, beside the people who were read."""
    spool.run("UPDATE waiting SET is_restored = 1 WHERE oid NOT IN (SELECT oid FROM pulled)")
    spool.run(
        "INSERT INTO pulled (oid, kind, upn, addresses, usernames, fields, wish, wish_note)"
        " SELECT oid, ?, upn, addresses, usernames, fields, wish, wish_note FROM waiting WHERE is_restored",
        (int(Kind.DRAFT),),
    )


def find_waiting(spool: Spool) -> list[str]:
    """Return the object ids of everybody who waited before this run."""
    return [oid for (oid,) in spool.rows("SELECT oid FROM waiting ORDER BY oid")]


def read_waiting(host: Host, entra_object_id: str) -> tuple[str, str] | None:
    """Return reason and detail of one person who waits by the last run, or None. Cost: the kept file is read once."""
    blob = _read(host).get("blob")
    if blob is None or host.blobs.info(blob) is None:
        return None
    mark = json.dumps(entra_object_id).encode()
    with host.blobs.open(blob) as file:
        for line in file:
            if mark in line and (row := json.loads(line))[0] == entra_object_id:
                return row[7], unpack(row[8])
    return None


def keep_waiting(host: Host, spool: Spool, refused: Mapping[str, tuple[str, str]], now_utc: datetime) -> None:
    """Keep who waits after a run, with a notice for each reason as long as somebody waits for it.

    Args:
        host: The tenant's.
        spool: The run's; people in doubt are in its table `without_user`.
        refused: Reason and detail of everybody whom the PBX could not make a user.
        now_utc: Of this run.
    """
    rows = ((oid, reason, pack(detail)) for oid, (reason, detail) in refused.items())
    spool.run_many("INSERT OR REPLACE INTO without_user VALUES (?, ?, ?, '')", rows)
    kept = _read(host)
    counts = dict(spool.rows("SELECT reason, count(*) FROM without_user GROUP BY reason"))
    for reason in sorted(set(kept.get("counts", ())) - set(counts)):
        host.resolve_notice(f"{NoticeKind.USERS_WAITING}.{reason}")
    if not counts:
        if kept:
            host.state.delete(_KEY)
        return
    examples = {reason: _find_example(spool, reason) for reason in sorted(counts)}
    for reason, example in examples.items():
        _notify(host, reason, counts[reason], example)
    digest, until = _digest(spool), kept.get("kept_until_utc")
    blob = kept.get("blob")
    is_fresh = until is not None and load(datetime, until) - now_utc > _KEEP / 2
    if blob is None or kept.get("digest") != digest or not is_fresh or host.blobs.info(blob) is None:
        keep_s = int(_KEEP.total_seconds())
        blob = host.blobs.put(_lines(spool), content_type="application/x-ndjson", keep_s=keep_s)
        until = dump(now_utc + _KEEP)
    whole = {"blob": blob, "digest": digest, "kept_until_utc": until, "counts": counts, "examples": dump(examples)}
    host.state.put(_KEY, cast(JsonValue, whole))


def count_waiting(host: Host) -> Counter[str]:
    """Return how many people wait, by reason."""
    return Counter(_read(host).get("counts", {}))


def read_examples(host: Host) -> dict[str, str]:
    """Return one sentence about why people wait, by reason. Cost: one look."""
    return {str(reason): load(str, text) for reason, text in _read(host).get("examples", {}).items()}


def _find_example(spool: Spool, reason: str) -> str:
    found = spool.first("SELECT detail FROM without_user WHERE reason = ? ORDER BY oid LIMIT 1", (reason,))
    return unpack(str(found[0]))


def _notify(host: Host, reason: str, n_people: int, detail: str) -> None:
    text = sentences(
        _n(
            "{n:,} person has no user of the PBX yet. For example: {example}",
            "{n:,} people have no user of the PBX yet. For example: {example}",
            n_people,
            example=detail,
        ),
        _(
            "The problems of the run name everybody. They become users as soon as the reason is gone, and this notice"
            " ends then."
        ),
    )
    subject = _("People of the directory wait for a user of the PBX")
    host.notify_admin(
        f"{NoticeKind.USERS_WAITING}.{reason}",
        subject,
        text,
        severity=Severity.WARNING,
        kind=NoticeKind.USERS_WAITING,
        level=level_of(n_people),
        values={"people": n_people, "reason": reason, "example": detail},
    )


def _lines(spool: Spool) -> Iterator[bytes]:
    for row in spool.rows(_HELD, (int(Kind.DRAFT),)):
        yield json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _digest(spool: Spool) -> str:
    digest = hashlib.sha256()
    for line in _lines(spool):
        digest.update(line)
    return digest.hexdigest()


def _read(host: Host) -> dict[str, Any]:
    record = host.state.get(_KEY)
    return record.value if record is not None and isinstance(record.value, dict) else {}
