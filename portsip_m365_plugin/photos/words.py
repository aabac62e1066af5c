"""What the photo sync says in its report and its problems."""

from __future__ import annotations

from pbx_plugin_api import Text, sentences
from portsip_m365_plugin.texts import _, _n


def say_problem(reason: str, n: int) -> Text | None:
    """Return what a count of problems means for the whole run; None where each photo has a line of its own."""
    if reason == "photo_unread":
        return _n(
            "{n:,} photo could not be read; it stays as it is, and is tried again next time.",
            "{n:,} photos could not be read; they stay as they are, and are tried again next time.",
            n,
        )
    if reason == "photo_no_exchange":
        return _("Microsoft shows no photos of this directory, because it has no Exchange Online.")
    if reason == "photo_not_permitted":
        return _n(
            "Microsoft does not let this app read {n:,} person's photo: grant User.Read.All, or widen its scope in"
            " Exchange.",
            "Microsoft does not let this app read {n:,} people's photos: grant User.Read.All, or widen its scope in"
            " Exchange.",
            n,
        )
    return None


def say_invalid(why: Text) -> Text:
    """Return why one photo was not stored, and what to do."""
    return _(
        # Translators: {why} is such as "it is larger than 4 MB"
        "This photo was not stored: {why}. The picture in the PBX stays. Ask the person to upload another one at"
        " Microsoft.",
        why=why,
    )


def say_done(stored: int, removed: int, more: str) -> Text:
    """Return what a run did, and what it has to say more."""
    done = _n(
        "{n:,} photo stored, {removed:,} removed.", "{n:,} photos stored, {removed:,} removed.", stored, removed=removed
    )
    return sentences(done, more)


def say_removed(removed: int) -> Text:
    """Return how many photos were removed after the sync of photos was switched off."""
    return _n("{n:,} photo removed.", "{n:,} photos removed.", removed)


def say_goes_on() -> Text:
    """Return what becomes of the photos that this run did not come to."""
    return _("The next run goes on from there.")
