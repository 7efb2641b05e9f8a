"""The words about an overdue milestone."""

from datetime import date

from alerts.left_out import QUOTE_CHARS
from alerts.phone_size import titled
from alerts.plain_text import cut, gapped, spaced
from alerts.wording import NAME_CHARS, Wording
from config.language import bare_day, clock, weekday, working_days


class OverdueWording(Wording):
    """What is said of a promise whose day has passed."""

    def title(self) -> str:
        """Client, milestone, how late."""
        return titled(self.say, "overdue.title", self.client, self.what, late=self._late(""))

    def body(self) -> list[str]:
        """Where; the promise and its moves; what is left; what to do."""
        return [self._named(), self._promise(), self._progress(), self._status(), self._next()]

    def _named(self) -> str:
        """Whose it is; first what it is, where the title had no room for that."""
        if self.what in self.title():
            return self.where()
        what, where = cut(self.what, NAME_CHARS), self.where()
        return self.say("where.named", what=what, where=where) if where else what

    def brief(self) -> str:
        """Milestone, how late, who has it."""
        key = "daily.overdue" if self.owner else "daily.overdue_nobody"
        what = gapped(cut(self.what, QUOTE_CHARS), self.language)
        return self.say(key, what=what, late=self._late("_line"), who=self.who())

    def particulars(self) -> str:
        """Due when, promised when, moved how often, agreed or not, and in which project."""
        deadline, agreed, baseline = (self.facts.day(name) for name in ("deadline_on", "agreed_on", "baseline_on"))
        moves, said = self.facts.count("moves"), []
        if deadline is not None:
            said.append(self.say("detail.agreed" if agreed == deadline else "detail.due", due=self._deadline(deadline)))
        if moves and baseline is not None:
            promised = bare_day(self.language, baseline, self.scene.today)
            key = "detail.promised" if agreed else "detail.not_agreed"
            said.append(self.say(key, date=promised, times=self._times(moves)))
        if agreed is not None and agreed != deadline:
            said.append(self.say("detail.agreed", due=self.day(agreed)))
        said += [cut(self.project, NAME_CHARS)] if self.project else []
        return self.say("detail", said=self.say("detail.joint").join(said)) if said else ""

    def next_step(self) -> str:
        """Telling the client; of what is hours late, asking first; or mending the tool."""
        if self.is_own():
            return "next.line_own"
        return "next.line_overdue" if self.facts.count("days_overdue") else "next.line_overdue_today"

    def _late(self, form: str) -> str:
        """How late; a number that follows a name which ends in one is set off by a word."""
        days, due_at = self.facts.count("days_overdue"), self.facts.at("due_at")
        if days == 0 and due_at is not None:
            return self.say(f"late.since{form}", clock=clock(due_at, self.scene.zone))
        key = "late.after_number" if self.what[-1:].isdigit() else "late.days"
        return self.say(f"{key}{form}", count=days)

    def _promise(self) -> str:
        """Due when and how late, first promised when and moved how often, and whether the client agreed."""
        deadline, agreed = self.facts.day("deadline_on"), self.facts.day("agreed_on")
        said = [self._due("due.agreed" if agreed == deadline else "due")] if deadline else []
        baseline, moves = self.facts.day("baseline_on"), self.facts.count("moves")
        if moves and baseline is not None:
            key = "promised" if agreed else "promised.not_agreed"
            named = weekday(self.language, baseline)
            date = bare_day(self.language, baseline, self.scene.today)
            said.append(self.say(key, weekday=named, date=date, moved=self._moved(moves)))
        if agreed is not None and agreed != deadline:
            said.append(self.say("agreed.on", date=self.day(agreed)))
        return self.say("joint").join(said)

    def _due(self, key: str) -> str:
        deadline = self.facts.day("deadline_on")
        assert deadline is not None, "asked only where there is a deadline"
        due = self._deadline(deadline)
        late = self.facts.count("working_days_overdue")
        if late <= 0:
            return self.say("due.only", due=due)
        return self.say(key, due=due, late=working_days(self.language, late))

    def _deadline(self, on: date) -> str:
        """The day, with the time of day where the tool names one."""
        due_at = self.facts.at("due_at")
        return self.instant(due_at) if due_at is not None and self.scene.day(due_at) == on else self.day(on)

    def _times(self, moves: int) -> str:
        return self.say(f"times.{moves if moves in (1, 2) else 'many'}", count=moves)

    def _moved(self, moves: int) -> str:
        times = self._times(moves)
        who, at = self.facts.text("moved_by_name"), self.facts.at("moved_at")
        if not who or at is None:
            return times
        on = self.scene.day(at)
        named, date = weekday(self.language, on), bare_day(self.language, on, self.scene.today)
        return self.say("moved.by", times=times, who=cut(who, NAME_CHARS), weekday=named, date=date)

    def _progress(self) -> str:
        left, total = self.facts.count("open_items"), self.facts.count("total_items")
        if not total:
            return self.with_whom()
        return self.say("open" if self.owner else "open.nobody", open=left, total=total, who=self.who())

    def _status(self) -> str:
        """An overdue milestone whose status nobody mapped may be done; the message says so."""
        if self.facts.text("status_category") != "unknown":
            return ""
        return self.say("status.unknown", status=cut(self.facts.text("status"), NAME_CHARS))

    def _next(self) -> str:
        if self.is_own():
            return self.say("next.overdue_own")
        if not self.owner:
            return self.say("next.overdue_nobody")
        # Of an hour no client needs to hear: more often than not nobody has ticked it yet.
        key = "next.overdue" if self.facts.count("days_overdue") else "next.overdue_today"
        return self.say(key, who=spaced(self.who(), self.language))
