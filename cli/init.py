"""`milepost init`: asks, tests each connection, and writes the settings; secrets go into files of their own."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import typer
from pydantic import SecretStr, TypeAdapter, ValidationError

from cli.check import ask
from cli.exit_codes import OK
from cli.files import write_private
from cli.talk import refuse, say, warn
from config.checks import ROLES
from config.language import LANGUAGES
from config.secrets import Redactor
from config.settings import Secret
from config.values import Domain, Email
from connectors.base import ConnectorError
from connectors.kinds import KINDS
from unify.freshness import tool_name

_ROUTES = """\
[[routes]]
match = {severity = "critical"}
to = ["email:bd", "email:coordinator", "email:owner"]

[[routes]]
to = ["email:bd", "email:coordinator"]
"""
"""Who is told of what, until somebody writes it otherwise: the coordinator is copied, the owner hears of the worst."""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask of a source: its key in the settings, the words, and whether the answer is a secret."""

    key: str
    words: str
    secret: bool = False
    default: str | None = None


SOURCES: Mapping[str, tuple[str, tuple[Question, ...]]] = {
    "jira": (
        "delivery",
        (
            Question("url", "its address, such as https://acme.atlassian.net"),
            Question("email", "the e-mail of the account that reads it (a Data Center token: none)", default=""),
            Question("token", "that account's API token", secret=True),
        ),
    ),
    "trello": ("boards", (Question("key", "the API key"), Question("token", "the token", secret=True))),
    "asana": ("tasks", (Question("token", "the personal access token", secret=True),)),
    "hubspot": ("crm", (Question("token", "the service key or private-app token", secret=True),)),
}
"""Kind -> the name its source gets, and what to ask."""


def write_settings(path: Path, *, ask: bool) -> int:
    """Write `path`, which must not be there yet; without `ask`, a commented example."""
    if path.exists():
        return refuse(f"{path} is there already, and stays as it is; move it away, or edit it and run `milepost check`")
    if ask:
        wanted = _Wanted()
        text = wanted.ask()
        wanted.keep_secrets(path.parent)
    else:
        text = files("cli").joinpath("example.toml").read_text("utf-8")
    write_private(path, text)
    say(f"written: {path}")
    say("next: `milepost check`, `milepost run --dry-run`, `milepost clients suggest`, then `milepost serve`")
    return OK


class _Wanted:
    """What somebody wants, asked question by question. Nothing is written before the last answer."""

    def __init__(self) -> None:
        self._secrets: dict[str, str] = {}

    def ask(self) -> str:
        """Ask everything; the settings as text."""
        say("Enter takes the answer in brackets. Secrets are kept in the folder `secrets`, readable by you alone.")
        language = typer.prompt(f"Language of messages ({', '.join(LANGUAGES)})", default="en", value_proc=_language)
        zone = typer.prompt("Time zone", default="Asia/Hong_Kong", value_proc=_time_zone)
        domain = _needed("E-mail domain of your own people, such as acme.example", _of_form(Domain))
        name = _needed("Name of the coordinator, who gets what nobody else owns")
        email = typer.prompt("Their e-mail", default=f"coordinator@{domain}", value_proc=_of_form(Email))
        key = _key(name)
        parts = [
            _lines({"timezone": zone, "language": language, "coordinator": key, "team_domains": [domain]}),
            _table(f"people.{key}", {"name": name, "email": email}),
            *(self._source(kind) for kind in SOURCES if typer.confirm(f"Do you use {tool_name(kind)}?")),
            self._mail(domain),
            _ROUTES,
        ]
        return "\n".join(parts)

    def _source(self, kind: str) -> str:
        """Ask until the vendor lets us in, or the person gives up for now."""
        name, questions = SOURCES[kind]
        while True:
            told = {question.key: _ask(kind, question) for question in questions}
            secrets = {question.key: told[question.key] for question in questions if question.secret}
            if _works(kind, name, told, secrets):
                break
            if not typer.confirm("Try again?", default=True):
                say(f"  kept as you typed it, though it was refused: mend it in secrets/ and under [sources.{name}],")
                say("  then `milepost check`")
                break
        kept = {key: self._kept(f"{name}_{key}", value) for key, value in secrets.items()}
        return _table(f"sources.{name}", {"kind": kind, **{key: value for key, value in told.items() if value}, **kept})

    def _mail(self, domain: str) -> str:
        say("Messages go out by e-mail; Slack can be added later (docs/configuration.md).")
        host = typer.prompt("Mail server", default=f"smtp.{domain}")
        port = typer.prompt("Its port", default=587, type=int)
        user = typer.prompt("User there (empty: none)", default="")
        values = {
            "kind": "email",
            "host": host,
            "port": port,
            "security": "tls" if port == 465 else "starttls",
            "from": f"Milepost <{user if '@' in user else f'milepost@{domain}'}>",
        }
        if user:
            password = _needed("Password", hide=True)
            values |= {"user": user, "password": self._kept("smtp_password", password)}
        return _table("channels.email", values)

    def _kept(self, name: str, value: str) -> str:
        """Remember a secret; the reference that stands in the settings for it."""
        self._secrets[name] = value
        return f"file:secrets/{name}"

    def keep_secrets(self, folder: Path) -> None:
        """Write each secret where only its owner reads it."""
        secrets = folder / "secrets"
        secrets.mkdir(mode=0o700, exist_ok=True)
        for name, value in self._secrets.items():
            write_private(secrets / name, value + "\n")


def _key(name: str) -> str:
    """What a person may be called in the settings: "may_chan"; the words for roles and names without Latin letters
    give none."""
    key = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return key if key and key not in ROLES else "somebody"


def _language(told: str) -> str:
    if told not in LANGUAGES:
        raise typer.BadParameter(f"write one of {', '.join(LANGUAGES)}")
    return told


def _time_zone(told: str) -> str:
    if told not in available_timezones():
        raise typer.BadParameter("there is no such time zone; write one such as Asia/Hong_Kong")
    return told


def _of_form(form: Any) -> Callable[[str], str]:
    """Refuses, with what to write, what the settings would refuse."""
    adapter: TypeAdapter[str] = TypeAdapter(form)

    def checked(told: str) -> str:
        try:
            return adapter.validate_python(told.strip())
        except ValidationError as wrong:
            raise typer.BadParameter(str(wrong.errors(include_input=False)[0]["ctx"]["error"])) from None

    return checked


def _ask(kind: str, question: Question) -> str:
    words = f"  {kind}: {question.words}"
    if question.default is None:
        return _needed(words, hide=question.secret)
    answer: str = typer.prompt(words, hide_input=question.secret, default=question.default)
    return answer.strip()


def _needed(words: str, checked: Callable[[str], str] | None = None, *, hide: bool = False) -> str:
    """Ask until there is an answer: the same question again, without a word, looks like a program that hangs."""
    while True:
        told: str = typer.prompt(words, default="", show_default=False, hide_input=hide).strip()
        try:
            if told:
                return checked(told) if checked else told
            say("an answer is needed here; Ctrl-C breaks off, and nothing is written")
        except typer.BadParameter as wrong:
            say(str(wrong))


def _works(kind: str, name: str, told: Mapping[str, str], secrets: Mapping[str, str]) -> bool:
    """Whether the vendor lets us in; says what it shows, or what to do."""
    redactor = Redactor()
    values: dict[str, object] = {key: value for key, value in told.items() if value}
    for key, value in secrets.items():
        redactor.register(value)
        values[key] = Secret(reference=f"the {key} you typed", value=SecretStr(value))
    try:
        settings = KINDS[kind].settings.model_validate({"name": name, "kind": kind, **values})
    except ValidationError as wrong:
        warn("; ".join(error["msg"] for error in wrong.errors(include_input=False)))
        return False
    try:
        account = ask(settings, redactor)
    except ConnectorError as refusal:
        warn(str(refusal))
        return False
    say(f"  {account.name} sees {account.sees}")
    return True


def _table(name: str, values: Mapping[str, object]) -> str:
    return f"[{name}]\n{_lines(values)}"


def _lines(values: Mapping[str, object]) -> str:
    """JSON's texts, numbers and lists of them are TOML's too."""
    return "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items())
