"""How one alert is told to one reader: in their language, and with no word that they may not read.

What every alert has in common, and all there is to say of rules that have no texts of ours. The two flagship rules say
more: `overdue_words`, `feedback_words`; how alerts ended: `ending_words`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from alerts.acts import barred
from alerts.facts import Facts
from alerts.left_out import fit_to_tell
from alerts.life import Cause
from alerts.messages import TEXTS, Entry, Item, Line, Says
from alerts.phone_size import fitting
from alerts.plain_text import cut, one_line, spaced
from alerts.routing import BD_OWNS, OF_THE_HOUSE, Reader, client_name
from config.language import day, instant
from config.settings import Settings
from rules.working_time import WorkingTime
from unify.freshness import Freshness

WHY_CHARS = 240
NAME_CHARS = 120
"""More than the longest name that people give: no name is cut where there is room for it."""

_LEFT_OUT = ("author", "text", "project_name", "response_plan", "url")
"""Of a confidential client, for a group."""
_TAG = re.compile("^【[^】]*】")
_HIDDEN = (("feedback", "subject", "hidden.subject"), ("project", "name", "hidden.project"))
"""View, column, and the text in its place: a client's words, and what may be called after them."""


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
        return self.day(self.now)

    def day(self, at: datetime) -> date:
        """The organisation's day on which `at` falls."""
        return at.astimezone(self.zone).date()


class Wording:
    """What is said of one alert to one reader; a group does not hear a confidential client's name."""

    def __init__(self, scene: Scene, item: Item, reader: Reader) -> None:
        self.scene, self.item, self.reader = scene, item, reader
        self.language = reader.language
        settings = scene.settings.clients.get(item.client)
        self.hidden = settings is not None and settings.confidential and not reader.key
        self._names = _names(settings.name) if settings else ()
        name = client_name(scene.settings, item.client, reader.language)
        self.client = (settings.code or item.client.upper()) if settings and self.hidden else name
        told = fit_to_tell(item.facts)
        self.facts = self._unnamed(told) if self.hidden else told
        self.what = self.hide(self.facts.text("name") or self.facts.text("subject"))
        self.project = self.facts.text("project_name")
        self.owner = self.facts.text("bd_name" if item.on in BD_OWNS else "owner_name")
        self.whom = "" if reader.key else self._whom()
        """Who of a group is asked: the BD manager, or the owner of what was promised to no client."""

    # --- What each rule says in its own way ---

    def title(self) -> str:
        """Client first, then what and how late, all before the cut."""
        return fitting(self._titled, self.client, self.what)

    def _titled(self, client: str, what: str) -> str:
        """What the rule says with these names in the place of the whole ones."""
        column = "name" if self.facts.text("name") else "subject"
        named = self.facts.but(**{column: what, "client_names": {"": client} if client else None})
        return self.hide(one_line(self.item.says(self.language, named).title))

    def body(self) -> list[str]:
        """The lines below the title, but for links and freshness; "" for what there is nothing to say of."""
        own = self.hide(one_line(self.said.title))
        return [own if own != self.title() else "", self.where(), self.why(), self.with_whom()]

    def brief(self) -> str:
        """What it is and who has it, where the client stands before it."""
        matter = self.matter()
        return self.say("daily.matter", told=matter, who=cut(self.owner, NAME_CHARS)) if self.owner else matter

    def particulars(self) -> str:
        """One short line below `brief`; "" where there is nothing more to say."""
        return self.why()

    def next_step(self) -> str:
        """The key of what the reader does about it; "" for rules that have no texts of ours."""
        return ""

    @property
    def said(self) -> Says:
        """What the rule itself says."""
        return self.item.says(self.language, self.facts)

    def matter(self) -> str:
        """What it is, without whose."""
        return self.hide(one_line(self.said.matter))

    def why(self) -> str:
        """Why it matters, and what to do."""
        return cut(self.hide(one_line(self.said.why)), WHY_CHARS)

    # --- The parts of messages ---

    def entry(self) -> Entry:
        """The alert among others: what it is and what to do, below it the particulars, and where it is in its tool."""
        step = self.next_step()
        brief = self.brief()
        matter = self.say("daily.step", told=brief, next=self.say(step)) if step else self.say("daily.stop", told=brief)
        link = self.vendor_link()
        said = self.say("joint").join(text for text in (self.hands(), self.particulars()) if text)
        more = Line(said, link.url, self._source_label() if link.url else "")
        lines = (Line(matter), more) if more.text or more.url else (Line(matter),)
        on, episode = self.item.on, self.item.episode
        told = Entry(self.item.fingerprint, lines, self._whose(), self.whom, on=on, episode=episode)
        return replace(told, barred=self.barred())

    def barred(self) -> tuple[str, ...]:
        """What the reader may not do about it."""
        return barred(self.scene.settings, self.reader.key, self.item.fingerprint, self.item.facts)

    def early_entry(self) -> Entry:
        """The alert in one line, among what may go wrong."""
        matter = _TAG.sub("", self.brief())  # what it is called in a mainland title, the heading says
        told, whose = self.say("daily.stop", told=matter), self._whose()
        told = self.say("daily.line", head=whose, told=told) if whose else told
        return Entry(self.item.fingerprint, (Line(told),), self.say("daily.early"), early=True)

    def in_summary(self, number: int) -> Entry:
        """The alert in one numbered line."""
        client = self._whose()
        return Entry(
            self.item.fingerprint, (Line(self.say("summary.line", number=number, client=client, told=self.brief())),)
        )

    def _whose(self) -> str:
        return cut(self.client or self.project or self._source_label() or self.facts.text("source"), NAME_CHARS)

    def vendor_link(self) -> Line:
        """The item in its tool."""
        source = self._source_label()
        url = self.facts.url("url") if source else ""
        return Line(self.say("link.vendor", source=source), url)

    def _source_label(self) -> str:
        """What people call the tool; "" where the config has it no more."""
        source = self.scene.freshness.get(self.item.source)
        return source.label if source else ""

    def asked(self) -> str:
        """Who of a group it waits for."""
        return self.say("daily.for", who=spaced(self.whom, self.language)) if self.whom else ""

    def where(self) -> str:
        """Whose it is, and in which project; whether the client is named again is each language's own."""
        if self.hidden:
            return ""  # its code stands in the title
        client, project = cut(self.client, NAME_CHARS), cut(self.project, NAME_CHARS)
        if client and project:
            key = "where.titled" if self.client in self.title() else "where"
            return self.say(key, client=client, project=project)
        if project:
            return self.say("where.project", project=project)
        return self.say("where.client", client=client) if client else ""

    def with_whom(self) -> str:
        """Who has it; "" of what nobody can have: a source, a person's week."""
        return "" if self.item.on in OF_THE_HOUSE and not self.owner else self.say("with", who=self.who())

    def hands(self) -> str:
        """Who has taken it; of what fires again who had it, and why that is over; "" of what nobody took."""
        hands = self.item.hands
        if hands is None:
            return ""
        person, at = self.scene.settings.people.get(hands.by), self.instant(hands.at)
        name = cut(person.name if person else hands.by, NAME_CHARS)
        who = spaced(name, self.language).lstrip()
        match hands.why:
            case Cause.NOTHING_DONE:
                return self.say("hands.nothing_done", who=who, at=at)
            case Cause.SNOOZE_OVER:
                return self.say("hands.snooze_over", who=who, at=at)
            case Cause.DATE_MOVED:
                return self.say("hands.date_moved", who=who, at=at)
            case Cause.RELEASED:
                return self.say("hands.released", who=who, at=at)
            case "snoozed" if hands.until is not None:
                return self.say("held.until", who=name, until=self.instant(hands.until))
            case "snoozed":
                return self.say("held.while", who=name)
        return self.say("held.acknowledged", who=name, at=at)

    def who(self) -> str:
        """The owner's name, or that there is none."""
        return cut(self.owner, NAME_CHARS) if self.owner else self.say("nobody")

    def is_own(self) -> bool:
        """Whether it is for the reader to mend in the tool, and not to tell a client of."""
        owns = self.reader.key != "" and self.reader.key == self.facts.text("owner")
        return owns or not self.facts.is_true("client_facing", default=True)

    def _whom(self) -> str:
        return cut(self.owner if self.is_own() else self.facts.text("bd_name"), NAME_CHARS)

    # --- Words ---

    def say(self, key: str, **values: object) -> str:
        """The text of `key` in the reader's language."""
        return TEXTS.say(self.language, key, **values)

    def day(self, on: date) -> str:
        """A date in prose."""
        return day(self.language, on, self.scene.today)

    def instant(self, at: datetime) -> str:
        """A moment in prose."""
        return instant(self.language, at, self.scene.zone, self.scene.today)

    def ours(self, name: str) -> str:
        """`name`; "" where it may be that of somebody at a client whom a group must not know."""
        facts, people = self.item.facts, self.scene.settings.people.values()
        known = {facts.text("owner_name"), facts.text("bd_name"), *(person.name for person in people)}
        return name if not self.hidden or name in known else ""

    def _unnamed(self, facts: Facts) -> Facts:
        """What a group may know of a confidential client's `facts`, whatever a rule's title asks for."""
        words = {column: self.say(key) for on, column, key in _HIDDEN if on == self.item.on}
        mover = self.ours(facts.text("moved_by_name"))
        known = {"client_names": {"": self.client}, "moved_by_name": mover, **words}
        return facts.but(**dict.fromkeys(_LEFT_OUT), **known)

    def hide(self, text: str) -> str:
        """`text` without the client's names, where those must not be read."""
        for name in self._names if self.hidden else ():
            text = re.sub(re.escape(name), lambda _: self.client, text, flags=re.IGNORECASE)
        return text


def _names(name: str | Mapping[str, str]) -> tuple[str, ...]:
    """Every name of a client, longest first."""
    names = (name,) if isinstance(name, str) else tuple(name.values())
    return tuple(sorted({found for found in names if found}, key=len, reverse=True))
