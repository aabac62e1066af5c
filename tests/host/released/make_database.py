"""Makes the small database of a released schema that the tests keep, and says what has to be found in it later.

Run it once for each schema, with the code of its last commit:

    python -m tests.host.released.make_database FOLDER

For SQLite and PostgreSQL it writes `schema-N.KIND.sql`, the database as SQL, and `schema-N.KIND.json`: what has to be
found in it, and its key. The people are the simulator's and the key is a test's: neither protects anything.

Schema 3 was made in a worktree of commit a2ef317 by this script with that commit's imports and calls.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import ExitStack, closing
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from sqlalchemy import text

from pbx_plugin_api import (
    AttachmentRef,
    CompanyBook,
    DraftContact,
    Notification,
    NotificationKind,
    PersonalBook,
    Severity,
    UserLink,
)
from portsip_m365_plugin.simulator import Simulator
from tests.support.lab import Lab
from tests.support.native_app import NativeApp
from tests.support.portal_world import WEB, EntraVisitor, World, connect_m365, make_world
from tests.support.postgres import run_cluster

KEY = base64.b64encode(b"a test key: it protects nothing!").decode()


def fill(folder: Path, url: str, lab: Lab) -> dict[str, Any]:
    """Use a PBX for a while, and return what has to be found in it later."""
    world = make_world(folder, url=url)
    shared = lab.admin().create_user(displayName="Sales", accountEnabled=False)
    lab.admin().set_mailbox(shared.id, "shared")
    lab.admin().create_contact(shared.id, displayName="Zoë Customer", businessPhones=["+49 30 5550100"])
    connect_m365(
        world, lab, contact_personal="true", contact_shared="named", contact_mailboxes=shared.id, sync_photo="true"
    )
    pbx, tenant, stores = world.pbx, world.tenant, world.pbx.stores
    # One night later: somebody is disabled, somebody is gone, and the PBX's own people made changes.
    ada, bob, eve, dan, ivy = (world.synced(n) for n in range(5))
    lab.admin().disable_user(eve.subject)
    lab.admin().delete_user(dan.subject)
    world.tick()
    stores.users.add(tenant.pbx_tenant_id, "by.hand", display_name="Made By Hand", email="hand@contoso.example")
    stores.users.add(tenant.pbx_tenant_id, "gone", display_name="Gone", email=None)
    stores.users.delete(tenant.pbx_tenant_id, "gone")
    stores.users.delete(tenant.pbx_tenant_id, ivy.username)
    stores.users.edit(tenant.pbx_tenant_id, bob.username, {"display_name": "Edited By Hand"})
    stores.accounts.set_user_password(tenant.pbx_tenant_id, ada.username, "another battery staple")
    stores.accounts.check_admin(tenant.pbx_tenant_id, "admin", "a wrong password")
    stores.contacts.add(tenant.pbx_tenant_id, CompanyBook(), DraftContact(name="Hand Made"))
    book = PersonalBook(owner=UserLink(authority=ada.authority, subject=ada.subject))
    stores.contacts.add(tenant.pbx_tenant_id, book, DraftContact(name="Private"))
    with stores.database.read() as connection:
        sealed = connection.execute(text("SELECT sip_secret FROM users WHERE id = :id"), {"id": ada.id}).scalar_one()
    password = stores.vault.open(sealed, ada.id, "sip").decode()
    assert stores.registrations.register(tenant.pbx_tenant_id, ada.extension_number, password, "desk phone")
    smtp = ("--server", "127.0.0.1", "--sender", "pbx@contoso.example", "--username", "pbx", "--password-stdin")
    _run(url, "smtp", "set", *smtp, typed="a test password\n")
    stores.vault.rotate()
    fabrikam = stores.tenants.add("Fabrikam", sip_domain="fabrikam.example")
    stores.users.add(fabrikam.pbx_tenant_id, "ann", display_name="Ann", email=None)
    pbx.plugins.set_enabled("m365", False, fabrikam)
    notice = ("The certificate ends", "Make a new key pair.", Severity.WARNING)
    stores.notices.begin(tenant.pbx_tenant_id, "key", *notice, plugin="m365")
    mail = _queue(world)
    # Too many leave at once: the plan waits for an administrator.
    for user in (world.synced(n) for n in range(2, 7)):
        lab.admin().disable_user(user.subject)
    _run(url, "tick", "--tenant", "Contoso", "--force", may_fail=True)
    made = {
        "at": stores.database.now(),
        "tenant": tenant.pbx_tenant_id,
        "sessions": _sign_in(world, lab, ada),
        "mail": mail,
        "secrets": _secrets(world),
        "shown": {"Contoso": _shown(url, "Contoso", ada.username), "Fabrikam": _shown(url, "Fabrikam")},
    }
    world.close()
    return made


def _queue(world: World) -> dict[str, Any]:
    """Queue a mail with a file and a secret value, and one more that is not due for an hour."""
    stores, tenant_id = world.pbx.stores, world.tenant_id
    now = datetime.fromtimestamp(stores.database.now(), timezone.utc)
    content = b"RIFF, more or less"
    blob = stores.blobs(tenant_id).put(iter([content]), content_type="audio/wav", keep_s=None)
    file = AttachmentRef(blob=blob, filename="voicemail.wav", content_type="audio/wav", size_bytes=len(content))
    waiting = Notification(
        notification_id="waiting",
        kind=NotificationKind.VOICEMAIL,
        to=("somebody@customer.example",),
        subject="Voicemail for %%NAME%%",
        text="Your PIN is %%PIN%%.",
        placeholders={"NAME": "Ada", "PIN": "4711"},
        attachments=(file,),
        created_at_utc=now,
    )
    stores.outbox.put(tenant_id, waiting)
    other = Notification(
        notification_id="second",
        kind=NotificationKind.OTHER,
        to=("somebody@customer.example",),
        subject="Second",
        text="It goes out after the first.",
        created_at_utc=now,
    )
    stores.outbox.put(tenant_id, other)
    return {"id": "waiting", "pin": "4711", "file": content.decode()}


def _sign_in(world: World, lab: Lab, user: Any) -> dict[str, str]:
    """An administrator, a person in a browser, and the same person in the app; and one who has only begun."""
    upn = str(lab.tenant().directory.people[user.subject].props["userPrincipalName"])
    admin, browser, app = world.browser(), world.browser(), NativeApp(WEB, redirect_uri="http://127.0.0.1:50123/x")
    admin.log_in()
    with EntraVisitor() as visitor:
        browser.come_back(visitor.sign_in(browser.begin(), upn))
        other = world.browser()
        other.get("/app/sign-in", query_string=app.request())
        page = other.post("/sign-in/m365/ms365", app.request())
        (address,) = re.findall(r'id="go" href="([^"]+)"', page.text)
        back = other.come_back(visitor.sign_in(html.unescape(address), upn))
        code = app.code_from(back.headers["Location"])
    answer = world.app.test_client().post("/app/token", data=app.exchange_form(code), base_url=WEB)
    world.browser().begin()
    names = ("__Host-pbx_session", "pbx_session")
    tokens = {"admin": admin, "user": browser}
    found = {who: next(t for n in names if (t := tab.cookie(n))) for who, tab in tokens.items()}
    return {**found, "app": answer.get_json()["access_token"], "username": user.username}


def _secrets(world: World) -> dict[str, str]:
    """The fingerprint of every secret, opened."""
    vault, found = world.pbx.stores.vault, {}
    with world.pbx.stores.database.read() as connection:
        for row in connection.execute(text("SELECT * FROM secrets ORDER BY tenant_id, plugin, name")):
            place = (row.tenant_id, row.plugin, row.name)
            found["/".join(place)] = _hash(vault.open(row.sealed, *place))
        for row in connection.execute(text("SELECT id, sip_secret, pin_secret FROM users ORDER BY id")):
            found[f"{row.id}/sip"] = _hash(vault.open(row.sip_secret, row.id, "sip"))
            found[f"{row.id}/pin"] = _hash(vault.open(row.pin_secret, row.id, "pin"))
    return found


def _hash(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()


def _shown(url: str, tenant: str, username: str = "") -> dict[str, Any]:
    """What the command line of that release shows."""
    commands = [f"users {tenant}", f"contacts {tenant} --company", f"runs {tenant}", f"outbox {tenant}"]
    commands += [f"audit {tenant}", "tenant list", f"settings get {tenant} --plugin m365"] if username else []
    commands += [f"contacts {tenant} --user {username}"] if username else []
    return {command: json.loads(_run(url, *command.split(), "--json")) for command in commands}


def _run(url: str, *arguments: str, may_fail: bool = False, typed: str = "") -> str:
    program = str(Path(sys.executable).with_name("pbx-devhost"))
    command = [program, "--db", url, *arguments]
    ended = subprocess.run(command, input=typed, capture_output=True, check=not may_fail, text=True)
    return ended.stdout


def main(folder: Path) -> None:
    os.environ["PBX_DEVHOST_KEY"] = KEY
    version = ""
    for kind in ("sqlite", "postgresql"):
        with ExitStack() as stack:
            scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            sim = stack.enter_context(
                Simulator(users=10, seed=7, clouds=("GLOBAL",), contacts_per_mailbox=3, photo_share=0.2)
            )
            sim.write_clouds_file(scratch / "clouds.json")
            os.environ |= {"PORTSIP_M365_CLOUDS": str(scratch / "clouds.json"), "REQUESTS_CA_BUNDLE": str(sim.ca_path)}
            lab = Lab(sim, scratch / "clouds.json")
            if kind == "sqlite":
                url = f"sqlite:///{scratch}/pbx.db"
                made = fill(scratch, url, lab)
                with closing(sqlite3.connect(scratch / "pbx.db")) as connection:
                    dump = "\n".join(connection.iterdump()) + "\n"
            else:
                cluster = stack.enter_context(run_cluster())
                url = stack.enter_context(cluster.database())
                made = fill(scratch, url, lab)
                dump = _dump_postgres(url)
            version = version or _version(dump)
            (folder / f"schema-{version}.{kind}.sql").write_text(dump)
            manifest = {"key": KEY, **made}
            (folder / f"schema-{version}.{kind}.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")


def _dump_postgres(url: str) -> str:
    """Plain statements that any client can replay: no settings of the session, no commands of psql."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))[-1]
    command = [str(found), "--inserts", "--no-owner", "--no-privileges", "--dbname", url]
    dumped = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return re.sub(r"^\\(un)?restrict .*\n", "", dumped[dumped.index("CREATE ") :], flags=re.MULTILINE)


def _version(dump: str) -> str:
    found = re.search(r"alembic_version\"? VALUES\('(\d+)'", dump) or re.search(r"'schema_version','(\d+)'", dump)
    assert found is not None
    return str(int(found[1]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
