"""The USER SYNC tab: when users are synced and with which numbers; the plan that waits, and its buttons."""

from __future__ import annotations

from typing import Final

from pbx_plugin_api import Action, Fact, Field, PlanRef, Severity, Tab
from portsip_m365_plugin.config.reader import Config
from portsip_m365_plugin.jobs import Job
from portsip_m365_plugin.page.directory.lookup import lookup_of
from portsip_m365_plugin.page.fields import draw_setting
from portsip_m365_plugin.page.parts.approvals import draw_approve, draw_photo_approval, plan_facts
from portsip_m365_plugin.page.parts.explanation import draw_explain_action, left_out_table
from portsip_m365_plugin.page.parts.leavers import draw_guard, draw_leavers
from portsip_m365_plugin.page.parts.mapping import draw_mapping
from portsip_m365_plugin.page.parts.plan_table import plan_table
from portsip_m365_plugin.page.view import PageView
from portsip_m365_plugin.photos.vanishing import (
    PendingPhotoRemoval,
    pending_photo_removal,
)
from portsip_m365_plugin.texts import _, _n
from portsip_m365_plugin.times import show_time
from portsip_m365_plugin.users.approval import last_plan
from portsip_m365_plugin.users.members import MemberStore
from portsip_m365_plugin.users.waiting import count_waiting

ADD_PERSON_ACTION: Final = "add_person"


def draw_users_tab(view: PageView) -> Tab:
    """Draw the tab. Cost: the plan that waits, its first rows; no network."""
    config, plan, photos = view.config, last_plan(view.host), pending_photo_removal(view.host)
    return Tab(
        name="user_sync",
        label=_("USER SYNC"),
        intro=_(
            "People of the directory become users of this PBX, each with an extension. The sync goes one way: names,"
            " mail, phones and department come from Microsoft, everything else belongs to the PBX. Disabled accounts,"
            " shared mailboxes, rooms, AI agents and people without first and last name get no extension."
        ),
        fields=(
            draw_setting(
                config,
                "sync_mode",
                _("Sync mode"),
                choices={"automatic": _("Automatic: every night"), "manual": _("Manual: only when you say so")},
            ),
            draw_setting(
                config,
                "sync_every_minutes",
                _("Ask for changes between the nights (minutes)"),
                help=_(
                    "0: every night only. 5 to 1440: one request asks for changes at this interval. Somebody who is"
                    " disabled at Microsoft then loses telephone and sessions within that time. Full listings, contacts"
                    " and photos stay nightly. Not in manual mode."
                ),
            ),
            *_scope_fields(config),
            draw_setting(
                config,
                "starting_extension_number",
                _("Set starting user extension number from"),
                placeholder="20000",
                help=_("3 to 13 digits. Empty: the first number that is free. A number that was given stays."),
            ),
            *draw_mapping(config),
            draw_setting(config, "sync_photo", _("Sync Microsoft 365 user photos")),
            draw_setting(
                config,
                "sync_photo_when_off",
                _("When photos are not synced"),
                choices={
                    "keep": _("Keep the photos that came from Microsoft"),
                    "remove": _("Remove them: the next sync says how many, and asks"),
                },
            ),
            *draw_leavers(config),
            *draw_guard(config),
        ),
        facts=(*plan_facts(view, plan), *_waiting_facts(view), *_group_facts(view), *_photo_facts(photos)),
        tables=(*((plan_table(view.host, plan),) if plan is not None else ()), *left_out_table(view.host)),
        actions=(
            *draw_photo_approval(photos, view.why_no_call),
            *_actions(plan, view.why_no_call),
            draw_explain_action(view.why_not_ready),
            _draw_add_person(view.why_no_call),
        ),
    )


def _draw_add_person(why_disabled: str) -> Action:
    return Action(
        name=ADD_PERSON_ACTION,
        label=_("Add a person"),
        help=_(
            "Adds or refreshes one person now, by the rules of this tab. In manual mode this is how single people are"
            " added."
        ),
        enabled=not why_disabled,
        why_disabled=why_disabled,
        parameters=(
            Field(
                name="person",
                label=_("Person"),
                placeholder="adele@contoso.com",
                required=True,
                lookup=lookup_of("person"),
            ),
        ),
    )


def _scope_fields(config: Config) -> tuple[Field, ...]:
    return (
        draw_setting(
            config,
            "sync_users_mode",
            _("Who is synced"),
            choices={"all": _("All users"), "only": _("Only these users"), "except": _("All except these users")},
            help=_(
                "The filters combine: a person is synced if every filter lets them in. The settings below decide what"
                " happens to people whom a filter later leaves out."
            ),
        ),
        draw_setting(
            config,
            "sync_users",
            _("Users"),
            placeholder="adele@contoso.com",
            help=_(
                "For “Only these users” and “All except these users”: one sign-in name, address or object id per line."
                " The list is kept by object id, so a renamed person stays the same person."
            ),
        ),
        draw_setting(
            config,
            "sync_groups_mode",
            _("Departments (groups)"),
            choices={"all": _("All groups"), "only": _("Only these groups")},
        ),
        draw_setting(
            config,
            "sync_groups",
            _("Groups"),
            # Translators: An example of a group's name.
            placeholder=_("Sales"),
            help=_(
                "For “Only these groups”: one name, address or object id per line; members of nested groups belong to"
                " them. Needs the permission GroupMember.Read.All."
            ),
        ),
        draw_setting(config, "sync_guest_users", _("Sync guest users")),
        draw_setting(
            config,
            "sync_unlicensed",
            _("Sync people without a Microsoft 365 plan"),
            help=_("Off: people without any Microsoft 365 plan get no extension."),
        ),
    )


def _group_facts(view: PageView) -> tuple[Fact, ...]:
    """How the last run read each group, where only some groups are synced."""
    if not view.config.scope.has_groups:
        return ()
    facts, notes = [], MemberStore(view.host).notes()
    for group in view.config.scope.groups:
        note = notes.get(group.entra_object_id)
        label = _("Group {name}", name=group.name)
        if note is None:
            facts.append(Fact(label=label, value=_("not read yet")))
        elif note.why_incomplete:
            since = show_time(note.since_utc, view.tenant)
            # Translators: {why} is a whole sentence about a group.
            value = _("Since {time}: {why}", time=since, why=note.why_incomplete)
            facts.append(Fact(label=label, value=value, severity=Severity.WARNING))
        else:
            facts.append(Fact(label=label, value=_n("{n:,} member", "{n:,} members", note.members)))
    return tuple(facts)


def _waiting_facts(view: PageView) -> tuple[Fact, ...]:
    n_people = sum(count_waiting(view.host).values())
    if not n_people:
        return ()
    value = _(
        "{n:,} (limit of users, numbers, or doubt about who they are: see the problems of the last run)", n=n_people
    )
    return (Fact(label=_("People who wait for a user"), value=value, severity=Severity.WARNING),)


def _photo_facts(photos: PendingPhotoRemoval | None) -> tuple[Fact, ...]:
    if photos is None:
        return ()
    return (Fact(label=_("Photos to be removed"), value=photos.describe(), severity=Severity.WARNING),)


def _actions(plan: PlanRef | None, why_disabled: str) -> tuple[Action, ...]:
    enabled = not why_disabled
    return (
        Action(
            name=Job.PREVIEW,
            label=_("Preview"),
            help=_("Shows what a sync would do now, and changes nothing."),
            enabled=enabled,
            why_disabled=why_disabled,
        ),
        draw_approve(plan, why_disabled),
        draw_sync_now(why_disabled, primary=True),
        Action(
            name=Job.FULL_RESYNC,
            label=_("Full resync"),
            help=_("Reads everybody again instead of only the changes. It is seldom needed and does no harm."),
            enabled=enabled,
            why_disabled=why_disabled,
        ),
    )


def draw_sync_now(why_disabled: str, *, primary: bool) -> Action:
    """Draw the button that syncs at once."""
    return Action(
        name=Job.SYNC_NOW, label=_("Sync now"), enabled=not why_disabled, why_disabled=why_disabled, primary=primary
    )
