"""The page of sources: how far each can be believed, and what somebody must say or mend."""

from dataclasses import replace
from datetime import timedelta

from report import choices
from report.asked import Asked
from report.document import Block, Cell, Column, Document, Row, Table, Tone
from report.pages.kind import PageKind
from report.pages.tables import only_told, turned
from report.pages.today_sources import sources_table, stale_notices
from report.reading.sources_page import Completeness, Likely, Run, Sight, SourcesPage, Unread, read_sources_page
from report.speech import link

_PATH = "/sources"
_NAMED = 12
"""Projects of a source that are named; more are counted."""
_ENDS_SOON = timedelta(days=30)
_OUTCOMES: dict[str, Tone] = {"ok": "green", "failed": "red", "stopped": "amber", "running": ""}


def show(values: SourcesPage, asked: Asked) -> Document:
    """How fresh each is; for whoever looks after all of them the rest."""
    blocks: list[Block] = [sources_table(asked, values.sources)]
    if asked.reader.scope.is_all:
        blocks += [
            _likely(values, asked),
            _problems(values, asked),
            _completeness(values, asked),
            _sights(values, asked),
            _runs(values, asked),
        ]
    names = {row.name: row.label for row in asked.sources}
    return Document(
        "sources",
        asked.t("page.sources"),
        notices=stale_notices(asked),
        blocks=blocks,
        filters=[choices.choice(asked, "source", asked.t("source"), names)],
    )


def _label(source: str, asked: Asked) -> Cell:
    label = next((row.label for row in asked.sources if row.name == source), source)
    return Cell(source, label)


# --- what might belong together


def _likely(values: SourcesPage, asked: Asked) -> Table:
    t = asked.t
    return Table(
        anchor="suggestions",
        heading=t("suggested.heading"),
        columns=[
            Column("name", t("suggested.name")),
            Column("about", t("suggested.about")),
            Column("evidence", t("suggested.evidence")),
            Column("line", t("suggested.line")),
        ],
        rows=[_one_likely(one, asked) for one in values.likely],
        count=len(values.likely),
        intro=t("suggested.intro") if values.likely else "",
        empty=t("suggested.none"),
    )


def _one_likely(one: Likely, asked: Asked) -> Row:
    return Row(
        [
            Cell(one.name, one.name or one.value),
            Cell(one.about, _about(one, asked)),
            Cell(one.quoted, one.quoted or (asked.t("suggested.messages", count=one.messages) if one.messages else "")),
            Cell(one.value, f"[{one.table}] {one.setting}" if one.table else one.setting, notes=[one.value]),
        ]
    )


def _about(one: Likely, asked: Asked) -> str:
    match one.about:
        case "company" | "project":
            if one.belongs_to:
                client = asked.client_name(f"client/{one.belongs_to}")
                return asked.t(f"suggested.{one.about}_of", client=client)
            return asked.t(f"suggested.{one.about}")
        case "same name":
            return asked.t("suggested.same_name", person=asked.person_name(one.belongs_to) or one.name)
        case "unknown account":
            return asked.t("suggested.unknown_account")


# --- what could not be read


def _problems(values: SourcesPage, asked: Asked) -> Table:
    t = asked.t
    table = Table(
        anchor="problems",
        heading=t("unread.heading"),
        columns=[
            Column("record", t("unread.record")),
            Column("field", t("unread.field")),
            Column("value", t("unread.value")),
            Column("since", t("unread.since"), "instant"),
        ],
        rows=[_problem(one, asked) for one in values.problems],
        intro=t("unread.intro") if values.problems else "",
        empty=t("unread.none"),
    )
    more = bool(asked.filters.limit) and asked.filters.offset + len(values.problems) < values.problem_count
    return turned(replace(table, count=values.problem_count), asked, _PATH, more=more)


def _problem(one: Unread, asked: Asked) -> Row:
    source = _label(one.source, asked).text
    return Row(
        [
            Cell(one.vendor_id, one.name or f"{one.stream} {one.vendor_id}", link(one.url), notes=[source]),
            Cell(one.field, one.field),
            Cell(one.value, one.value, notes=[one.reason]),
            Cell(one.seen_at, asked.speech.at(one.seen_at)),
        ],
        stale=one.source in asked.stale,
    )


# --- whether all of it is here


def _completeness(values: SourcesPage, asked: Asked) -> Table:
    t = asked.t
    table = Table(
        anchor="completeness",
        heading=t("complete.heading"),
        columns=[
            Column("source", t("source")),
            Column("stream", t("complete.stream")),
            Column("there", t("complete.there"), "number"),
            Column("here", t("complete.here"), "number"),
            Column("hidden", t("complete.hidden"), "number"),
            Column("absent", t("complete.absent"), "number"),
        ],
        rows=[_stream(one, asked) for one in values.completeness],
        empty=t("complete.none"),
    )
    return only_told(table, "hidden", "absent")


def _stream(one: Completeness, asked: Asked) -> Row:
    number = asked.speech.number
    differs = asked.t("complete.differs", parts=asked.speech.joined(one.parts)) if one.parts else ""
    return Row(
        [
            _label(one.source, asked),
            Cell(one.stream, one.stream, warn=differs),
            Cell(one.there, number(one.there)),
            Cell(one.here, number(one.here)),
            Cell(one.hidden, number(one.hidden) if one.hidden else ""),
            Cell(one.absent, number(one.absent) if one.absent else ""),
        ],
        stale=one.source in asked.stale,
    )


# --- what each credential reaches


def _sights(values: SourcesPage, asked: Asked) -> Table:
    t = asked.t
    table = Table(
        anchor="credentials",
        heading=t("sight.heading"),
        columns=[
            Column("source", t("source")),
            Column("tenant", t("sight.tenant")),
            Column("projects", t("sight.projects")),
            Column("expires", t("sight.expires"), "day"),
        ],
        rows=[_sight(one, asked) for one in values.sights],
        empty=t("sources.none"),
    )
    return only_told(table, "expires")


def _sight(one: Sight, asked: Asked) -> Row:
    tenants, projects = asked.speech.joined(one.tenants), asked.speech.joined(one.projects[:_NAMED])
    count = len(one.projects)
    more = asked.t("sight.more", count=count - _NAMED) if count > _NAMED else ""
    return Row(
        [
            _label(one.source, asked),
            Cell(tenants, tenants or asked.t("sight.unknown")),
            Cell(count, asked.speech.number(count) if count else "", notes=[projects, more]),
            _expires(one, asked),
        ]
    )


def _expires(one: Sight, asked: Asked) -> Cell:
    ends, today = one.expires_on, asked.moment.today
    warn = ""
    if ends and ends < today:
        warn = asked.t("sight.ended")
    elif ends and ends <= today + _ENDS_SOON:
        warn = asked.t("sight.ends_soon")
    return Cell(ends, asked.speech.day(ends), warn=warn)


# --- the last runs


def _runs(values: SourcesPage, asked: Asked) -> Table:
    t = asked.t
    return Table(
        anchor="runs",
        heading=t("runs.heading"),
        columns=[
            Column("started", t("runs.started"), "instant"),
            Column("outcome", t("runs.outcome")),
            Column("requests", t("runs.requests"), "number"),
            Column("records", t("runs.records"), "number"),
            Column("changed", t("runs.changed"), "number"),
        ],
        rows=[_run(one, asked) for one in values.runs],
        empty=t("runs.none"),
    )


def _run(one: Run, asked: Asked) -> Row:
    number = asked.speech.number
    outcome = one.outcome if one.outcome in _OUTCOMES else "stopped"
    return Row(
        [
            Cell(one.started_at, asked.speech.at(one.started_at)),
            Cell(outcome, asked.t(f"runs.{outcome}"), tone=_OUTCOMES[outcome], notes=[one.error]),
            Cell(one.requests, number(one.requests)),
            Cell(one.records, number(one.records)),
            Cell(one.changed, number(one.changed)),
        ],
        group=_label(one.source, asked).text,
    )


SOURCES = PageKind("sources", _PATH, read_sources_page, show, frozenset({"source", "page"}))
