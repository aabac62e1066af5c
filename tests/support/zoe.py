"""Zoë, who is to be forgotten, and by what she is recognised."""

from __future__ import annotations

from typing import Any

from pbx_plugin_api import CreateUser, LinkedUser, Phone
from tests.support.devhost_pbx import DevPbx, draft, link

NAME, UPN, MAIL, OID = "Zoë Quistgaard", "zoe.q@Contoso.example", "zoe@contoso.example", "0f0f-zoe-object-id"
PHONE, E164 = "+45 33 12 99 07", "+4533129907"
TRACES = ("quistgaard", "zoe", "zoë", "zo\\u00eb", "33 12 99 07", "33129907", "zquist", "192.0.2.77")
"""What must not be found anywhere, whatever its case."""


def add_zoe(dev: DevPbx) -> LinkedUser:
    phone = Phone(raw=PHONE, e164=E164)
    one = draft(OID, usernames=("zquist",), display_name=NAME, email=MAIL, mobile_phone=phone, work_phone=phone)
    dev.host.users.apply([*_created(one), *_created(draft("anna", display_name="Zo Quist", email="anna@c.example"))])
    found = dev.host.users.find(link(OID))
    assert found is not None
    return found


def _created(one: Any) -> list[Any]:
    return [CreateUser(draft=one)]


def release_leases(dev: DevPbx) -> None:
    for plugin in ("sample", "second"):
        lease = dev.stores.leases.take(dev.tenant.pbx_tenant_id, plugin)
        if lease is None:
            dev.move_clock(100_000)
            lease = dev.stores.leases.take(dev.tenant.pbx_tenant_id, plugin)
        assert lease is not None
        dev.stores.leases.release(lease)
