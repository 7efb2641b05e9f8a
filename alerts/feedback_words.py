"""The words about a client who waits for an answer."""

import shlex
from datetime import datetime, timedelta

from alerts.facts import limit_passed
from alerts.left_out import QUOTE_CHARS
from alerts.phone_size import titled
from alerts.plain_text import cut, gapped, one_line, spaced
from alerts.wording import NAME_CHARS, Wording
from config.language import clock, hours, weekday, working_hours

_LEAST_HOURS = 0.1
"""The least that is told: "0 hours over" is no reason to write."""


class FeedbackWording(Wording):
    """What is said of feedback that nobody has answered in time."""

    def title(self) -> str:
        """Client, and how long they wait; in the mainland's text how far beyond the limit."""
        what = "" if self.client else self.what
        # In Hong Kong's text the verb follows at once, elsewhere a mark does.
        client = gapped(self.client, self.language) if self.language == "zh-Hant-HK" else self.client
        return titled(self.say, "feedback.title", client, what, waited=self._waited(), over=self._over())

    def body(self) -> list[str]:
        """Who wrote what; the limit; who has it; what to do."""
        return [self._said(), self._limit(), self.with_whom(), self._next()]

    def brief(self) -> str:
        """Who wrote when, how long they wait, and who has it."""
        waits = self.facts.at("waiting_since")
        author = gapped(cut(self.facts.text("author"), NAME_CHARS) or self.say("daily.client"), self.language)
        when = spaced(self._when(waits), self.language) if waits else ""
        wrote = one_line(self.say("daily.wrote_again" if self.wrote_again else "daily.wrote", author=author, when=when))
        has = self.say("daily.has", who=self.who()) if self.owner else self.say("daily.nobody_has")
        return self.say("daily.waits", wrote=wrote, waited=self._waited(), **self._measured(), has=has)

    def particulars(self) -> str:
        """What they wrote about, and in which project: not to a group that must not read it."""
        if self.hidden:
            return ""
        quoted = self.say("daily.quote", text=cut(self.what, QUOTE_CHARS))
        said = [quoted, cut(self.project, NAME_CHARS)] if self.project else [quoted]
        return self.say("detail.joint").join(said)

    def next_step(self) -> str:
        """An answer."""
        return "next.line_feedback"

    @property
    def wrote_again(self) -> bool:
        """Whether they had an answer, and then wrote once more."""
        answered, waits = self.facts.at("first_response_at"), self.facts.at("waiting_since")
        return answered is not None and waits is not None and answered < waits

    def _when(self, at: datetime) -> str:
        """When they wrote: by the day's name as long as that is plain."""
        on, today, at_clock = self.scene.day(at), self.scene.today, clock(at, self.scene.zone)
        if on == today:
            return self.say("today_at", clock=at_clock)
        if today - on >= timedelta(days=7):
            return self.instant(at)
        monday = today - timedelta(days=today.weekday())
        key = "when.this_week" if on >= monday else "when.last_week"
        return self.say(key, weekday=weekday(self.language, on), clock=at_clock)

    def _waited(self) -> str:
        return working_hours(self.language, self.facts.amount("waited_hours"))

    def _measured(self) -> dict[str, str]:
        """The hours allowed for an answer, and how many more than those they wait."""
        return {"limit": hours(self.language, self.facts.amount("limit_hours")), "over": self._over()}

    def _over(self) -> str:
        over = self.facts.amount("waited_hours") - self.facts.amount("limit_hours")
        return hours(self.language, max(over, _LEAST_HOURS))

    def _said(self) -> str:
        """Who wrote, when, and what: of a confidential client a group hears the time alone."""
        waits = self.facts.at("waiting_since")
        if waits is None:
            return ""
        if self.hidden:
            return self.say("feedback.at", at=self.instant(waits))
        # What is quoted is their first message, whichever they wait for.
        at = self.instant(self.facts.at("received_at") or waits)
        text = cut(self.facts.text("text") or self.what, QUOTE_CHARS)
        author = cut(self.facts.text("author"), NAME_CHARS)
        if not author:
            return self.say("feedback.subject", at=at, text=text)
        return self.say("feedback.said", who=self._author(author), at=at, text=text)

    def _author(self, author: str) -> str:
        if not self.client:
            return author
        key = "feedback.who_titled" if self.client in self.title() else "feedback.who"
        return self.say(key, who=author, client=cut(self.client, NAME_CHARS))

    def _limit(self) -> str:
        waits, passed = self.facts.at("waiting_since"), limit_passed(self.facts, self.scene.calendars)
        if waits is None or passed is None:
            return ""
        key = "feedback.again" if self.wrote_again else "feedback.limit"
        if self.scene.settings.handled_when == "closed" and self.facts.is_true("answered"):
            key = "feedback.open"
        level = self.say(f"level.{self.item.severity}")
        since, at = self.instant(waits), self.instant(passed)
        return self.say(key, at=at, since=since, level=level, waited=self._waited(), **self._measured())

    def _next(self) -> str:
        """What to do; whoever can record an answer given elsewhere reads the command for it."""
        coordinator = self.scene.settings.coordinator
        if self.reader.key == f"person/{coordinator}":
            return self.say("next.feedback_coordinator", feedback=shlex.quote(self.facts.text("key")))
        who = spaced(self.scene.settings.people[coordinator].name, self.language)
        return self.say("next.feedback", who=who)
