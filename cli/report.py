"""`milepost report`: the pages as one file."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cli.exit_codes import OK
from cli.files import private_file
from cli.opening import open_hub
from cli.talk import refuse, say
from config.language import LANGUAGES
from config.nearest import did_you_mean, there_are
from config.settings import Settings
from report.asked import Asked
from report.exports.file import CannotWrite, ReportFile, kinds_of, read_parts
from report.exports.forms import FORMS
from report.filters import Filters, WrongFilter
from report.pages import PAGES

STDOUT = Path("-")


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed; "" for what was not."""

    form: str = "html"
    lang: str = ""
    client: str = ""
    bd: str = ""
    month: str = ""
    table: str = ""


def write_report(config: Path, output: Path | None, wish: Wish) -> int:
    """Write what is stored now to `output`: "-" is standard output, none is "report" with the form's ending."""
    form = next((known for known in FORMS if known.name == wish.form), None)
    if form is None:
        return refuse(f"--format is one of {', '.join(known.name for known in FORMS)}, not {wish.form!r}")
    language = next((known for known in LANGUAGES if known == wish.lang), None)
    if wish.lang and language is None:
        return refuse(f"--lang is one of {', '.join(LANGUAGES)}, not {wish.lang!r}")
    target = output or Path(f"report.{form.name}")
    if target == STDOUT and not form.is_text:
        return refuse(f"{form.name} is not text: give a file's name with -o")
    try:
        filters = Filters.read({"client": wish.client, "bd": wish.bd, "month": wish.month})
    except WrongFilter as wrong:
        return refuse(f"--{wrong}")
    with open_hub(config) as hub, hub.asking(filters, language) as asked:
        if wrong_name := _wrong_name(asked):
            return refuse(wrong_name)
        try:
            with _target(target) as file:
                form.write(report_file(asked, wish.table), file)
        except CannotWrite as cannot:
            return refuse(str(cannot))
    if target != STDOUT:
        say(f"written to {target}")
    return OK


def report_file(asked: Asked, table: str = "") -> ReportFile:
    """All pages that heed what is asked for; of those, for one `table` (PAGE/ANCHOR), the one that has it.

    Raises CannotWrite where there is no such page.
    """
    kinds = kinds_of(PAGES, asked.filters, sees_people=asked.reader.sees_people)
    if not kinds:
        raise CannotWrite(f"no page is of {' and '.join(asked.filters.query())} together")
    if table:
        kinds = [kind for kind in kinds if table.startswith(f"{kind.key}/")] or kinds
    return ReportFile(asked, _title(asked), read_parts(kinds, asked), table)


def _title(asked: Asked) -> str:
    """With whose clients, or which, it is about."""
    filters = asked.filters
    names = [asked.person_name(filters.bd)] if filters.bd else []
    names += [asked.client_name(f"client/{filters.client}")] if filters.client else []
    names += [f"{filters.month:%Y-%m}"] if filters.month else []
    return asked.t("title_of", name=asked.speech.joined(names)) if names else asked.t("title")


def _wrong_name(asked: Asked) -> str:
    """A file with nothing in it would read as "all is well"."""
    filters, clients = asked.filters, [key.removeprefix("client/") for key in asked.clients]
    if filters.client and filters.client not in clients:
        return f'no client is called "{filters.client}"{did_you_mean(filters.client, clients) or there_are(clients)}'
    managers = {client.bd.removeprefix("person/") for client in asked.clients.values() if client.bd}
    return _no_manager(filters.bd, managers, asked.settings) if filters.bd and filters.bd not in managers else ""


def _no_manager(bd: str, managers: set[str], settings: Settings) -> str:
    if bd not in settings.people:
        names = sorted(managers or settings.people)
        return f'nobody under [people] is called "{bd}"{did_you_mean(bd, names) or there_are(names)}'
    others = there_are(sorted(managers)) if managers else ""
    return f'"{bd}" is no client\'s BD manager, so there is no page of theirs{others}'


@contextmanager
def _target(path: Path) -> Iterator[BinaryIO]:
    """Where it is written: a failure leaves a file as it was, and standard output empty."""
    if path != STDOUT:
        with private_file(path) as file:
            yield file
        return
    held = io.BytesIO()
    yield held
    sys.stdout.write(held.getvalue().decode())
