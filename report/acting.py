"""The pages behind the links of a mail. To open one shows what would be done and does nothing, for mail gateways open
every link they see; only the button on it acts. Nobody signs in: the link is what proves who it was sent to."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup
from sqlalchemy import Engine, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from alerts.acts import FIELDS, HOLDS, CannotAct, Desk, Field, Incomplete, filled_in, label
from alerts.facts import Facts
from alerts.life import OPEN
from alerts.links import PATH, Link, Links, Unreadable, is_used
from alerts.standing import held
from alerts.store import ALERT
from config.clock import Clock
from config.language import Catalog
from config.settings import Language, Settings
from unify.derived import Row

_FOLDER = Path(__file__).parent
_CSS = (_FOLDER / "templates" / "act.css").read_text("utf-8")
_TEXTS = Catalog.load(_FOLDER / "texts" / "links")
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_CSS.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_MOST_BYTES = 10_000
_TYPES: Mapping[str, str] = {"day": "date", "instant": "datetime-local", "text": "text"}
_Problem = Literal["used", "expired", "over", "unreadable"]
_STATUS: Mapping[_Problem, int] = {"used": 200, "expired": 410, "over": 410, "unreadable": 404}


@dataclass(frozen=True, slots=True)
class Input:
    """One thing that the form asks for."""

    name: str
    type: str
    label: str
    value: str
    required: bool
    wrong: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One page. Without a `button` there is nothing to do on it."""

    language: Language
    heading: str
    text: str
    what: str = ""
    button: str = ""
    fields: tuple[Input, ...] = ()
    status: int = 200


@dataclass(frozen=True, slots=True)
class Acting:
    """What the pages need: the links, the database to look into, and the desk that acts."""

    links: Links
    reader: Engine
    settings: Settings
    desk: Desk
    clock: Clock

    def routes(self) -> list[Route]:
        """The one address that all links have."""
        return [Route(f"{PATH}{{token}}", self._answer, methods=["GET", "POST"])]

    async def _answer(self, request: Request) -> Response:
        token, given = request.path_params["token"], None
        if request.method == "POST":
            given = await _form(request)
        page = await run_in_threadpool(self.page, token, given)
        html = _template().render(page=page, css=Markup(_CSS))
        # Its address acts: it is told to nobody, not even to ourselves.
        headers = {"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer"}
        return HTMLResponse(html, status_code=page.status, headers=headers)

    def page(self, token: str, given: Mapping[str, str] | None) -> Shown:
        """What is answered to whoever opens the link (`given` None), or sends its form."""
        try:
            link = self.links.read(token)
        except Unreadable:
            return self._problem("unreadable", self.settings.language)
        person = self.settings.people.get(link.reader)
        language = (person.language if person else None) or self.settings.language
        if person is None or self.clock() >= link.expires_at:
            return self._problem("expired", language)
        with self.reader.connect() as connection:
            found = connection.execute(select(ALERT).where(ALERT.c.fingerprint == link.fingerprint)).mappings().first()
            used = found is not None and is_used(connection, link, found["subject"])
        if used:
            return self._problem("used", language)
        if found is None or found["state"] not in OPEN or found["episode"] != link.episode:
            return self._problem("over", language)
        what = _what(dict(found), language)
        if given is not None:
            return self._act(link, language, what, given)
        return self._confirm(link, language, what, self._whose(link, dict(found), language))

    def _whose(self, link: Link, alert: Row, language: Language) -> str:
        """Who has it, and that they would not have it any more; "" where nothing is taken from anybody."""
        said = held(self.settings, alert, language, self.clock())
        if said is None or link.verb not in HOLDS or alert["held_by"] == link.reader:
            return ""
        return _TEXTS.say(language, "confirm.over", held=said.text)

    def _confirm(self, link: Link, language: Language, what: str, whose: str) -> Shown:
        verb, who = label(link.verb, language), self.settings.people[link.reader].name
        text = "\n".join(filter(None, (whose, _TEXTS.say(language, "confirm", who=who))))
        return Shown(language, verb, text, what, verb, self._inputs(link, language, self._first_values(link), {}))

    def _act(self, link: Link, language: Language, what: str, given: Mapping[str, str]) -> Shown:
        verb = label(link.verb, language)
        try:
            act = filled_in(link.verb, link.fingerprint, link.episode, given, self.settings.zone, language)
            did = self.desk(act, link.reader)
        except Incomplete as incomplete:
            inputs = self._inputs(link, language, given, incomplete.wrong)
            return Shown(language, verb, _TEXTS.say(language, "wrong.form"), what, verb, inputs, status=422)
        except CannotAct as refused:
            return Shown(language, _TEXTS.say(language, "refused"), str(refused), what, status=403)
        return Shown(language, _TEXTS.say(language, "done"), did.text, what)

    def _problem(self, problem: _Problem, language: Language) -> Shown:
        """A link that does nothing, and what to do instead."""
        coordinator = self.settings.people[self.settings.coordinator].name
        text = _TEXTS.say(language, f"{problem}.text", coordinator=coordinator)
        return Shown(language, _TEXTS.say(language, problem), text, status=_STATUS[problem])

    def _first_values(self, link: Link) -> dict[str, str]:
        """An answer given elsewhere was mostly given a moment ago."""
        now: datetime = self.clock().astimezone(self.settings.zone)
        return {field.name: f"{now:%Y-%m-%dT%H:%M}" for field in FIELDS[link.verb] if field.kind == "instant"}

    def _inputs(
        self, link: Link, language: Language, values: Mapping[str, str], wrong: Mapping[str, str]
    ) -> tuple[Input, ...]:
        def shown(field: Field) -> Input:
            return Input(
                field.name,
                _TYPES[field.kind],
                field.asks(language),
                values.get(field.name, ""),
                not field.optional,
                wrong.get(field.name, ""),
            )

        return tuple(shown(field) for field in FIELDS[link.verb])


async def _form(request: Request) -> dict[str, str]:
    """The fields that were sent; nothing of what is longer than any form of ours."""
    sent = b""
    async for piece in request.stream():
        sent += piece
        if len(sent) > _MOST_BYTES:
            return {}
    return dict(parse_qsl(sent.decode("utf-8", "replace")))


def _what(alert: Row, language: Language) -> str:
    """Whose matter, and which: what the mail said too."""
    facts = Facts(alert["facts"])
    names = alert["facts"].get("client_names") or {}
    client = names.get(language) or next(iter(names.values()), "") if isinstance(names, dict) else ""
    matter = facts.text("name") or facts.text("subject") or alert["subject"]
    colon = ": " if language == "en" else "："
    return colon.join(text for text in (client, matter) if text)


@cache
def _template() -> Template:
    loader = FileSystemLoader(_FOLDER / "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True).get_template(
        "act.html"
    )
