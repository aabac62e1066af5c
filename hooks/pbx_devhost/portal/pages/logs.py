"""The audit log, newest first."""

from __future__ import annotations

from itertools import islice

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from pbx_devhost.portal.paging import read_page
from pbx_devhost.portal.visit import admin_only, the_pbx, the_visit

pages = Blueprint("logs", __name__)


@pages.get("/audit")
@admin_only
def show_audit() -> ResponseReturnValue:
    """List the lines of the audit log."""
    page = read_page()
    lines = the_pbx().stores.audit.lines(the_visit().tenant.pbx_tenant_id, limit=page.offset + page.size + 1)
    return render_template("audit.html", page=page.of(list(islice(lines, page.offset, None))))
