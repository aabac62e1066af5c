"""Files that were too large for a mail."""

from __future__ import annotations

from pbx_devhost.cli.views import file_path
from tests.support.portal_world import World

NAME = "Mailbox 7 – Zoë.wav"


def store(world: World, content_type: str = "audio/wav", size: int = 700_000) -> str:
    pieces = iter([b"RIFF", b"\x5a" * (size - 4)])
    return world.pbx.stores.blobs(world.tenant_id).put(pieces, content_type=content_type, keep_s=99)


def test_the_link_in_a_mail_asks_for_a_sign_in_and_then_gives_the_file(world: World) -> None:
    path = file_path(store(world), NAME)
    browser = world.browser()
    assert browser.get(path).headers["Location"].startswith("/login?return_to=%2Ffiles%2F")
    browser.log_in()
    answer = browser.get(path)
    assert answer.data == b"RIFF" + b"\x5a" * 699_996
    assert answer.mimetype == "audio/wav"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="Mailbox-7-Zo-.wav"')
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_users_get_what_mails_carry_and_no_plans(world: World) -> None:
    world.pbx.stores.users.add(world.tenant_id, "ada", display_name="Ada", email=None)
    world.pbx.stores.accounts.set_user_password(world.tenant_id, "ada", "a long password of hers")
    browser = world.browser()
    browser.log_in("ada", "a long password of hers")
    assert browser.get(file_path(store(world), NAME)).status_code == 200
    plan = file_path(store(world, "application/jsonl"), "plan.jsonl")
    assert browser.get(plan).status_code == 404
    admin = world.browser()
    admin.log_in()
    assert admin.get(plan).status_code == 200


def test_another_tenants_file_and_one_that_is_gone_are_not_found(world: World) -> None:
    other = world.pbx.stores.tenants.add("Fabrikam", web_origin="https://fabrikam.example")
    foreign = world.pbx.stores.blobs(other.pbx_tenant_id).put(iter([b"x"]), content_type="audio/wav", keep_s=99)
    browser = world.browser()
    browser.log_in()
    for blob in (foreign, "nothing"):
        assert browser.get(file_path(blob, NAME)).status_code == 404
