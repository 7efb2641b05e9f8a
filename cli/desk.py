"""Carrying out what people decide where they read an alert: in Slack, or by a link of a mail."""

from collections.abc import Callable
from datetime import date, datetime, time

from sqlalchemy import select

from alerts.actions import acknowledge, snooze
from alerts.acts import Act, CannotAct, Did
from alerts.life import OPEN
from alerts.messages import TEXTS
from alerts.refusals import in_words
from alerts.standing import held
from alerts.store import ALERT
from cli.decide import agreed, answered
from cli.hub import Hub
from config.settings import Language
from unify.decisions import Refused
from unify.derived import Row
from unify.engine import writing
from unify.lookup import NotOne


class HubDesk:
    """A desk (`alerts.acts.Desk`) for one hub."""

    def __init__(self, hub: Hub, soon: Callable[[str], None]) -> None:
        """`soon` asks for a job before its time, so that nobody waits for what they did to show."""
        self._hub = hub
        self._soon = soon

    def __call__(self, act: Act, by: str) -> Did:
        """Carry out `act` for that key under [people]; only in the episode that it was decided about.

        Raises CannotAct.
        """
        language = self._hub.settings.people[by].language or self._hub.settings.language
        alert = self._read(act.fingerprint)
        if alert is None or alert["state"] not in OPEN or alert["episode"] != act.episode:
            return Did(TEXTS.say(language, "did.over"), changed=False)
        try:
            if act.verb in ("take", "snooze"):
                return self._hold(act, by, language)
            return self._record(act, alert["subject"], by, language)
        except Refused as refused:
            raise CannotAct(in_words(refused, language)) from None
        except NotOne as refused:
            raise CannotAct(str(refused)) from None

    def _hold(self, act: Act, by: str, language: Language) -> Did:
        hub, now = self._hub, self._hub.clock()
        with writing(hub.engine) as connection:
            if act.verb == "take":
                acted = acknowledge(connection, hub.settings, act.fingerprint, by, now)
            else:
                known = hub.calendars(connection, now)
                until = self._opening(act.until, by) if act.until else None
                acted = snooze(connection, hub.settings, known, act.fingerprint, by, now, until)
        if acted.changed:
            self._soon("deliver")
            return Did(TEXTS.say(language, "did.held"))
        alert = self._read(act.fingerprint)
        said = held(hub.settings, alert, language, now) if alert else None
        return Did(TEXTS.say(language, "did.held_already", held=said.text if said else ""), changed=False)

    def _record(self, act: Act, subject: str, by: str, language: Language) -> Did:
        """What only a person knows of the alert's subject; the next evaluation ends the alert."""
        if act.verb == "agreed" and act.on is not None:
            said = agreed(self._hub, subject, act.on, act.reference, by)
        elif act.verb == "answered" and act.at is not None:
            said = answered(self._hub, subject, act.at, act.how, by)
        else:
            raise ValueError(f"{act.verb} lacks what it is about")
        self._soon("evaluate")
        return Did(TEXTS.say(language, "did.recorded" if said.is_new else "did.recorded_already"), changed=said.is_new)

    def _opening(self, on: date, by: str) -> datetime:
        """When that person's working day begins."""
        calendar = self._hub.moment().calendar(self._hub.settings.people[by].calendar)
        return calendar.next_opening(datetime.combine(on, time(), tzinfo=calendar.zone))

    def _read(self, fingerprint: str) -> Row | None:
        with self._hub.reader.connect() as connection:
            found = connection.execute(select(ALERT).where(ALERT.c.fingerprint == fingerprint)).mappings().first()
        return dict(found) if found else None
