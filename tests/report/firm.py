"""The small firm of the tests of alerts, as rows: what the report reads."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, update
from sqlmodel import SQLModel

from config.settings import Language, PersonSettings, Settings
from report.asked import Asked, Reader
from report.filters import Filters
from report.reading.today import Today, read_today
from rules.load import load_rules
from rules.moment import Moment
from rules.working_time import calendars
from tests.alerts.firm import TUESDAY, database, feedback_row, hk, milestone_row, put, settings
from unify.engine import open_engine, writing

FRESH = timedelta(minutes=8)

CLIENTS = (
    ("bank", {"en": "Bank of Nine Ferries", "zh-Hant-HK": "九渡銀行"}, "person/marco", "default"),
    ("kite", {"": "Paper Kite Stores"}, "person/sandy", "default"),
    ("boat", {"en": "Slow Boat Freight", "zh-Hans-CN": "慢船物流"}, "person/kevin", "mainland"),
    ("hill", {"": "Cloud Hill College"}, None, "default"),
)


def firm(folder: Path, *, sources: Mapping[str, datetime | None] | None = None) -> Engine:
    """An open database with the firm's people, clients, projects and sources, and no milestone or feedback yet."""
    engine = database(folder)
    read = {"delivery": TUESDAY - FRESH, "boards": TUESDAY - FRESH, "crm": TUESDAY - FRESH, **(sources or {})}
    kinds = {"delivery": "jira", "boards": "trello", "crm": "hubspot"}
    put(engine, "source", *({"name": n, "kind": kinds[n], "active": True, "last_ok_at": at} for n, at in read.items()))
    put(engine, "person", *({"key": f"person/{name}", "name": one.name} for name, one in people().items()))
    put(
        engine,
        "client",
        *(
            {"key": f"client/{name}", "names": names, "bd_person": bd, "calendar": calendar}
            for name, names, bd, calendar in CLIENTS
        ),
    )
    put(engine, "project", project(10, name="Mobile app revamp", client_key="client/bank"))
    return engine


def people() -> Mapping[str, PersonSettings]:
    """Those of the config."""
    return settings().people


def project(number: int, **values: Any) -> dict[str, Any]:
    """A Jira project."""
    key = f"delivery/project/{number}"
    return {"key": key, "source": "delivery", "vendor_id": str(number), "short": f"P{number}", **values}


def milestone(number: int, **values: Any) -> dict[str, Any]:
    """A milestone of the bank's project, eight days late unless told."""
    due = values.get("due_on", date(2026, 11, 16))
    derived = {
        "deadline_on": due,
        "deadline_at": None if due is None else end_of(due),
        "baseline_on": due,
        "slip_days": None if due is None else 0,
    }
    facing = {"client_facing": True, "counted": True, "client_key": "client/bank", "bd_person": "person/marco"}
    return milestone_row(number, **{**derived, **facing, "calendar": "default", "due_on": due, **values})


def feedback(number: int, **values: Any) -> dict[str, Any]:
    """What Paper Kite wrote on Friday 16:30 and nobody answered: 9.5 of 8 working hours on that Tuesday."""
    known = {
        "subject": f"Feedback {number}",
        "severity": "warning",
        "client_key": "client/kite",
        "bd_person": "person/sandy",
        "calendar": "default",
        "waiting_since": hk(20, 16, 30),
        "received_at": hk(20, 16, 30),
        "author_name": "潘詠琳",
    }
    return feedback_row(number, **{**known, **values})


def alert(
    rule: str, subject: str, severity: str = "warning", since: datetime = TUESDAY, **facts: Any
) -> dict[str, Any]:
    """An alert that fires, about something of the bank's unless `facts` say otherwise."""
    known = {"client": "client/bank", "bd": "person/marco", "source": "delivery", "name": subject, **facts}
    return {
        "fingerprint": f"{rule}:{subject}",
        "rule": rule,
        "subject": subject,
        "source": known["source"],
        "client_key": known["client"],
        "state": "firing",
        "severity": severity,
        "since": since,
        "facts": {"client_names": {"en": "Bank of Nine Ferries"}, "project_name": "Mobile app", **known},
    }


def end_of(day: date) -> datetime:
    """The last microsecond of a day in Hong Kong."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=TUESDAY.tzinfo) - timedelta(hours=8)
    return midnight + timedelta(days=1) - timedelta(microseconds=1)


def moment(known: Settings, now: datetime = TUESDAY) -> Moment:
    """The present of a pass."""
    return Moment.of(known, calendars(known, now), now)


def read_until(engine: Engine, name: str, at: datetime | None) -> None:
    """When a source was read to its end last; None: never."""
    source = SQLModel.metadata.tables["source"]
    with writing(engine) as connection:
        connection.execute(update(source).where(source.c.name == name).values(last_ok_at=at))


@contextmanager
def asked(
    engine: Engine,
    language: Language = "en",
    *,
    now: datetime = TUESDAY,
    reader: Reader | None = None,
    is_demo: bool = False,
    **filters: Any,
) -> Iterator[Asked]:
    """Somebody asks for a page, through a read-only engine as the hub does, with the rules that are shipped."""
    known, opened = settings(), open_engine(engine.url, read_only=True)
    try:
        with opened.connect() as connection:
            yield Asked(
                connection=connection,
                settings=known,
                moment=moment(known, now),
                rules=load_rules(known),
                reader=reader or Reader(),
                language=language,
                filters=Filters(**filters),
                is_demo=is_demo,
            )
    finally:
        opened.dispose()


def read(engine: Engine, **how: Any) -> Today:
    """What needs somebody today; `how` as `asked` takes it."""
    with asked(engine, **how) as one:
        return read_today(one)


def names(rows: Sequence[Any]) -> list[str]:
    """What the rows are called."""
    return [getattr(row, "name", None) or row.subject for row in rows]
