"""Standard tests of a host: a notice is raised, becomes worse, is dismissed, and ends."""

from __future__ import annotations

from collections.abc import Callable

from pbx_plugin_api.errors import InvalidValueError, LeaseLostError
from pbx_plugin_api.notices import NOTICE_BEGINS_AGAIN
from pbx_plugin_api.page_parts import Severity
from pbx_plugin_api.testing.controls import PbxUnderTest
from pbx_plugin_api.testing.suite import Suite, expect, refusal
from pbx_plugin_api.texts import Catalogue, Text

__all__ = ["NoticeRules"]

_LONG_S = NOTICE_BEGINS_AGAIN.total_seconds() + 60


def _raise(pbx: PbxUnderTest, key: str, subject: str, severity: Severity = Severity.WARNING, level: int = 0) -> None:
    pbx.host.notify_admin(key, subject, "What to do.", severity=severity, level=level, values={"days": 3})


class NoticeRules(Suite):
    """The life of a notice; see `pbx_plugin_api.notices`."""

    def test_a_notice_is_one_while_its_cause_lasts(self, pbx: PbxUnderTest) -> None:
        """By key, for however long. It takes the newest text. Another key is another notice."""
        for key, subject in (("a", "one"), ("b", "two"), ("a", "three")):
            _raise(pbx, key, subject)
        pbx.move_clock(7 * 86_400)
        _raise(pbx, "a", "four")
        expect((pbx.notices(), pbx.shown_notices()), (["four", "two"], ["four", "two"]))

    def test_a_notice_can_be_read_in_another_language_later(self, pbx: PbxUnderTest) -> None:
        """A host keeps what a `Text` says, not its English alone."""
        words = Catalogue("some_plugin")
        subject, text = words.say("{name} left", name="Amy"), words.count("{n} day", "{n} days", 3)
        pbx.host.notify_admin("a", subject, text, severity=Severity.BAD)
        [kept] = pbx.host.overview.notices()
        shapes = [each.as_shape() if isinstance(each, Text) else each for each in (kept.subject, kept.text)]
        expect(shapes, [subject.as_shape(), text.as_shape()])

    def test_a_notice_ends_and_begins_again(self, pbx: PbxUnderTest) -> None:
        """Soon after its end it is the same one, later it is another. To end it twice does no harm."""
        pbx.host.resolve_notice("a")
        _raise(pbx, "a", "one")
        pbx.host.resolve_notice("a")
        pbx.host.resolve_notice("a")
        expect((pbx.notices(), pbx.shown_notices()), (["one"], []))
        _raise(pbx, "a", "again")
        expect((pbx.notices(), pbx.shown_notices()), (["again"], ["again"]))
        pbx.host.resolve_notice("a")
        pbx.move_clock(_LONG_S)
        _raise(pbx, "a", "later")
        expect((pbx.notices(), pbx.shown_notices()), (["again", "later"], ["later"]))

    def test_all_notices_of_a_kind_end_together(self, pbx: PbxUnderTest) -> None:
        """And others do not."""
        for key in ("a.1", "a.2"):
            pbx.host.notify_admin(key, key, "", severity=Severity.BAD, kind="a")
        _raise(pbx, "b", "b")
        pbx.host.resolve_notice("a.1")
        expect(pbx.shown_notices(), ["a.2", "b"])
        pbx.host.notify_admin("a.1", "a.1", "", severity=Severity.BAD, kind="a")
        pbx.host.resolve_notice("a")
        expect(pbx.shown_notices(), ["b"])

    def test_a_dismissed_notice_comes_back_only_if_it_becomes_worse(self, pbx: PbxUnderTest) -> None:
        """A higher level or severity. What became better stays as bad as it was: it is no news when it is bad again."""
        _raise(pbx, "a", "one", level=1)
        pbx.dismiss_notice("a")
        _raise(pbx, "a", "same", level=1)
        expect(pbx.shown_notices(), [])
        _raise(pbx, "a", "worse", level=2)
        expect(pbx.shown_notices(), ["worse"])
        pbx.dismiss_notice("a")
        _raise(pbx, "a", "better", level=1)
        _raise(pbx, "a", "as bad as before", level=2)
        expect(pbx.shown_notices(), [])
        _raise(pbx, "a", "bad", Severity.BAD)
        expect(pbx.shown_notices(), ["bad"])

    def test_a_dismissed_notice_comes_back_after_an_end(self, pbx: PbxUnderTest) -> None:
        """Soon after it, too."""
        _raise(pbx, "a", "one")
        pbx.dismiss_notice("a")
        pbx.host.resolve_notice("a")
        _raise(pbx, "a", "again")
        expect(pbx.shown_notices(), ["again"])

    def test_a_plugin_ends_its_own_notices_only(self, pbx: PbxUnderTest) -> None:
        """Keys are the plugin's own, and so are those of another tenant."""
        _raise(pbx, "a", "mine")
        pbx.other_plugin.notify_admin("a", "of another plugin", "", severity=Severity.BAD)
        pbx.other_plugin.resolve_notice("a")
        pbx.other_tenant.notify_admin("a", "of another tenant", "", severity=Severity.BAD)
        pbx.other_tenant.resolve_notice("a")
        expect("mine" in pbx.shown_notices(), True)

    def test_the_overview_shows_what_lasts_of_this_plugin(self, pbx: PbxUnderTest) -> None:
        """Newest first, dismissed ones too; nothing of another plugin or tenant."""
        _raise(pbx, "ended", "ended")
        pbx.host.resolve_notice("ended")
        _raise(pbx, "old", "old", level=2)
        pbx.move_clock(1)
        _raise(pbx, "new", "new", Severity.BAD)
        pbx.dismiss_notice("new")
        pbx.other_plugin.notify_admin("x", "of another plugin", "", severity=Severity.BAD)
        pbx.other_tenant.notify_admin("x", "of another tenant", "", severity=Severity.BAD)
        seen = [(each.key, each.severity, each.level, dict(each.values)) for each in pbx.host.overview.notices()]
        expect(seen, [("new", Severity.BAD, 0, {"days": 3}), ("old", Severity.WARNING, 2, {"days": 3})])

    def test_the_overview_shows_runs_of_this_plugin_only(self, pbx: PbxUnderTest) -> None:
        """Newest first, and no more than were asked for. A run of another plugin has no problems to see here."""
        runs = pbx.host.overview.runs()
        expect([each.started_at_utc for each in runs], sorted((r.started_at_utc for r in runs), reverse=True))
        expect(len(pbx.host.overview.runs(limit=1)), min(1, len(runs)))
        others = {each.run_id for each in pbx.other_plugin.overview.runs()} - {each.run_id for each in runs}
        expect(len(others), len(pbx.other_plugin.overview.runs()))
        for run_id in (*others, "none"):
            expect(list(pbx.host.overview.problems(run_id)), [])
            expect(list(pbx.host.overview.problems(run_id, 5, without=("no_name",))), [])

    def test_a_notice_keeps_its_limits(self, pbx: PbxUnderTest) -> None:
        """A key is a word for programs, and the subject is there."""
        for key, subject in (("two words", "s"), ("", "s"), ("a" * 65, "s"), ("a", ""), ("a", "two\nlines")):
            refusal(InvalidValueError, _raise, pbx, key, subject)
        refusal(InvalidValueError, _raise, pbx, "a", "s", level=-1)
        expect(pbx.notices(), [])

    def test_a_lost_lease_neither_raises_nor_ends_a_notice(self, pbx: PbxUnderTest) -> None:
        """The worker that has the lease by now knows better."""
        _raise(pbx, "a", "one")
        pbx.lose_lease()
        writes: tuple[Callable[[], object], ...] = (
            lambda: _raise(pbx, "b", "two"),
            lambda: pbx.host.resolve_notice("a"),
        )
        for write in writes:
            refusal(LeaseLostError, write)
        expect(pbx.shown_notices(), ["one"])
