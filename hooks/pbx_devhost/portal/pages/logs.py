"""The audit log, newest first, and its search."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from pbx_devhost.portal.pages.setting_words import describe_changes
from pbx_devhost.portal.paging import read_page
from pbx_devhost.portal.visit import admin_only, also_for_system, the_pbx, the_visit
from pbx_devhost.store.audit import AuditQuery
from pbx_devhost.texts import _

pages = Blueprint("logs", __name__)

_TEXT_MAX_CHARS: Final = 128
_REFERENCE: Final = re.compile(r"[0-9A-Za-z]{1,16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """What was typed into the search."""

    reference: str
    who: str
    event: str
    day: str
    day_error: str = ""

    def address(self, page: int = 1, **other: str) -> str:
        """Return the address of a page of this search, or of another search."""
        values = {"reference": self.reference, "who": self.who, "event": self.event, "day": self.day, **other}
        kept = {name: value for name, value in values.items() if value}
        return f"/audit?{urlencode(kept | ({'page': str(page)} if page > 1 else {}))}"

    @property
    def is_empty(self) -> bool:
        """Whether all lines are wanted."""
        return not (self.reference or self.who or self.event or self.day)


@pages.get("/audit")
@admin_only
@also_for_system
def show_audit() -> ResponseReturnValue:
    """List the lines of the audit log that fit the search."""
    visit, stores, page = the_visit(), the_pbx().stores, read_page()
    tenant_id = visit.tenant.pbx_tenant_id
    search, query = _read_search()
    query = replace(query, also=stores.users.usernames_of(tenant_id, query.who))
    lines = stores.audit.lines(
        tenant_id,
        query=query,
        origins=stores.tenants.origins(visit.tenant).all(),
        offset=page.offset,
        limit=page.size + 1,
    )
    rows = [] if search.day_error else list(lines)
    return render_template(
        "audit.html",
        page=page.of(rows),
        search=search,
        events=sorted({*stores.audit.events(tenant_id), *filter(None, [search.event])}),
        changes=describe_changes(rows),
    ), 422 if search.day_error else 200


def _read_search() -> tuple[_Search, AuditQuery]:
    given = {name: _text(request.args.get(name, "")) for name in ("reference", "who", "event", "day")}
    # People read a reference aloud, and copy it with the word before it.
    words = [word for word in given["reference"].split() if _REFERENCE.fullmatch(word)]
    reference = words[-1].upper() if words else given["reference"]
    since = until = None
    error = ""
    if given["day"]:
        try:
            since, until = _read_day(given["day"])
        except (ValueError, OverflowError):
            error = _("“{text}” is not a day such as 2026-11-26.", text=given["day"])
    query = AuditQuery(reference=reference, who=given["who"], event=given["event"], since=since, until=until)
    return _Search(**{**given, "reference": reference}, day_error=error), query


def _read_day(text: str) -> tuple[float, float]:
    day, zone = date.fromisoformat(text), ZoneInfo(the_visit().tenant.time_zone)
    first, after = (datetime.combine(d, time(), zone) for d in (day, day + timedelta(days=1)))
    return first.timestamp(), after.timestamp()


def _text(given: str) -> str:
    return "".join(c for c in given if c.isprintable())[:_TEXT_MAX_CHARS].strip()
