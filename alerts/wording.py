"""How one alert is told to one reader: every line of it, in their language, and no word that they may not read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from alerts.facts import limit_passed
from alerts.messages import TEXTS, Ending, Item, Line
from alerts.phone_size import TITLE_WIDTH, shorten, titled
from alerts.plain_text import cut, gapped, one_line
from alerts.routing import Reader, client_name
from config.language import clock, day, hours, instant, working_days, working_hours
from config.settings import Settings
from rules.working_time import OutsideCalendar, WorkingTime
from unify.freshness import Freshness

QUOTE_CHARS = 120
_NAME_CHARS = 60


@dataclass(frozen=True, slots=True)
class Scene:
    """What every text may depend on beside its alert and its reader: the same scene, the same words."""

    settings: Settings
    freshness: Mapping[str, Freshness]
    calendars: Mapping[str, WorkingTime]
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's: every date and time of day in a message is told in it."""
        return self.settings.zone

    @property
    def today(self) -> date:
        """The organisation's."""
        return self.now.astimezone(self.zone).date()


class Wording:
    """What is said of one alert to one reader: their language; a group does not hear a confidential client's name."""

    def __init__(self, scene: Scene, item: Item, reader: Reader) -> None:
        self.scene, self.item, self.reader = scene, item, reader
        self.facts, self.language = item.facts, reader.language
        settings = scene.settings.clients.get(item.client)
        self.hidden = settings is not None and settings.confidential and not reader.key
        self._names = _names(settings.name) if settings else ()
        name = client_name(scene.settings, item.client, reader.language)
        self.client = item.client.upper() if self.hidden else name
        self.what = self._hide(self.facts.text("name") or self.facts.text("subject"))
        self.project = "" if self.hidden else self.facts.text("project_name")
        self.owner = self.facts.text("owner_name")

    def say(self, key: str, **values: object) -> str:
        return TEXTS.say(self.language, key, **values)

    def title(self) -> str:
        """Client first, then what and how late, all before the cut."""
        match self.item.rule:
            case "milestone-overdue":
                return titled(self.say, "overdue.title", self.client, self.what, late=self._late("late"))
            case "feedback-unhandled":
                waited = working_hours(self.language, self.facts.amount("waited_hours"))
                what = "" if self.client else self.what
                # In Hong Kong's text the verb follows at once, elsewhere a mark does.
                client = gapped(self.client, self.language) if self.language == "zh-Hant-HK" else self.client
                return titled(self.say, "feedback.title", client, what, waited=waited)
            case _:
                return shorten(self._hide(one_line(self.item.title(self.language))), TITLE_WIDTH)

    def body(self) -> list[str]:
        """The lines below the title, but for links and freshness."""
        match self.item.rule:
            case "milestone-overdue":
                return [self._where(), self._promise(), self._progress(), self._status(), self._next_overdue()]
            case "feedback-unhandled":
                return [self._said(), self._limit(), self._with(), self._next_feedback()]
            case _:
                return [self._hide(one_line(self.item.title(self.language))), self._where(), self._with()]

    def in_list(self, number: int) -> str:
        """One line among others, the client first."""
        client = cut(self.client or self.project or self.facts.text("source"), 40)
        return self.say("daily.line", number=number, client=client, what=self.in_brief())

    def in_brief(self) -> str:
        """What it is and who has it, where the client stands before it."""
        what, who = cut(self.what, 40), self._who()
        match self.item.rule:
            case "milestone-overdue":
                return self.say("daily.overdue", what=what, late=self._late("late", "_line"), who=who)
            case "feedback-unhandled":
                waited = working_hours(self.language, self.facts.amount("waited_hours"))
                origin = gapped(self.facts.text("origin"), self.language)
                what = origin if self.hidden else self.say("quoted", text=what)
                return self.say("daily.feedback", what=what, waited=waited, who=who)
            case _:
                return cut(self._hide(one_line(self.item.title(self.language))), QUOTE_CHARS)

    def next_step(self) -> str:
        """The key of what the reader does about it; "" for rules that have no texts of ours."""
        match self.item.rule:
            case "milestone-overdue":
                return "next.line_own" if self._is_own() else "next.line_overdue"
            case "feedback-unhandled":
                return "next.line_feedback"
            case _:
                return ""

    def vendor_link(self) -> Line:
        """The item in its tool; not for a group when the client is confidential."""
        source = self.scene.freshness.get(self.item.source)
        url = "" if self.hidden or source is None else self.facts.url("url")
        return Line(self.say("link.vendor", source=source.label if source else ""), url)

    # --- An overdue milestone ---

    def _where(self) -> str:
        if self.hidden:
            return ""  # its code stands in the title
        if self.client and self.project:
            return self.say("where", client=cut(self.client, _NAME_CHARS), project=cut(self.project, _NAME_CHARS))
        if self.project:
            return self.say("where.project", project=cut(self.project, _NAME_CHARS))
        return self.say("where.client", client=cut(self.client, _NAME_CHARS)) if self.client else ""

    def _late(self, key: str, form: str = "") -> str:
        days = self.facts.count("days_overdue")
        due_at = self.facts.at("due_at")
        if days == 0 and due_at is not None:
            return self.say(f"{key}.since{form}", clock=clock(due_at, self.scene.zone))
        return self.say(f"{key}.days{form}", count=days)

    def _day(self, on: date) -> str:
        return day(self.language, on, self.scene.today)

    def _deadline(self) -> date | None:
        return self.facts.day("deadline_on")

    def _promise(self) -> str:
        """Due when and how late, first promised when and moved how often, and whether the client agreed."""
        deadline, agreed, moves = self._deadline(), self.facts.day("agreed_on"), self.facts.count("moves")
        said = []
        if deadline is not None:
            late = self.facts.count("working_days_overdue")
            key = "due.agreed" if agreed == deadline else "due"
            due_at = self.facts.at("due_at")
            due = (
                self._day(deadline)
                if due_at is None
                else instant(self.language, due_at, self.scene.zone, self.scene.today)
            )
            said.append(
                self.say(key, due=due, late=working_days(self.language, late))
                if late > 0
                else self.say("due.only", due=due)
            )
        baseline = self.facts.day("baseline_on")
        if moves and baseline is not None:
            said.append(self.say("promised", date=self._day(baseline), moved=self._moved(moves)))
            if agreed is None:
                said.append(self.say("agreed.none"))
        if agreed is not None and agreed != deadline:
            said.append(self.say("agreed.on", date=self._day(agreed)))
        return self.say("joint").join(said)

    def _moved(self, moves: int) -> str:
        times = self.say(f"times.{moves if moves in (1, 2) else 'many'}", count=moves)
        who, at = self.facts.text("moved_by_name"), self.facts.at("moved_at")
        if not who or at is None:
            return times
        on = self._day(at.astimezone(self.scene.zone).date())
        return self.say("moved.by", times=times, who=cut(who, _NAME_CHARS), date=on)

    def _progress(self) -> str:
        total = self.facts.count("total_items")
        if not total:
            return self._with()
        return self.say("open", open=self.facts.count("open_items"), total=total, who=self._who())

    def _status(self) -> str:
        """An overdue milestone whose status nobody mapped may be done; the message says so."""
        if self.facts.text("status_category") != "unknown":
            return ""
        return self.say("status.unknown", status=cut(self.facts.text("status"), 40))

    def _is_own(self) -> bool:
        """Whether it is for the reader to mend in the tool, and not to tell a client of."""
        owns = self.reader.key != "" and self.reader.key == self.facts.text("owner")
        return owns or not self.facts.is_true("client_facing", default=True)

    def _next_overdue(self) -> str:
        if self._is_own():
            return self.say("next.overdue_own")
        return self.say("next.overdue", who=self._who()) if self.owner else self.say("next.overdue_nobody")

    # --- Feedback that waits ---

    def _said(self) -> str:
        """Who wrote, when, and what: of a confidential client a group hears the time alone."""
        since = self.facts.at("waiting_since")
        if since is None:
            return ""
        at = instant(self.language, since, self.scene.zone, self.scene.today)
        if self.hidden:
            return self.say("feedback.at", at=at)
        text = cut(self.facts.text("text") or self.what, QUOTE_CHARS)
        author = cut(self.facts.text("author"), _NAME_CHARS)
        if not author:
            return self.say("feedback.subject", at=at, text=text)
        client = cut(self.client, _NAME_CHARS)
        who = self.say("feedback.who", who=author, client=client) if client else author
        return self.say("feedback.said", who=who, at=at, text=text)

    def _limit(self) -> str:
        passed, limit = limit_passed(self.facts, self.scene.calendars), self.facts.amount("limit_hours")
        if passed is None:
            return ""
        at = instant(self.language, passed, self.scene.zone, self.scene.today)
        key = "feedback.limit_visible" if self.scene.settings.answers_count == "visible" else "feedback.limit"
        if self.scene.settings.handled_when == "closed" and self.facts.is_true("answered"):
            key = "feedback.open"
        return self.say(key, limit=hours(self.language, limit), at=at)

    def _next_feedback(self) -> str:
        coordinator = self.scene.settings.coordinator
        if self.reader.key == f"person/{coordinator}":
            return self.say("next.feedback_coordinator")
        return self.say("next.feedback", who=self.scene.settings.people[coordinator].name)

    # --- How it ended ---

    def end_title(self) -> str:
        """What it was, and that it is over."""
        reason = self._ending().reason
        kind = {
            "answered elsewhere": "answered",
            "date agreed": "date",
            "date moved": "moved",
            "gone": "over",
            "cleared": "over",
        }
        prefix_key = f"ended.title.{kind.get(reason, reason)}"
        client, what = cut(self.client, _NAME_CHARS), cut(self.what, _NAME_CHARS)
        name = self.say("ended.name", client=client, what=what) if client else what
        return self.say(prefix_key, name=name, date=self._new_day())

    def end_text(self) -> str:
        """Why it is over, by whom and when."""
        # Who and when may be missing, and their gaps with them.
        return one_line(self.say(f"ended.{self._ending().reason.replace(' ', '_')}", **self._end_values()))

    def _end_values(self) -> dict[str, str]:
        ending = self._ending()
        by, how = (cut(self._hide(one_line(text)), _NAME_CHARS) for text in (ending.by, ending.how))
        return {
            "by": self.say("ended.by", who=gapped(by, self.language)) if by else "",
            "at": self.say("ended.at", at=self._end_at(ending.at)) if ending.at else "",
            "how": self.say("ended.how", how=how) if how else "",
            "date": self._new_day(),
            "late": self._ended_late(ending.at),
            "open": self._span("ended.open", self._local(self.item.since), self.scene.today),
            "slip": self._span("ended.slip", self.facts.day("baseline_on"), ending.new_on),
            "next": self._end_next(ending.reason),
        }

    def _new_day(self) -> str:
        new_on = self._ending().new_on
        return self._day(new_on) if new_on else ""

    def _span(self, key: str, start: date | None, end: date | None) -> str:
        """The working days between; "" where there are none, or more than a calendar knows."""
        try:
            days = self._calendar().days_between(start, end) if start and end else 0
        except OutsideCalendar:
            return ""
        return self.say(key, days=working_days(self.language, days)) if days > 0 else ""

    def _end_next(self, reason: str) -> str:
        """What is left to do for whoever speaks with the client."""
        if reason not in ("date moved", "cancelled") or self._is_own():
            return ""
        return self.say("ended.next.moved" if reason == "date moved" else "ended.next.cancelled")

    def end_in_list(self) -> str:
        """One line among others."""
        return self.say("ended.joined", title=self.end_title(), text=self.end_text())

    def _ending(self) -> Ending:
        return self.item.ending or Ending("cleared")

    def _end_at(self, at: datetime) -> str:
        zone, today = self.scene.zone, self.scene.today
        return clock(at, zone) if self._local(at) == today else instant(self.language, at, zone, today)

    def _ended_late(self, at: datetime | None) -> str:
        due = self._deadline()
        late = (self._local(at) - due).days if at and due else 0
        return self.say("ended.late", count=late) if late > 0 else ""

    # --- Shared ---

    def _with(self) -> str:
        return self.say("with", who=self._who())

    def _who(self) -> str:
        return cut(self.owner, _NAME_CHARS) if self.owner else self.say("nobody")

    def _local(self, at: datetime) -> date:
        return at.astimezone(self.scene.zone).date()

    def _calendar(self) -> WorkingTime:
        """Of those who must answer."""
        return self.scene.calendars.get(self.facts.text("calendar") or "default", self.scene.calendars["default"])

    def _hide(self, text: str) -> str:
        """`text` without the client's names, where those must not be read."""
        for name in self._names if self.hidden else ():
            text = re.sub(re.escape(name), lambda _: self.client, text, flags=re.IGNORECASE)
        return text


def _names(name: str | Mapping[str, str]) -> tuple[str, ...]:
    """Every name of a client, longest first."""
    names = (name,) if isinstance(name, str) else tuple(name.values())
    return tuple(sorted({found for found in names if found}, key=len, reverse=True))
