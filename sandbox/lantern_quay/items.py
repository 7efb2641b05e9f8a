"""How a year of ordinary work is written down: titles become items with a plausible life.

What is not told is drawn from a generator seeded with the project's key, so that the same plan comes out every time.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Literal, TypedDict, Unpack

from sandbox.lantern_quay.office import Office, at, day, moment
from sandbox.lantern_quay.writing import Said, messages, when
from sandbox.plan import ItemPlan, Message, MilestonePlan, Move, ProjectPlan, Status, StatusChange

PHRASES = {
    "en": (
        "Ready on the test environment, please have a look.",
        "Two small remarks from the review, both mended.",
        "Took longer than planned: the test data had to be made first.",
        "Checked on three phones, no difference seen.",
        "Waiting for the other team's build, back on it tomorrow.",
        "Agreed in the weekly sync, going ahead as described.",
        "Merged; the notes are in the description.",
        "Could not reproduce it at first: it needs an old account.",
    ),
    "zh-Hant-HK": (
        "已放上測試環境，請過目。",
        "覆核時有兩點小修改，已處理。",
        "比預期多用了一日，要先準備測試資料。",
        "已在三部裝置上試過，結果一致。",
        "等對方的版本，明天繼續。",
        "已在週會確認，按描述進行。",
        "已完成，細節寫在描述內。",
        "最初未能重現，要用舊帳戶才會出現。",
    ),
    "zh-Hans-CN": (
        "已部署到测试环境，请查看。",
        "评审提了两个小问题，已修改。",
        "比预计多花了一天，先要准备测试数据。",
        "三台设备都试过，结果一致。",
        "等对方的版本，明天继续。",
        "周会上已确认，按描述执行。",
        "已合并，说明写在描述里。",
        "一开始没有复现，旧账号才会出现。",
    ),
}

ACCEPTED = ("Accepted", "已驗收", "已验收")
"""Asana's tags of milestones that the client has accepted. On the boards and in Jira nobody says."""
PAYMENT = "付款里程碑"

LATELY = (day("2026-11-10"), day("2026-11-20"))
"""The two weeks before the story begins."""
FIRST_WORK = (time(9, 20), time(10, 50))
LATER_WORK = (time(11, 5), time(12, 40))
LAST_WORK = (time(14, 10), time(17, 40))


class Marks(TypedDict, total=False):
    """Fields of `ItemPlan` that are taken as they are."""

    kind: str
    status_name: str
    labels: tuple[str, ...]
    description: str
    milestone: bool
    of: int | None
    feedback: bool
    overdue: bool
    odd: dict[str, object]


class ProjectWriter:
    """Fills one project with items."""

    def __init__(
        self, project: ProjectPlan, numbers: Iterator[int], office: Office, language: str, team: Sequence[str]
    ) -> None:
        self.project = project
        self._numbers = numbers
        self._office = office
        self._phrases = PHRASES[language]
        self._team = team
        self._chance = Random(project.key)

    def version(self, name: str, due: str, *, released: str | None = None, overdue: bool = False) -> int:
        """A Jira version, and its number; `released` is the day it went out."""
        return self._milestone("version", name, due, released, overdue)

    def delivery(self, due: str, *, done: str | None = None) -> int:
        """The due date of the project itself (Asana)."""
        return self._milestone("project", self.project.name, due, done, False)

    def item(
        self,
        name: str,
        status: Status,
        created: str,
        *,
        by: str | None = None,
        assignee: str | None = None,
        due: str | None = None,
        started: str | None = None,
        done: str | None = None,
        moves: Sequence[Move] = (),
        said: Sequence[Said] = (),
        **marks: Unpack[Marks],
    ) -> ItemPlan:
        """An item whose life is told in full; `due` with a time is an instant."""
        reporter = by or self.project.owner
        worker = assignee or self.project.owner
        changes: list[StatusChange] = []
        if started:
            changes.append(StatusChange(at(started), worker, "todo", "doing"))
        if done:
            changes.append(StatusChange(at(done), worker, "doing" if started else "todo", "done"))
        item = ItemPlan(
            next(self._numbers),
            name,
            status,
            at(created),
            assignee=assignee,
            reporter=reporter,
            due=when(due) if due else None,
            done_at=at(done) if done else None,
            moves=tuple(moves),
            status_changes=tuple(changes),
            messages=messages(self._numbers, said),
            **marks,
        )
        return self._add(item)

    def averted(
        self,
        name: str,
        graded: tuple[int, int],
        response: Literal["avoid", "mitigate", "transfer"],
        created: str,
        due: str,
        done: str,
        *,
        of: int | None = None,
    ) -> None:
        """A risk, `graded` by probability and impact, to which the response was carried out; its owner saw to it."""
        probability, impact = graded
        labels = ("risk", f"probability-{probability}", f"impact-{impact}", f"response-{response}")
        self.item(name, "done", created, assignee=self.project.owner, due=due, done=done, labels=labels, of=of)

    def finished(self, titles: str, first: str, last: str, *, of: int | None = None, kind: str = "task") -> None:
        """Items, one a line, that were made and done between two days, one after the other."""
        days = self._office.days(day(first), day(last))
        lines = titles.strip().splitlines()
        for index, title in enumerate(lines):
            made = index * len(days) * 7 // (len(lines) * 10)
            begun = min(made + self._chance.randint(1, 4), len(days) - 2)
            ended = min(begun + self._chance.randint(1, 9), len(days) - 1)
            created = self._at(days[made], FIRST_WORK)
            started = self._at(days[max(made, begun)], LATER_WORK)
            done = self._at(days[max(made, ended)], LAST_WORK)
            worker = self._worker()
            item = self._ordinary(title, "done", created, worker, of, kind)
            item.due = self._office.after(done.date(), self._chance.randint(0, 3)) if index % 2 else None
            item.done_at = done
            item.status_changes = (
                StatusChange(started, worker, "todo", "doing"),
                StatusChange(done, worker, "doing", "done"),
            )
            if isinstance(item.due, date) and index % 6 == 1:
                item.moves = self._one_move(created, started, worker, item.due)
            if index % 3 == 0:
                item.messages = self._talk(started, done, worker)
            self._add(item)

    def open(
        self,
        titles: str,
        first: str,
        last: str,
        *,
        of: int | None = None,
        kind: str = "task",
        due: str | None = None,
        assignee: str | None = None,
    ) -> None:
        """Items, one a line, that were made between two days and are still open: the older half is being worked on.

        `due`: the day from which their own due dates are spread, a working day apart; None: they have none.
        """
        days = self._office.days(day(first), day(last))
        lines = titles.strip().splitlines()
        for index, title in enumerate(lines):
            position = index * len(days) // len(lines)
            created = self._at(days[position], FIRST_WORK)
            worker = assignee or self._worker()
            begun = index < (len(lines) + 1) // 2
            item = self._ordinary(title, "doing" if begun else "todo", created, worker, of, kind)
            if due:
                item.due = self._office.after(day(due), index)
            if begun:
                started = self._at(days[min(position + 2, len(days) - 1)], LATER_WORK)
                item.status_changes = (StatusChange(started, worker, "todo", "doing"),)
                if index % 2 == 0:
                    item.messages = self._talk(started, self._at(days[-1], LAST_WORK), worker)
            self._add(item)
            if begun:
                item.updated_at = max(item.updated_at or created, self._gone_over(index))

    def due(self, title: str, on: str, *, estimate: float, spent: float, left: float | None = None) -> None:
        """Say of an item that was written when it is due, how long it takes, and how long it took so far."""
        item = next(one for one in self.project.items if one.name == title)
        item.due = day(on)
        item.estimate_hours, item.spent_hours, item.remaining_hours = estimate, spent, left

    def spent(self, total: int) -> None:
        """Spread so many hours over what is done, to the half hour."""
        done = [item for item in self.project.items if item.status == "done"]
        reached = [2 * total * number // len(done) for number in range(len(done) + 1)]
        for item, before, after in zip(done, reached, reached[1:], strict=False):
            item.spent_hours = (after - before) / 2

    def _ordinary(
        self, title: str, status: Status, created: datetime, worker: str, of: int | None, kind: str
    ) -> ItemPlan:
        reporter = self.project.owner if self._chance.random() < 0.7 else self._worker()
        return ItemPlan(
            next(self._numbers), title, status, created, kind=kind, assignee=worker, reporter=reporter, of=of
        )

    def _talk(self, first: datetime, last: datetime, worker: str) -> tuple[Message, ...]:
        """One or two comments between two instants of working days."""
        others = [person for person in self._team if person != worker] or [worker]
        said = []
        for author in (worker, self._chance.choice(others))[: self._chance.randint(1, 2)]:
            share = self._chance.uniform(0.1, 0.9)
            written = self._in_hours(first + (last - first) * share, first, last)
            said.append(Message(author, written, self._chance.choice(self._phrases), number=next(self._numbers)))
        return tuple(sorted(said, key=lambda message: message.at))

    def _gone_over(self, index: int) -> datetime:
        """When somebody last looked at what is in progress: once in two weeks, even with nothing to say."""
        days = self._office.days(*LATELY)
        return moment(days[index % len(days)], time(10, 15 + index % 30))

    def _in_hours(self, wanted: datetime, first: datetime, last: datetime) -> datetime:
        """An instant near the wanted one at which people work."""
        if self._office.works_on(wanted.date()):
            near = moment(wanted.date(), time(9 + wanted.minute % 9, wanted.second))
            if first < near < last:
                return near
        return first.replace(second=30)

    def _one_move(self, created: datetime, started: datetime, by: str, due: date) -> tuple[Move, ...]:
        """The date was a working day earlier at first, where that leaves a day for the work."""
        first = self._office.before(due)
        return (Move(started + timedelta(minutes=20), by, first, due),) if first > created.date() else ()

    def _milestone(
        self, kind: Literal["version", "project"], name: str, due: str, done: str | None, overdue: bool
    ) -> int:
        released = day(done) if done else None
        status: Literal["todo", "done"] = "done" if done else "todo"
        milestone = MilestonePlan(next(self._numbers), kind, name, day(due), status, released, overdue)
        self.project.milestones.append(milestone)
        return milestone.number

    def _add(self, item: ItemPlan) -> ItemPlan:
        happened = [item.created_at, *(message.at for message in item.messages)]
        happened += [move.at for move in item.moves] + [change.at for change in item.status_changes]
        item.updated_at = max(happened)
        self.project.items.append(item)
        return item

    def _worker(self) -> str:
        return self._chance.choice(self._team)

    def _at(self, one: date, hours: tuple[time, time]) -> datetime:
        first, last = (moment(one, clock) for clock in hours)
        minutes = int((last - first).total_seconds()) // 60
        return first + timedelta(minutes=self._chance.randint(0, minutes))
