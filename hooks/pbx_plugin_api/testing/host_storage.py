"""Standard tests of a host: settings, secrets, state, blobs, rate budgets, and the small parts."""

from __future__ import annotations

import re
from datetime import timedelta

from pbx_plugin_api.errors import InvalidValueError, QuotaError, VersionConflictError
from pbx_plugin_api.storage import RateLimit, StateRecord
from pbx_plugin_api.testing.controls import PbxUnderTest
from pbx_plugin_api.testing.suite import Suite, expect, refusal
from pbx_plugin_api.tick import Problem
from pbx_plugin_api.travel import JsonValue

__all__ = ["BlobRules", "BudgetRules", "SmallRules", "StorageRules"]

_SECRET_MAX_BYTES = 64 * 1024
_VALUE_MAX_BYTES = 256 * 1024


class StorageRules(Suite):
    """What a plugin stores: settings, secrets, state."""

    def test_settings_are_versioned(self, pbx: PbxUnderTest) -> None:
        """Version 0 before the first write. A write with an older version than the newest is refused."""
        first = pbx.host.settings.read()
        expect((first.version, dict(first.values)), (0, {}))
        values: dict[str, JsonValue] = {"names": ["Zoë", "a"], "on": True, "n": 3, "ratio": 0.3, "none": None}
        expect(pbx.host.settings.write(values, expected_version=0).version, 1)
        conflict = refusal(VersionConflictError, pbx.host.settings.write, {"on": False}, expected_version=0)
        expect((conflict.expected_version, conflict.current_version), (0, 1))
        refusal(VersionConflictError, pbx.host.settings.write, {}, expected_version=2)
        stored = pbx.host.settings.read()
        expect((stored.version, dict(stored.values)), (1, values))
        values["on"] = False
        expect(pbx.host.settings.read().values["on"], True)
        expect(pbx.host.settings.write({}, expected_version=1).version, 2)
        expect(dict(pbx.host.settings.read().values), {})

    def test_secrets_come_back_as_put(self, pbx: PbxUnderTest) -> None:
        """Any bytes. The last `put` counts. Deleting twice is not an error."""
        secrets = pbx.host.secrets
        expect(secrets.get("key"), None)
        for value in (bytes(range(256)), b"second"):
            secrets.put("key", value)
            expect(secrets.get("key"), value)
        secrets.put("other", b"x")
        secrets.delete("key")
        secrets.delete("key")
        expect((secrets.get("key"), secrets.get("other")), (None, b"x"))

    def test_a_secret_has_its_limit(self, pbx: PbxUnderTest) -> None:
        """64 KiB. A larger secret is refused, and the stored one stays."""
        largest = b"\x00" * _SECRET_MAX_BYTES
        pbx.host.secrets.put("key", largest)
        refusal(QuotaError, pbx.host.secrets.put, "key", largest + b"\x00")
        expect(pbx.host.secrets.get("key"), largest)

    def test_state_is_versioned_by_key(self, pbx: PbxUnderTest) -> None:
        """Without an expected version `put` overwrites. 0 means that the key must not exist yet."""
        state = pbx.host.state
        expect(state.get("k"), None)
        expect(state.put("k", {"a": [1, None, "ü"]}, expected_version=0), 1)
        expect(state.get("k"), StateRecord(version=1, value={"a": [1, None, "ü"]}))
        conflict = refusal(VersionConflictError, state.put, "k", 2, expected_version=0)
        expect((conflict.expected_version, conflict.current_version), (0, 1))
        refusal(VersionConflictError, state.put, "k", 2, expected_version=2)
        refusal(VersionConflictError, state.put, "new", 2, expected_version=1)
        expect((state.put("k", None, expected_version=1), state.get("k")), (2, StateRecord(version=2, value=None)))
        expect((state.put("k", "over"), state.get("k")), (3, StateRecord(version=3, value="over")))
        state.delete("k")
        state.delete("k")
        expect((state.get("k"), state.put("k", 1, expected_version=0)), (None, 1))

    def test_state_of_several_keys_is_stored_at_once(self, pbx: PbxUnderTest) -> None:
        """All or nothing. Each key has its own version."""
        state = pbx.host.state
        state.put("a", 1)
        state.put_many({"a": 2, "b": 3})
        expect((state.get("a"), state.get("b")), (StateRecord(version=2, value=2), StateRecord(version=1, value=3)))
        refusal(QuotaError, state.put_many, {"a": 9, "c": "x" * _VALUE_MAX_BYTES})
        refusal(InvalidValueError, state.put_many, {"a": 9, "": 1})
        expect([key for key, _ in state.items()], ["a", "b"])
        expect(state.get("a"), StateRecord(version=2, value=2))
        state.put_many({})

    def test_state_of_several_keys_is_read_at_once(self, pbx: PbxUnderTest) -> None:
        """Each value with its version, as `get` returns it. A key without a value is left out."""
        state = pbx.host.state
        expect(dict(state.get_many([])), {})
        keys = [f"k{n}" for n in range(1_200)]
        state.put_many({key: {"key": key} for key in keys})
        state.put("k7", None)
        found = state.get_many([*keys, "nobody", "K8", "k7"])
        expect(sorted(found), sorted(keys))
        expect((found["k7"], found["k8"]), (state.get("k7"), StateRecord(version=1, value={"key": "k8"})))
        pbx.other_tenant.state.put("theirs", 1)
        pbx.other_plugin.state.put("theirs", 1)
        expect(dict(state.get_many(["theirs"])), {})

    def test_state_is_listed_by_prefix(self, pbx: PbxUnderTest) -> None:
        """In code-point order and case-sensitive. No character of a prefix is a wildcard."""
        keys = ["mail/b", "mail/a", "Mail/a", "mail%x", "mail_x", "mailx", "mail", "z"]
        pbx.host.state.put_many({key: key for key in keys})

        def seen(*prefix: str) -> list[str]:
            return [key for key, record in pbx.host.state.items(*prefix) if record.value == key]

        expect(seen(), sorted(keys))
        expect(seen("mail/"), ["mail/a", "mail/b"])
        expect((seen("mail%"), seen("mail_"), seen("M"), seen("nobody")), (["mail%x"], ["mail_x"], ["Mail/a"], []))

    def test_state_has_its_limits(self, pbx: PbxUnderTest) -> None:
        """A key has 1 to 200 characters, a value at most 256 KiB of JSON. A refused value changes nothing."""
        largest = "x" * (_VALUE_MAX_BYTES - 2)
        expect(pbx.host.state.put("k" * 200, largest), 1)
        refusal(QuotaError, pbx.host.state.put, "k" * 200, largest + "x")
        for key in ("", "k" * 201):
            error = refusal(InvalidValueError, pbx.host.state.put, key, 1)
            expect((error.field, error.value), ("key", key))
        expect(pbx.host.state.get("k" * 200), StateRecord(version=1, value=largest))


class BlobRules(Suite):
    """Files by reference."""

    def test_a_blob_comes_back_as_put(self, pbx: PbxUnderTest) -> None:
        """It can be read in pieces, from any position."""
        pieces = [b"", b"a" * 700_000, b"b", bytes(range(256)) * 1000]
        whole = b"".join(pieces)
        blob = pbx.host.blobs.put(iter(pieces), content_type="text/plain", keep_s=60)
        info = pbx.host.blobs.info(blob)
        assert info is not None, "it was stored"
        expect((info.blob, info.size_bytes, info.content_type), (blob, len(whole), "text/plain"))
        with pbx.host.blobs.open(blob) as file:
            expect(file.read(3) + file.read(), whole)
            expect((file.seek(699_999), file.read(3)), (699_999, whole[699_999:700_002]))
            expect((file.seek(-5, 2), file.read()), (len(whole) - 5, whole[-5:]))
            expect((file.seek(0), file.read(1)), (0, b"a"))

    def test_a_blob_may_be_empty(self, pbx: PbxUnderTest) -> None:
        """For example a plan without changes has no rows."""
        blob = pbx.host.blobs.put(iter(()), content_type="text/plain", keep_s=60)
        with pbx.host.blobs.open(blob) as file:
            expect(file.read(), b"")

    def test_a_blob_is_gone_after_its_time(self, pbx: PbxUnderTest) -> None:
        """As if it had never existed."""
        blob = pbx.host.blobs.put(iter([b"x"]), content_type="text/plain", keep_s=60)
        pbx.move_clock(61)
        for gone in (blob, "no-such-blob"):
            expect(pbx.host.blobs.info(gone), None)
            refusal(KeyError, lambda gone=gone: pbx.host.blobs.open(gone).__enter__())


class BudgetRules(Suite):
    """Sliding windows, shared by all workers."""

    def test_a_budget_is_kept_over_any_window(self, pbx: PbxUnderTest) -> None:
        """When it is used up, the answer is the earliest time at which a request succeeds."""
        limits = [RateLimit(amount=2, window_s=60)]
        start = pbx.host.clock.now_utc()
        expect(pbx.host.rate_budget.take("mail", 1, limits), None)
        pbx.move_clock(30)
        expect(pbx.host.rate_budget.take("mail", 1, limits), None)
        again = pbx.host.rate_budget.take("mail", 1, limits)
        assert again is not None, "both were taken"
        expect(again.utcoffset(), timedelta(0))
        assert abs((again - start).total_seconds() - 60) < 5, again
        pbx.move_clock((again - pbx.host.clock.now_utc()).total_seconds() + 0.001)
        expect(pbx.host.rate_budget.take("mail", 1, limits), None)
        assert pbx.host.rate_budget.take("mail", 1, limits) is not None, "the one of second 30 still counts"

    def test_every_limit_counts(self, pbx: PbxUnderTest) -> None:
        """A short and a long window: the later time is the answer. A refusal takes nothing."""
        limits = [RateLimit(amount=3, window_s=10), RateLimit(amount=4, window_s=1000)]
        expect(pbx.host.rate_budget.take("mail", 3, limits), None)
        short = pbx.host.rate_budget.take("mail", 1, limits)
        both = pbx.host.rate_budget.take("mail", 2, limits)
        assert short is not None, "three within ten seconds"
        assert both is not None, "five within a thousand"
        assert both - short > timedelta(seconds=900), (short, both)
        pbx.move_clock(11)
        expect(pbx.host.rate_budget.take("mail", 1, limits), None)
        assert pbx.host.rate_budget.take("mail", 1, limits) is not None, "four within a thousand seconds"

    def test_buckets_are_apart(self, pbx: PbxUnderTest) -> None:
        """Other buckets, plugins and tenants have their own budget."""
        limits = [RateLimit(amount=1, window_s=60)]
        expect(pbx.host.rate_budget.take("mail", 1, limits), None)
        assert pbx.host.rate_budget.take("mail", 1, limits) is not None, "it is spent"
        expect(pbx.host.rate_budget.take("photos", 1, limits), None)
        expect(pbx.other_plugin.rate_budget.take("mail", 1, limits), None)
        expect(pbx.other_tenant.rate_budget.take("mail", 1, limits), None)

    def test_nothing_is_taken_by_asking(self, pbx: PbxUnderTest) -> None:
        """An amount of 0 only asks whether the bucket is within the limit."""
        limits = [RateLimit(amount=1, window_s=60)]
        for _ in range(3):
            expect(pbx.host.rate_budget.take("mail", 0, limits), None)
        expect(pbx.host.rate_budget.take("mail", 1, limits), None)
        assert pbx.host.rate_budget.take("mail", 0, [RateLimit(amount=0, window_s=60)]) is not None, "one is above 0"

    def test_more_than_a_limit_waits_for_an_empty_window(self, pbx: PbxUnderTest) -> None:
        """Otherwise it would never be granted: for example a mail to 600 people with a limit of 500 an hour."""
        limits = [RateLimit(amount=5, window_s=60)]
        expect(pbx.host.rate_budget.take("mail", 1, limits), None)
        assert pbx.host.rate_budget.take("mail", 6, limits) is not None, "one was taken"
        pbx.move_clock(61)
        expect(pbx.host.rate_budget.take("mail", 6, limits), None)
        assert pbx.host.rate_budget.take("mail", 1, limits) is not None, "all were taken"


class SmallRules(Suite):
    """Clock, progress, audit, origins."""

    def test_the_clock_is_aware_and_moves(self, pbx: PbxUnderTest) -> None:
        """UTC."""
        before = pbx.host.clock.now_utc()
        expect(before.utcoffset(), timedelta(0))
        pbx.move_clock(3600)
        assert timedelta(seconds=3599) < pbx.host.clock.now_utc() - before < timedelta(seconds=3660), before
        pbx.host.clock.sleep(0.0)

    def test_audit_lines_are_kept(self, pbx: PbxUnderTest) -> None:
        """In order."""
        pbx.host.audit.record("settings.saved", outcome="ok", subject="boss")
        pbx.host.audit.record("mail.sent", outcome="failed", detail="request id 12")
        expect([event for event in pbx.audit_events() if "." in event][-2:], ["settings.saved", "mail.sent"])

    def test_a_run_reports_and_goes_on(self, pbx: PbxUnderTest) -> None:
        """Under a lease the fencing token is above 0. Nothing asked the run to stop."""
        assert pbx.host.progress.fencing_token > 0, "the host under test is in a run"
        pbx.host.progress.report("users", 10, 100)
        pbx.host.progress.report("photos", 1)
        pbx.host.progress.problem(Problem(reason="no_name", detail="Give them a name."))
        expect(pbx.host.progress.should_stop(), False)

    def test_origins_are_the_hosts_own(self, pbx: PbxUnderTest) -> None:
        """There is at least the web domain."""
        expect(pbx.host.web_origins.all()[0], pbx.host.web_origins.web)

    def test_a_landing_state_is_known_again_until_its_time_is_over(self, pbx: PbxUnderTest) -> None:
        """Only as it was made, and only as its own tenant's."""
        state = pbx.host.landing_state("consent", about="app 1", keep_s=3600)
        assert len(state) <= 1_500, len(state)
        assert re.fullmatch(r"[A-Za-z0-9._\-]+", state), state
        expect(pbx.landing_of(state), ("consent", "app 1"))
        expect(pbx.landing_of(state[:-1] + ("A" if state[-1] != "A" else "B") + "x"), None)
        expect(pbx.landing_of(""), None)
        expect(pbx.landing_of(pbx.other_tenant.landing_state("consent", keep_s=3600)), None)
        pbx.move_clock(3601)
        expect(pbx.landing_of(state), None)

    def test_a_landing_state_has_limits(self, pbx: PbxUnderTest) -> None:
        """A wrong purpose, too much text or too long a time is a bug."""
        for purpose, about, keep_s in (("two words", "", 60), ("ok", "x" * 257, 60), ("ok", "", 61 * 86_400)):
            refusal(InvalidValueError, pbx.host.landing_state, purpose, about=about, keep_s=keep_s)

    def test_system_mail_settings_are_not_everybodys(self, pbx: PbxUnderTest) -> None:
        """Outside `on_send_notification` there is no system host."""
        expect(pbx.host.system(), None)
