"""How each misconfiguration is made: in the simulated directory, in the PBX, or on the way between them."""

from __future__ import annotations

import json
import socket
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timezone
from typing import Any

import trustme

from pbx_plugin_api import Done
from portsip_m365_plugin.entra.keypair import make_key_pair
from portsip_m365_plugin.simulator.world.apps import UploadedCertificate
from tests.support.check_scene import Scene, expired_key_pair, proxy_that_wants_a_password
from tests.support.lab import CLOUD_NAMES, forget_microsoft, shared_key_pair


def wrong_tenant(scene: Scene) -> None:
    scene.save(directory_id=str(uuid.uuid4()))


def wrong_application(scene: Scene) -> None:
    scene.save(application_id=str(uuid.uuid4()))


def not_uploaded(scene: Scene) -> None:
    scene.sign_with(make_key_pair(datetime.now(timezone.utc)))


def generated_not_uploaded(scene: Scene) -> None:
    with scene.host() as host:
        host.secrets.delete("key.active")
    assert isinstance(scene.press("generate_key_pair"), Done)
    forget_microsoft()


def expired(scene: Scene) -> None:
    scene.app.certificates.append(UploadedCertificate.from_pem(expired_key_pair().certificate.pem))
    scene.sign_with(expired_key_pair())


def replaced(scene: Scene) -> None:
    """Entra accepted our certificate, and then somebody replaced it."""
    scene.press("test_connection")
    scene.app.certificates[:] = [UploadedCertificate.from_pem(expired_key_pair().certificate.pem)]
    forget_microsoft()


def deleted(scene: Scene) -> None:
    del scene.lab.tenant().apps[scene.app.client_id]
    forget_microsoft()


def disabled(scene: Scene) -> None:
    scene.lab.register(enabled=False)
    forget_microsoft()


def disabled_after_the_token(scene: Scene) -> None:
    """Entra still issues a token from its caches, and Graph refuses it."""
    code = {"error": {"code": "Authorization_IdentityDisabled", "message": "The calling principal is disabled."}}
    scene.add_fault("status", "/v1.0/", status=403, body=json.dumps(code), content_type="application/json")


def no_enterprise_app(scene: Scene) -> None:
    scene.lab.register(has_enterprise_app=False)
    forget_microsoft()


def not_known_to_graph(scene: Scene) -> None:
    scene.lab.register(known_to_graph=False)


def rbac_scope(scene: Scene) -> None:
    """Exchange grants Contacts.Read for another mailbox than the one whose contacts are synced."""
    people = [p for p in scene.lab.tenant().directory.order if p.kind == "ordinary" and p.mailbox == "user"]
    mine, other = people[0], people[1]
    scene.save(contact_users_mode="only", contact_users=str(mine.props["userPrincipalName"]), contact_shared="off")
    scene.revoke("Contacts.Read")
    scene.lab.register(rbac={"Contacts.Read": [other.id]})
    scene.settings["mailbox"] = str(mine.props["userPrincipalName"])


def conditional_access(scene: Scene) -> None:
    scene.lab.register(blocked_by_policy=True)
    forget_microsoft()


def shift_clock(seconds: int) -> Callable[[Scene], None]:
    def shift(scene: Scene) -> None:
        scene.lab.realm().clock.shift(seconds)
        forget_microsoft()

    return shift


def dns(scene: Scene) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    scene.save(national_cloud="GLOBAL")
    forget_microsoft()
    scene.monkeypatch.setattr(socket, "getaddrinfo", fail)


def tls(scene: Scene) -> None:
    stranger = scene.folder / "stranger.pem"
    trustme.CA().cert_pem.write_to_path(str(stranger))
    forget_microsoft()
    scene.monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(stranger))


def proxy(scene: Scene) -> None:
    stack = ExitStack()
    scene.endings.append(stack.close)
    forget_microsoft()
    scene.monkeypatch.setenv("HTTPS_PROXY", stack.enter_context(proxy_that_wants_a_password()))


def choose_cloud(cloud: str, chosen: str) -> Callable[[Scene], None]:
    """The directory and its app are in one cloud, and another one is chosen."""

    def choose(scene: Scene) -> None:
        app = scene.lab.register(shared_key_pair().certificate.pem, cloud=cloud)
        tenant_id = scene.lab.tenant(cloud).id
        scene.save(directory_id=tenant_id, application_id=app.client_id, national_cloud=CLOUD_NAMES[chosen])
        forget_microsoft()

    return choose


def publishes_another_graph(scene: Scene) -> None:
    """GCC High and DoD share Entra's host; the directory's document alone shows which Graph serves it."""
    published = {
        "issuer": f"{scene.lab.sim.origin()}/{scene.lab.tenant().id}/v2.0",
        "msgraph_host": "dod-graph.microsoft.us",
    }
    scene.add_fault("replace", "openid-configuration", body=json.dumps(published))


def throttled(scene: Scene) -> None:
    scene.add_fault("status", r"GET /v1\.0/users\?", status=429, retry_after="60")


def disabled_tenant(scene: Scene) -> None:
    scene.add_fault("aadsts", "POST /.*/oauth2/v2.0/token", code="5000224")
    forget_microsoft()


def no_exchange(scene: Scene) -> None:
    scene.lab.tenant().has_exchange = False


def blocked_mailbox(code: str) -> Callable[[Scene], None]:
    def block(scene: Scene) -> None:
        admin = scene.lab.admin()
        person = admin.person(scene.mailbox)
        scene.lab.tenant().mailbox(person).sending_refused = code
        scene.endings.append(lambda: setattr(scene.lab.tenant().mailbox(person), "sending_refused", ""))
        scene.send_test_mail()

    return block


def mailbox_deleted(scene: Scene) -> None:
    admin = scene.lab.admin()
    mailbox = str(admin.create_user(mailbox="shared").props["userPrincipalName"])
    scene.save(mail_mailbox=mailbox)
    admin.delete_user(mailbox)
    scene.settings["mailbox"] = mailbox


def mailbox_without_licence(scene: Scene) -> None:
    mailbox = str(scene.lab.admin().create_user(mailbox="none").props["userPrincipalName"])
    scene.save(mail_mailbox=mailbox)
    scene.settings["mailbox"] = mailbox


def wrong_redirect_uri(scene: Scene) -> None:
    scene.app.redirect_uris[:] = ["https://pbx.example.com/ms365/callback"]
    assert "AADSTS50011" in scene.test_sign_in_page()


def not_assigned(scene: Scene) -> None:
    scene.lab.register(assignment_required=True)
    assert "not assigned to this application" in scene.test_sign_in()
