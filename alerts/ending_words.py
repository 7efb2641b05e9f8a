"""The words about an alert that is over: what happened, by whom and when, and what that leaves to do."""

from datetime import date, datetime

from alerts.left_out import GONE, without_private
from alerts.messages import End, Ending
from alerts.phone_size import TITLE_WIDTH, titled
from alerts.plain_text import cut, gapped, one_line, spaced
from alerts.wording import NAME_CHARS, Wording
from config.language import bare_day, clock, weekday, working_days
from rules.working_time import OutsideCalendar, calendar_of

_TITLES = {"answered elsewhere": "answered", "date agreed": "date", "date moved": "moved", "gone": "over"}
_TITLES |= {"cleared": "over", "office closed": "over", "date removed": "removed"}
_DATES_SHOWN = 5
"""Of a promise that was moved: the first, and the last ones."""


class EndWording:
    """How the alert of `wording` ended."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._scene, self._language, self._say = wording.scene, wording.language, wording.say
        self._ending = wording.item.ending or Ending("cleared")

    def title(self, width: float = TITLE_WIDTH) -> str:
        """What it was, and what became of it, all before the cut."""
        wording, ending = self._wording, self._ending
        key = f"ended.title.{_TITLES.get(ending.reason, ending.reason)}"
        client, what = cut(wording.client, NAME_CHARS), cut(wording.what, NAME_CHARS)
        date = bare_day(self._language, ending.new_on, self._scene.today) if ending.new_on else ""
        return titled(self._say, key, client, what, width, date=date)

    def lines(self) -> list[str]:
        """Why it is over, below the title; first what it was, where the title had no room for that."""
        wording, title = self._wording, self.title()
        told = self._moved() if self._ending.reason == "date moved" else [self._told()]
        if wording.client in title and wording.what in title:
            return told
        client, what = cut(wording.client, NAME_CHARS), cut(wording.what, NAME_CHARS)
        return [self._say("ended.name", client=client, what=what) if client else what, *told]

    def end(self) -> End:
        """As the message that told of it shows it from then on; where a next step stands, it is not settled."""
        return End(self._text(), self.title(), settled=not self._stands())

    def _stands(self) -> bool:
        """Whether there is something to do with the client: not about what nobody promised to one."""
        return self._ending.reason in ("date moved", "date removed", "cancelled") and not self._wording.is_own()

    def in_list(self) -> str:
        """One line among others."""
        return self._say("ended.joined", title=self.title(2 * NAME_CHARS + TITLE_WIDTH), text=self._text())

    def _text(self) -> str:
        """Why it is over, in one line."""
        told = self._moved() if self._ending.reason == "date moved" else [self._told()]
        return self._say("joint").join(told)

    def _told(self) -> str:
        # Who and when may be missing, and their gaps with them.
        if self._ending.reason == "cleared" and type(self._wording) is Wording:
            return one_line(self._say("ended.cleared_matter", told=self._wording.matter()))
        return one_line(self._say(f"ended.{self._ending.reason.replace(' ', '_')}", **self._values()))

    def _values(self) -> dict[str, str]:
        ending, wording = self._ending, self._wording
        by, how = (cut(text, NAME_CHARS) for text in (self._by(), wording.hide(without_private(one_line(ending.how)))))
        who = self._say("ended.by", who=gapped(by, self._language)) if by else ""
        at = self._say("ended.at", at=self._at(ending.at)) if ending.at else ""
        return {
            "by": who,
            "at": at,
            "recorded": self._say("ended.recorded", by=who, at=at) if by else "",
            "until": self._say("ended.until", at=at) if at else "",
            "how": self._say("ended.how", how=how) if how else "",
            "date": wording.day(ending.new_on) if ending.new_on else "",
            "late": self._late(ending.at),
            "open": self._span("ended.open", self._scene.day(wording.item.since), self._scene.today),
            "next": self._say(f"ended.next.{ending.reason.replace(' ', '_')}") if self._stands() else "",
        }

    def _by(self) -> str:
        by = without_private(one_line(self._ending.by))
        return self._wording.ours(by if by != GONE else "")

    # --- A date that was moved, and nobody agreed to ---

    def _moved(self) -> list[str]:
        """From where to where and how much later; by whom; that the client has not agreed, and what to do."""
        slip = self._span("ended.slip", self._wording.facts.day("baseline_on"), self._ending.new_on)
        said = (
            self._say("ended.path.then").join(part for part in (self._path(slip), self._mover()) if part).splitlines()
        )
        return said if self._wording.is_own() else [*said, self._say("ended.not_agreed"), self._say("ended.next.moved")]

    def _path(self, slip: str) -> str:
        path, new_on = self._ending.path, self._ending.new_on
        assert new_on is not None, "what was moved has a new date"
        if len(path) < 2:
            return self._say("ended.moved_to", date=self._wording.day(new_on), slip=slip)
        count = len(path) - 1
        shown = path if len(path) <= _DATES_SHOWN else (path[0], *path[2 - _DATES_SHOWN :])
        dates = [self._date("ended.path.date", on) for on in shown[:-1]] + [self._date("ended.path.last", shown[-1])]
        if shown != path:
            dates.insert(1, "…")
        nth = self._say(f"nth.{count if count <= 3 else 'many'}", count=count)
        return self._say("ended.path", nth=nth, path=" → ".join(dates), slip=slip)

    def _date(self, key: str, on: date) -> str:
        today = self._scene.today
        named, bare = weekday(self._language, on), bare_day(self._language, on, today)
        figures = f"{on:%m-%d}" if on.year == today.year else on.isoformat()
        return self._say(key, date=bare, weekday=named, figures=figures)

    def _mover(self) -> str:
        by, at = cut(self._by(), NAME_CHARS), self._ending.at
        if at is None:
            return ""
        today = self._scene.day(at) == self._scene.today
        told = self._say("today_at", clock=clock(at, self._scene.zone)) if today else self._wording.instant(at)
        at_among, who_among = spaced(told, self._language), spaced(by, self._language)
        if not by:
            return self._say("ended.moved_at", at=told, at_among=at_among)
        return self._say("ended.moved_by", who=by, at=told, who_among=who_among, at_among=at_among)

    # --- Spans of time ---

    def _at(self, at: datetime) -> str:
        if self._scene.day(at) == self._scene.today:
            return clock(at, self._scene.zone)
        return self._wording.instant(at)

    def _late(self, at: datetime | None) -> str:
        due = self._wording.facts.day("deadline_on")
        late = (self._scene.day(at) - due).days if at and due else 0
        return self._say("ended.late", count=late) if late > 0 else ""

    def _span(self, key: str, start: date | None, end: date | None) -> str:
        """The working days between; "" where there are none, or more than a calendar knows."""
        calendars = self._scene.calendars
        calendar = calendar_of(calendars, self._wording.facts.text("calendar"))
        try:
            days = calendar.days_between(start, end) if start and end else 0
        except OutsideCalendar:
            return ""
        return self._say(key, days=working_days(self._language, days)) if days > 0 else ""
