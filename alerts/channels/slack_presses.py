"""What people press and fill in in Slack, worked off: who it was, what they decided, and what they are told
(docs.slack.dev/reference/interaction-payloads, read 23 Nov 2026).

A press is a person's of `[people]`, by `slack` or by the e-mail of an account of our own workspace (users:read,
users:read.email), or nobody's. What comes of it shows in the message itself; only a refusal is told, to whoever pressed
alone.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

from alerts.acts import FIELDS, VERBS, Act, CannotAct, Desk, Incomplete, Verb, filled_in
from alerts.channels.base import DeliveryError
from alerts.channels.slack_form import escape
from alerts.channels.slack_modals import filled, modal
from alerts.channels.slack_web import WebApi
from alerts.messages import TEXTS
from config.clock import Clock
from config.settings import Language, Settings

_KNOWN_FOR_S = 24 * 3600.0
_NOTHING: Mapping[str, Any] = {}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """What an envelope is acknowledged with, and what is to be done once it is: three seconds are short."""

    answer: Mapping[str, Any]
    work: Callable[[], None] | None = None


class Presses:
    """Presses and sent forms of one workspace."""

    def __init__(
        self, web: WebApi, settings: Settings, desk: Desk, clock: Clock, seconds: Callable[[], float] = monotonic
    ) -> None:
        """`seconds` is a clock that is never set."""
        self._web = web
        self._settings = settings
        self._desk = desk
        self._clock = clock
        self._seconds = seconds
        self._names: dict[str, tuple[float, str]] = {}
        """Who somebody in Slack is under [people] ("": nobody), and until when that is believed."""
        self._us: Mapping[str, Any] = {}
        """The workspace and the organisation that the token is of, once they were asked for."""

    def take(self, payload: Mapping[str, Any]) -> Taken:
        """What to answer to an envelope with that payload; asks nobody."""
        match payload:
            case {"type": "block_actions", "user": {"id": str(user)}, "actions": [action, *_]}:
                return Taken(_NOTHING, lambda: self._pressed(user, action, payload))
            case {"type": "view_submission", "user": {"id": str(user)}, "view": {"callback_id": str(verb)} as view}:
                return self._sent(user, verb, view) if verb in VERBS else Taken(_NOTHING)
        return Taken(_NOTHING)

    def _pressed(self, user: str, action: Mapping[str, Any], payload: Mapping[str, Any]) -> None:
        verb = str(action.get("action_id", "")).partition(":")[0]
        episode, _, fingerprint = str(action.get("value", "")).partition(" ")
        channel = str(payload.get("container", {}).get("channel_id", ""))
        if verb not in VERBS or not episode.isdigit():
            return
        person = self._person(user, channel)
        if person is None:
            return
        if not FIELDS[verb]:
            self._act(Act(verb, fingerprint, int(episode)), person, user, channel)
            return
        private = {"alert": fingerprint, "episode": int(episode), "channel": channel}
        view = modal(verb, private, self._language(person), self._clock())
        self._web.call("views.open", {"trigger_id": payload["trigger_id"], "view": view})

    def _sent(self, user: str, verb: Verb, view: Mapping[str, Any]) -> Taken:
        """A form: what is wrong in it is said in it, and only while it is acknowledged."""
        private = json.loads(view["private_metadata"])
        channel = str(private["channel"])
        known = self._names.get(user, (0.0, ""))[1]
        try:
            of = (verb, str(private["alert"]), int(private["episode"]))
            act = filled_in(*of, filled(view), self._settings.zone, self._language(known))
        except Incomplete as incomplete:
            return Taken({"response_action": "errors", "errors": dict(incomplete.wrong)})

        def work() -> None:
            person = self._person(user, channel)
            if person is not None:
                self._act(act, person, user, channel)

        return Taken(_NOTHING, work)

    def _act(self, act: Act, person: str, user: str, channel: str) -> None:
        try:
            did = self._desk(act, person)
        except CannotAct as refused:
            self._tell(user, channel, str(refused))
        except Exception:
            self._tell(user, channel, TEXTS.say(self._language(person), "act.failed"))
            raise
        else:
            if not did.changed or FIELDS[act.verb]:
                self._tell(user, channel, did.text)

    def _person(self, user: str, channel: str) -> str | None:
        """Who of [people] the user is; None: nobody, which they are told."""
        until, name = self._names.get(user, (0.0, ""))
        if self._seconds() >= until:
            try:
                name = self._look_up(user)
            except DeliveryError:
                self._tell(user, channel, TEXTS.say(self._settings.language, "act.failed"))
                raise
            self._names[user] = (self._seconds() + (_KNOWN_FOR_S if name else 0.0), name)
        if name:
            return name
        names = "、".join if self._settings.language != "en" else ", ".join
        people = names(person.name for person in self._settings.people.values())
        self._tell(user, channel, TEXTS.say(self._settings.language, "act.nobody", names=people))
        return None

    def _look_up(self, user: str) -> str:
        people = self._settings.people
        if named := next((key for key, person in people.items() if person.slack == user), ""):
            return named
        account = self._web.call("users.info", {"user": user})["user"]
        if not self._is_ours(account):
            return ""
        email = str(account.get("profile", {}).get("email") or "").casefold()
        return next((key for key, one in people.items() if not one.slack and one.email.casefold() == email), "")

    def _is_ours(self, account: Mapping[str, Any]) -> bool:
        """Whether its e-mail is ours to set: through Slack Connect people of other firms press too, and theirs is not.

        In an Enterprise organisation our people may be of another of its workspaces (reference/methods/auth.test and
        users.info, read 23 Nov 2026).
        """
        self._us = self._us or self._web.call("auth.test", {})
        team, organisation = self._us.get("team_id"), self._us.get("enterprise_id")
        if team and account.get("team_id") == team:
            return True
        return bool(organisation) and account.get("enterprise_user", {}).get("enterprise_id") == organisation

    def _tell(self, user: str, channel: str, text: str) -> None:
        """To that user alone; where it fails, what was done stays done."""
        try:
            self._web.call("chat.postEphemeral", {"channel": channel, "user": user, "text": escape(text)})
        except DeliveryError as error:
            log.warning("what came of a press in Slack could not be told: %s", error)

    def _language(self, person: str) -> Language:
        known = self._settings.people.get(person)
        return (known.language if known else None) or self._settings.language
