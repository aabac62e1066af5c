"""Commands that keep the database in order: retention, and people who are to be forgotten."""

from __future__ import annotations

import click

from pbx_devhost.cli.headings import GONE_COUNTS, count
from pbx_devhost.cli.language import option, say
from pbx_devhost.cli.output import VIEWER, CliContext, command, fail, group, print_shape, read_pairs
from pbx_devhost.store.erasure.store import ErasureError
from pbx_devhost.store.upkeep.retention import KEEP_DAYS, RetentionError
from pbx_devhost.texts import _, _n
from pbx_devhost.texts import say as say_error
from pbx_plugin_api import listing


def add_commands(main: click.Group) -> None:
    """Add the commands."""
    retention = group(main, "retention", _("How many days things are kept."), alone=_show_retention)
    command(
        retention,
        "set",
        _(
            "Choose how many days runs, problems, notices, audit lines and ended mail are kept. `serve` "
            "deletes once a day."
        ),
    )(_set_retention)
    command(retention, "apply", _("Delete now what is older than its retention."))(_apply_retention)
    command(
        main,
        "erase",
        _(
            "Delete a user, and take their name out of runs, problems, audit lines, notices and mail.\n"
            "\n"
            "WHO is a user name, sign-in name, mail address or id in the directory. The user may be deleted "
            "already. Counts stay. Take the person out of the directory, or of what is synced, first: "
            "otherwise a sync adds them again."
        ),
    )(_erase)


def _show_retention(context: CliContext) -> None:
    _print_days(context, context.pbx.stores.retention.days())


@click.argument("pairs", nargs=-1, required=True, metavar="SUBJECT=DAYS…")
def _set_retention(context: CliContext, pairs: tuple[str, ...]) -> None:
    values = read_pairs(pairs)
    try:
        days = context.pbx.stores.retention.set_days(values)
    except RetentionError as error:
        fail(say_error(error))
    chosen = ", ".join(f"{subject}={text}" for subject, text in values.items())
    context.pbx.stores.audit.record(None, VIEWER.username, "retention.set", subject=chosen)
    _print_days(context, days)


def _print_days(context: CliContext, days: dict[str, int]) -> None:
    shape = {subject: {"keep_days": n, "default_days": KEEP_DAYS[subject]} for subject, n in days.items()}
    print_shape(context, shape, "\n".join(f"{subject}={n}" for subject, n in days.items()))


def _apply_retention(context: CliContext) -> None:
    gone = context.pbx.stores.retention.apply()
    counts = count(gone.items(), GONE_COUNTS)
    # Translators: a list such as "3 runs, 1 mail".
    sentence = _("Deleted: {counts}.", counts=listing(counts)) if counts else _("Deleted: nothing was old enough.")
    print_shape(context, {"deleted": gone}, sentence)


@click.argument("tenant_key", metavar="T")
@click.argument("who", metavar="WHO")
@option("--also", multiple=True, metavar="TEXT", help=_("One more name, address or number of this person."))
def _erase(context: CliContext, tenant_key: str, who: str, also: tuple[str, ...]) -> None:
    chosen, stores = context.tenant(tenant_key), context.pbx.stores
    try:
        erasure_id = stores.erasures.ask(chosen.pbx_tenant_id, who, also=also)
    except ErasureError as error:
        fail(say_error(error))
    # Without the name: this line stays.
    stores.audit.record(chosen.pbx_tenant_id, VIEWER.username, "person.erase", subject=erasure_id)
    done = stores.erasures.work(erasure_id)
    shape = {"id": erasure_id, "done": done.is_done, "changed": done.n_changed, "remains": list(done.remains)}
    sentence = _n(
        "Erased from {n} place. Copies of the database from before still name this person.",
        "Erased from {n:,} places. Copies of the database from before still name this person.",
        done.n_changed,
    )
    if not done.is_done:
        sentence = _(
            "A run or a mail of this tenant is in progress. The clock of `serve` erases the person when it has ended."
        )
    print_shape(context, shape, "\n".join(say((sentence, *done.remains))))
