"""The part of the control interface that changes one tenant and shows its true state, with ``AdminCenter``."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from portsip_m365_plugin.simulator.control.admin_center import AdminCenter
from portsip_m365_plugin.simulator.world.apps import AppRegistration, KeyRules
from portsip_m365_plugin.simulator.world.tenant import Tenant
from portsip_m365_plugin.simulator.world.truth import contacts_truth, groups_truth, people_truth, person_truth, truth_of

Body = dict[str, Any]
_SWITCHES = (
    *("auto_sign_in_upn", "blocked_by_policy", "id_token_changes", "display_name", "contacts_per_mailbox"),
    *("has_exchange", "region_sub_scope"),
)


def tenant_shape(tenant: Tenant) -> Body:
    """A tenant's id and switches."""
    shape: Body = {"id": tenant.id, "domain": tenant.domain, "users": len(tenant.directory.people)}
    shape |= {name: getattr(tenant, name) for name in _SWITCHES}
    return {**shape, "replication_lag_s": tenant.directory.replication_lag_s, "key_rules": asdict(tenant.key_rules)}


def app_shape(app: AppRegistration) -> Body:
    """A registration; certificates by thumbprint."""
    return {
        "client_id": app.client_id,
        "object_id": app.object_id,
        "service_principal_id": app.service_principal_id,
        "certificates": [each.thumbprint_sha256 for each in app.certificates],
        "redirect_uris": app.redirect_uris,
        "permissions": sorted(app.permissions),
        "enabled": app.enabled,
        "has_enterprise_app": app.has_enterprise_app,
        "known_to_graph": app.known_to_graph,
        "assignment_required": app.assignment_required,
        "assigned": sorted(app.assigned),
        "consent_given": app.consent_given,
        "blocked_by_policy": app.blocked_by_policy,
        "rbac": {name: sorted(ids) for name, ids in app.rbac.items()},
    }


def _get_tenant(admin: AdminCenter, _body: Body) -> Body:
    return tenant_shape(admin.tenant)


def _set_tenant(admin: AdminCenter, body: Body) -> Body:
    for name, value in body.items():
        if name == "replication_lag_s":
            admin.tenant.directory.replication_lag_s = float(value)
        elif name == "key_rules":
            admin.tenant.key_rules = KeyRules(**value)
        elif name in _SWITCHES:
            setattr(admin.tenant, name, value)
        else:
            raise ValueError(
                f"a tenant has no {name!r}; it has {', '.join((*_SWITCHES, 'replication_lag_s', 'key_rules'))}"
            )
    return tenant_shape(admin.tenant)


def _get_truth(admin: AdminCenter, _body: Body) -> Body:
    return truth_of(admin.tenant)


def _get_sent(admin: AdminCenter, _body: Body) -> Body:
    return {"sent": list(admin.tenant.sent)}


def _clear_sent(admin: AdminCenter, _body: Body) -> Body:
    admin.tenant.sent.clear()
    return {}


def _expire_delta(admin: AdminCenter, _body: Body) -> Body:
    admin.expire_delta_tokens()
    return {}


def _get_apps(admin: AdminCenter, _body: Body) -> Body:
    return {"apps": [app_shape(app) for app in admin.tenant.apps.values()]}


def _register_app(admin: AdminCenter, body: Body) -> Body:
    return app_shape(admin.tenant.register_app(**body))


def _get_users(admin: AdminCenter, _body: Body) -> Body:
    return {"users": list(people_truth(admin.tenant))}


def _create_user(admin: AdminCenter, body: Body) -> Body:
    return person_truth(admin.create_user(**body))


def _get_user(admin: AdminCenter, _body: Body, key: str) -> Body:
    person = admin.person(key)
    return {**person_truth(person), "props": person.props}


def _change_user(admin: AdminCenter, body: Body, key: str) -> Body:
    return person_truth(admin.change_user(key, **body))


def _act_on_user(admin: AdminCenter, _body: Body, key: str, action: str) -> Body:
    actions = {
        "disable": admin.disable_user,
        "enable": admin.enable_user,
        "delete": admin.delete_user,
        "restore": admin.restore_user,
        "purge": admin.purge_user,
    }
    if action not in actions:
        raise ValueError(f"{action!r} is unknown; one of {', '.join(actions)}")
    return person_truth(actions[action](key))


def _set_photo(admin: AdminCenter, body: Body, key: str) -> Body:
    return person_truth(admin.set_photo(key, int(body.get("seed", 0))))


def _set_mailbox(admin: AdminCenter, body: Body, key: str) -> Body:
    return person_truth(admin.set_mailbox(key, str(body.get("state"))))


def _set_sending(admin: AdminCenter, body: Body, key: str) -> Body:
    admin.refuse_sending(key, str(body.get("code") or ""))
    return {"code": admin.mailbox(key).sending_refused}


def _get_groups(admin: AdminCenter, _body: Body) -> Body:
    return {"groups": groups_truth(admin.tenant)}


def _create_group(admin: AdminCenter, body: Body) -> Body:
    group = admin.create_group(str(body.get("name") or "New group"), hidden=bool(body.get("hidden")))
    return {"id": group.id, "name": group.props["displayName"]}


def _delete_group(admin: AdminCenter, _body: Body, key: str) -> Body:
    admin.delete_group(key)
    return {}


def _join(admin: AdminCenter, _body: Body, key: str, member: str) -> Body:
    admin.set_member(key, member)
    return {}


def _leave(admin: AdminCenter, _body: Body, key: str, member: str) -> Body:
    admin.set_member(key, member, member=False)
    return {}


def _get_folders(admin: AdminCenter, _body: Body, key: str) -> Body:
    mailbox = admin.mailbox(key)
    shapes = [{"id": each.id, "name": each.name, "parent_id": each.parent_id} for each in mailbox.folders.values()]
    return {"root_id": mailbox.root_id, "default_id": mailbox.default_folder.id, "folders": shapes}


def _create_folder(admin: AdminCenter, body: Body, key: str) -> Body:
    folder = admin.create_folder(key, str(body.get("name") or "New folder"), body.get("parent"))
    return {"id": folder.id, "name": folder.name, "parent_id": folder.parent_id}


def _delete_folder(admin: AdminCenter, _body: Body, key: str, folder: str) -> Body:
    admin.delete_folder(key, folder)
    return {}


def _get_contacts(admin: AdminCenter, _body: Body, key: str) -> Body:
    return {"contacts": contacts_truth(admin.mailbox(key))}


def _create_contact(admin: AdminCenter, body: Body, key: str) -> Body:
    contact = admin.create_contact(key, str(body.pop("folder", "contacts")), **body)
    return {"immutable_id": contact.immutable_id, "ordinary_id": contact.ordinary_id}


def _change_contact(admin: AdminCenter, body: Body, key: str, contact_id: str) -> Body:
    contact = admin.change_contact(key, contact_id, **body)
    return {"immutable_id": contact.immutable_id, "ordinary_id": contact.ordinary_id}


def _move_contact(admin: AdminCenter, body: Body, key: str, contact_id: str) -> Body:
    contact = admin.move_contact(key, contact_id, str(body.get("folder", "contacts")))
    return {"immutable_id": contact.immutable_id, "ordinary_id": contact.ordinary_id}


def _delete_contact(admin: AdminCenter, _body: Body, key: str, contact_id: str) -> Body:
    admin.delete_contact(key, contact_id)
    return {}


ROUTES: tuple[tuple[str, str, Callable[..., Body], str], ...] = (
    ("GET", "/_control/tenant", _get_tenant, "its id, domain and switches"),
    ("PATCH", "/_control/tenant", _set_tenant, "auto_sign_in_upn, blocked_by_policy, replication_lag_s, …"),
    ("GET", "/_control/truth", _get_truth, "all people and groups, as they are"),
    ("GET", "/_control/sent", _get_sent, "mails that were accepted"),
    ("DELETE", "/_control/sent", _clear_sent, "delete them"),
    ("POST", "/_control/delta/expire", _expire_delta, "refuse every delta token issued so far"),
    ("GET", "/_control/apps", _get_apps, "app registrations"),
    ("POST", "/_control/apps", _register_app, "register or change: client_id, certificate_pem, redirect_uris, …"),
    ("GET", "/_control/users", _get_users, "all people"),
    ("POST", "/_control/users", _create_user, "create; properties as Graph names them"),
    ("GET", "/_control/users/{user}", _get_user, "a person, by id or user principal name"),
    ("PATCH", "/_control/users/{user}", _change_user, "change properties; null clears"),
    ("PUT", "/_control/users/{user}/photo", _set_photo, '{"seed": 7}; 0 none, -1 the 1x1 GIF'),
    ("PUT", "/_control/users/{user}/mailbox", _set_mailbox, '{"state": "shared"}'),
    ("PUT", "/_control/users/{user}/sending", _set_sending, '{"code": "ErrorMessageSubmissionBlocked"}; "" allows it'),
    ("GET", "/_control/users/{user}/folders", _get_folders, "contact folders"),
    ("POST", "/_control/users/{user}/folders", _create_folder, '{"name": …, "parent": …}'),
    ("DELETE", "/_control/users/{user}/folders/{folder}", _delete_folder, "by id or name"),
    ("GET", "/_control/users/{user}/contacts", _get_contacts, "every contact with its folder and ids"),
    ("POST", "/_control/users/{user}/contacts", _create_contact, "fields as Graph names them, and folder"),
    ("PATCH", "/_control/users/{user}/contacts/{contact}", _change_contact, "change fields"),
    ("POST", "/_control/users/{user}/contacts/{contact}/move", _move_contact, '{"folder": …}'),
    ("DELETE", "/_control/users/{user}/contacts/{contact}", _delete_contact, "remove"),
    ("POST", "/_control/users/{user}/{action}", _act_on_user, "disable, enable, delete, restore, purge"),
    ("GET", "/_control/groups", _get_groups, "groups with members and all people below"),
    ("POST", "/_control/groups", _create_group, '{"name": …, "hidden": false}'),
    ("DELETE", "/_control/groups/{group}", _delete_group, "by id or name"),
    ("PUT", "/_control/groups/{group}/members/{member}", _join, "add a person or a group"),
    ("DELETE", "/_control/groups/{group}/members/{member}", _leave, "remove one"),
)
