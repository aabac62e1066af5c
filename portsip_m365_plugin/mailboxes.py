"""What each mailbox is for: a person's, shared, a room's. One memory and one way of asking, for users and contacts.

No listing shows it. Microsoft answers one question a mailbox (`mailboxSettings/userPurpose`), 20 in a request, if the
app has the permission MailboxSettings.Read. Users ask, so that shared mailboxes and rooms get no extension; contacts
ask, to find the shared mailboxes.

- An answer is good for a week.
- A shared mailbox, a room or equipment stays one until Microsoft says otherwise. Where a mailbox cannot be asked (it
  moves, it lost its licence) nothing changes.
- A refusal is remembered for a week, for people and for other accounts apart: an administrator may have limited the app
  to some mailboxes in Exchange.

Sources: "Get user mailbox settings", Microsoft Graph v1.0, 2021; "Role Based Access Control for Applications in
Exchange Online", Microsoft Learn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

from pbx_plugin_api import Host, InvalidValueError, JsonValue, dump, load
from portsip_m365_plugin.exchange import forget_exchange_missing, note_exchange_missing
from portsip_m365_plugin.failing import Failing, FailingArea
from portsip_m365_plugin.graph.batch import BatchResult
from portsip_m365_plugin.graph.batch_queue import ITEMS_MAX, BatchItem
from portsip_m365_plugin.graph.client import GraphClient
from portsip_m365_plugin.graph.errors import ConsentMissingError, ExchangeMissingError, MailboxRefusedError
from portsip_m365_plugin.graph.mailboxes import MailboxStatus, ask_purpose, judge_mailbox, read_purpose
from portsip_m365_plugin.graph.reads import read_many
from portsip_m365_plugin.mapping.users import PURPOSES

SHARED: Final = "shared"

_ANSWERS: Final = "mailboxes.of."
"""Answers by mailbox, under 256 keys: the first two characters of the object id."""
_PROGRESS: Final = "mailboxes.asked"
_OLD_PEOPLE: Final = "users.purposes"
_OLD_ANSWERS: Final = "contacts.purpose."
"""Where 0.1 kept two memories; read once, then deleted."""
_WEEK: Final = timedelta(days=6, hours=12)
"""Less what a nightly run may begin earlier than the one a week before."""
_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
_KEY_MAX_ANSWERS: Final = 2000
"""The host takes 256 KiB under one key, and an answer has about 90 bytes."""


FirstAnswers = list[BatchResult[str]]
"""About 20 mailboxes at most."""


class Group(StrEnum):
    """Which accounts are asked about. Each group has a refusal of its own."""

    PEOPLE = "people"
    """Accounts that have an extension, or may get one. Only shared mailboxes, rooms and equipment are remembered."""
    OTHERS = "others"
    """Accounts that are no enabled users of the PBX. Every answer is remembered."""


class Answer(NamedTuple):
    """What Microsoft said, and when. The purpose is empty where there was no mailbox to ask."""

    purpose: str
    at_utc: datetime


@dataclass(kw_only=True)
class Asked:
    """How many questions ended how. Questions that were not sent, because the run has to end, are in none of these."""

    answered: int = 0
    refused: int = 0
    failed: int = 0
    """No mailbox, or an error of the moment."""

    @property
    def total(self) -> int:
        """How many questions ended."""
        return self.answered + self.refused + self.failed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Progress:
    """What is kept beside the answers."""

    refused: Mapping[str, datetime] = field(default_factory=dict)
    """When the app was refused, by group."""
    everybody_at_utc: datetime | None = None
    after: str = ""


class Mailboxes:
    """The memory, for one run. Each change is written to the host's state at once.

    Memory: about 250 bytes for each mailbox it knows; people's own mailboxes are not kept.
    """

    def __init__(self, host: Host) -> None:
        self._host, self._now_utc = host, host.clock.now_utc()
        self._failing = Failing(host, FailingArea.PURPOSES)
        self._old_keys = [key for key, _ in host.state.items(_OLD_ANSWERS)]
        # 0.1 wrote down assumptions too, with this date; users must not take them for answers.
        old_answers = _read_answers(host, _OLD_ANSWERS)
        self._answers = {name: answer for name, answer in old_answers if answer.at_utc > _LONG_AGO}
        self._progress = self._stored_progress = _Progress()
        old, found = host.state.get(_OLD_PEOPLE), host.state.get(_PROGRESS)
        if old is not None:
            self._old_keys.append(_OLD_PEOPLE)
            known, self._progress = _read_old_people(old.value)
            self._answers |= known
        self._answers |= dict(_read_answers(host, _ANSWERS))
        if found is not None:
            self._progress = self._stored_progress = _read_progress(found.value)

    # ------------------------------------------------------------------ what is known

    def purpose(self, mailbox_id: str) -> str | None:
        """Return `shared`, `room` and so on; empty where there is no mailbox, None where nothing is known."""
        answer = self._answers.get(mailbox_id)
        return None if answer is None else answer.purpose

    def reason_for(self, mailbox_id: str) -> str | None:
        """Return the reason why this account gets no extension, if its mailbox is one."""
        return PURPOSES.get(self.purpose(mailbox_id) or "")

    def items(self) -> Iterator[tuple[str, str]]:
        """Yield each known mailbox and its purpose, by id."""
        return iter(sorted((mailbox_id, answer.purpose) for mailbox_id, answer in self._answers.items()))

    def is_due(self, mailbox_id: str) -> bool:
        """Whether there is no answer of the last week."""
        answer = self._answers.get(mailbox_id)
        return answer is None or self._now_utc - answer.at_utc >= _WEEK

    def is_refused(self, group: Group) -> bool:
        """Whether the app was refused within the last week."""
        at_utc = self._progress.refused.get(group.value)
        return at_utc is not None and self._now_utc - at_utc < _WEEK

    @property
    def is_round_due(self) -> bool:
        """Whether it is a week since everybody was asked about."""
        at_utc = self._progress.everybody_at_utc
        return at_utc is None or self._now_utc - at_utc >= _WEEK

    @property
    def round_after(self) -> str:
        """The last person asked about in a round that was cut off; empty where a round begins."""
        return self._progress.after

    # ------------------------------------------------------------------ what is learned

    def forget(self, mailbox_ids: Iterable[str]) -> None:
        """Forget mailboxes whose accounts are gone."""
        gone = list(mailbox_ids)
        for mailbox_id in gone:
            del self._answers[mailbox_id]
        self._save(gone)

    def keep_round(self, *, after: str) -> None:
        """Remember how far a round about everybody came; empty: to its end."""
        at_utc = self._progress.everybody_at_utc if after else self._now_utc
        self._progress = replace(self._progress, everybody_at_utc=at_utc, after=after)
        self._save()

    def note_refusal(self, group: Group) -> None:
        """Remember that the app may not ask."""
        refused = {**self._progress.refused, group.value: self._now_utc}
        self._progress = replace(self._progress, refused=refused)
        self._save()

    def try_fully(self) -> None:
        """In this run ask mailboxes that keep failing with all tries."""
        self._failing.try_fully()

    def try_asking(self, client: GraphClient, group: Group, mailbox_ids: Sequence[str]) -> bool:
        """Ask about the first 20, in one request; False where it is useless to ask about more, which is remembered.

        An account without a mailbox gets 404 whether or not the app may ask. So 20 of these say as little as a refusal.

        Raises:
            GraphError: See `ask`.
        """
        return self._note_first(group, self.ask(client, group, mailbox_ids[:ITEMS_MAX]))

    def prepare_first(self, client: GraphClient, mailbox_ids: Sequence[str]) -> Callable[[], FirstAnswers]:
        """Return a function that asks as `try_asking` does. It remembers nothing, so any thread may call it.

        It raises what `ask` raises.
        """
        items = self._make_items(client, mailbox_ids[:ITEMS_MAX])
        return lambda: list(read_many(client, items))

    def take_first(self, group: Group, answers: FirstAnswers) -> bool:
        """Remember what a function of `prepare_first` returned; False as in `try_asking`."""
        asked = Asked()
        self._take_all(group, answers, asked)
        return self._note_first(group, asked)

    def _note_first(self, group: Group, asked: Asked) -> bool:
        if asked.answered or (not asked.refused and asked.total < ITEMS_MAX):
            return True
        self.note_refusal(group)
        return False

    def ask(
        self,
        client: GraphClient,
        group: Group,
        mailbox_ids: Sequence[str],
        *,
        n_threads: int = 1,
        should_stop: Callable[[int], bool] = lambda _: False,
    ) -> Asked:
        """Ask, 20 in a request. What was answered is kept, however this ends.

        Args:
            client: Of this tenant's app.
            group: Which accounts these are.
            mailbox_ids: About a thousand at most: so many answers are lost if the process is killed. Sorted ids change
                fewer keys of the state.
            n_threads: How many requests may be in flight.
            should_stop: Called between requests with the number of questions that ended; True sends no more.

        Raises:
            GraphError: Nothing can be asked any more: no network, no token, no time, no Exchange Online.
        """
        asked = Asked()
        if mailbox_ids:
            items = self._make_items(client, mailbox_ids)
            results = read_many(client, items, n_threads=n_threads, should_stop=lambda: should_stop(asked.total))
            self._take_all(group, results, asked)
        return asked

    def _make_items(self, client: GraphClient, mailbox_ids: Sequence[str]) -> list[BatchItem[str]]:
        return [
            BatchItem(key=name, request=self._failing.limit(ask_purpose(client.cloud, name), name))
            for name in mailbox_ids
        ]

    def _take_all(self, group: Group, results: Iterable[BatchResult[str]], asked: Asked) -> None:
        """Take answers and errors as they come, and write what was learned, however this ends."""
        changed = list[str]()
        try:
            for result in results:
                changed += self._take(group, result, asked)
        except ExchangeMissingError:
            note_exchange_missing(self._host)
            raise
        finally:
            if asked.answered:
                forget_exchange_missing(self._host)
                left = {name: at for name, at in self._progress.refused.items() if name != group.value}
                self._progress = replace(self._progress, refused=left)
            self._failing.save()
            self._save(changed)

    def _take(self, group: Group, result: BatchResult[str], asked: Asked) -> list[str]:
        """Take one answer or error, and return which mailbox changed by it."""
        mailbox_id = result.item.key
        if not isinstance(result.error, ExchangeMissingError):
            self._failing.note(mailbox_id, result.error)
        purpose = read_purpose(result.reply.body) if result.reply is not None else ""
        if purpose:
            asked.answered += 1
        elif isinstance(result.error, ExchangeMissingError):
            raise result.error
        elif isinstance(result.error, (ConsentMissingError, MailboxRefusedError)):
            asked.refused += 1
            return []
        else:
            asked.failed += 1
            is_of_the_moment = result.error is not None and judge_mailbox(result.error) is MailboxStatus.FAILED
            if is_of_the_moment or self.reason_for(mailbox_id) is not None:
                return []
        if group is Group.PEOPLE and purpose not in PURPOSES and mailbox_id not in self._answers:
            return []
        self._answers[mailbox_id] = Answer(purpose, self._now_utc)
        return [mailbox_id]

    def _save(self, changed: Iterable[str] = ()) -> None:
        """Write the keys of the changed mailboxes; once all of them, where older keys are carried over."""
        touched = {*changed, *(self._answers if self._old_keys else ())}
        shards: dict[str, dict[str, JsonValue]] = {_key(name): {} for name in touched}
        for name, answer in self._answers.items() if shards else ():
            shard = shards.get(_key(name))
            if shard is not None:
                shard[name] = [answer.purpose, answer.at_utc.isoformat()]
        values: dict[str, JsonValue] = {
            key: dict(list(shard.items())[-_KEY_MAX_ANSWERS:]) for key, shard in shards.items()
        }
        if self._progress != self._stored_progress or self._old_keys:
            values[_PROGRESS] = dump(self._progress)
            self._stored_progress = self._progress
        if values:
            self._host.state.put_many(values)
        for key in self._old_keys:
            self._host.state.delete(key)
        self._old_keys = []


def _key(mailbox_id: str) -> str:
    return f"{_ANSWERS}{mailbox_id[:2]}"


def _read_answers(host: Host, prefix: str) -> Iterator[tuple[str, Answer]]:
    for _, record in host.state.items(prefix):
        entries = record.value if isinstance(record.value, dict) else {}
        for name, entry in entries.items():
            if isinstance(entry, list) and len(entry) == 2:
                yield name, Answer(str(entry[0]), datetime.fromisoformat(str(entry[1])))


def _read_progress(value: JsonValue) -> _Progress:
    try:
        return load(_Progress, value)
    except InvalidValueError:
        return _Progress()


def _read_old_people(value: JsonValue) -> tuple[dict[str, Answer], _Progress]:
    """Read what 0.1 kept under `users.purposes`: the accounts that are nobody's own, and how far it had asked."""
    old: dict[str, Any] = value if isinstance(value, dict) else {}
    refused_at_utc = old.get("refused_at_utc")
    progress = _read_progress(
        {
            "refused": {Group.PEOPLE.value: refused_at_utc} if refused_at_utc else {},
            "everybody_at_utc": old.get("asked_all_at_utc"),
            "after": old.get("after") or "",
        }
    )
    known, at_utc = old.get("known"), progress.everybody_at_utc or _LONG_AGO
    entries = known.items() if isinstance(known, dict) else ()
    return {str(name): Answer(str(word), at_utc) for name, word in entries}, progress
