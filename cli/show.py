"""Commands that only look: `status`, `clients suggest`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, func, select

from cli.coming import in_words, read_coming
from cli.exit_codes import FAILED, OK
from cli.findings import expiry
from cli.heartbeat import read_unheard
from cli.opening import open_hub
from cli.sockets import button_findings
from cli.talk import answer, local, print_json, print_table, waiting
from config.language import ago
from config.settings import Settings
from rules.indicators.closing import read_closing
from rules.indicators.months import read_failed
from rules.moment import Moment
from rules.stopped import read_stopped
from rules.working_time import provisional_warnings
from unify import tables
from unify.derived import table_of
from unify.doubts import names_of
from unify.freshness import Freshness, read_freshness
from unify.suggest import as_toml, suggest
from unify.tallies import read_tallies

_ALERT = table_of(tables.Alert)
_EVENT = table_of(tables.AlertEvent)
_DELIVERY = table_of(tables.Delivery)
_TOLD = table_of(tables.DeliveryAlert)
_PROBLEM = table_of(tables.MappingProblem)
_RUN = table_of(tables.SyncRun)
_ACCOUNT = table_of(tables.Account)
_SHOWN = 20
"""Problems listed for people; `--json` has them all."""


def show_status(config: Path, *, as_json: bool) -> int:
    """Freshness, problems, unknown people, the outbox. Code 1 where something needs a person."""
    with open_hub(config) as hub, hub.reader.connect() as connection:
        now, owed = hub.clock(), read_coming(hub)
        found: dict[str, Any] = {
            "sources": [_source(connection, row) for row in read_freshness(connection, hub.settings, now).values()],
            "last_runs": _rows(connection, select(_RUN).where(_RUN.c.id.in_(_last_runs()))),
            "credentials": _credentials(hub.settings, now),
            "provisional": provisional_warnings(hub.moment().calendars, now.astimezone(hub.settings.zone).date()),
            "mapping_problems": _rows(connection, select(_PROBLEM).order_by(*_PROBLEM.primary_key)),
            "unknown_people": _rows(
                connection,
                select(_ACCOUNT.c.key, _ACCOUNT.c.name).where(_ACCOUNT.c.side == "unknown").order_by(_ACCOUNT.c.key),
            ),
            "outbox": {
                row.state: row.deliveries
                for row in connection.execute(
                    select(_DELIVERY.c.state, func.count().label("deliveries")).group_by(_DELIVERY.c.state)
                )
            },
            "stopped_rules": [{"rule": rule} | asdict(one) for rule, one in read_stopped(connection).items()],
            "indicators": _indicators(connection, hub.moment()),
            "heartbeat": _heartbeat(connection, hub.settings),
            "buttons": [asdict(one) for one in button_findings(connection, hub.settings, hub.wall())],
            "coming": [asdict(one) for one in owed],
        }
        if as_json:
            print_json(found)
        else:
            _print_status(found, hub.settings)
            for line in in_words(owed, hub):
                answer.print(line)
        needs_a_person = (
            any(row["stale"] or row["error"] or row["doubts"] for row in found["sources"])
            or any(row["level"] == "wrong" for row in found["credentials"])
            or found["outbox"].get("parked")
            or found["stopped_rules"]
            or found["indicators"]["failed"]
        )
        return FAILED if needs_a_person else OK


def _credentials(settings: Settings, now: datetime) -> list[dict[str, Any]]:
    """Those that end within two weeks, and those that have ended, as far as the settings tell."""
    today = now.astimezone(settings.zone).date()
    found = ((source, expiry(source, today)) for source in settings.sources.values())
    return [
        {"source": source.name, "expires": source.expires, "level": ending.level, "text": str(ending)}
        for source, ending in found
        if ending and ending.level != "ok"
    ]


def _print_status(found: Mapping[str, Any], settings: Settings) -> None:
    print_table(
        ("source", "tool", "last read", "state", "could not be read"),
        (
            (
                row["source"],
                row["kind"],
                ago(settings.language, row["age"]) if row["age"] is not None else "never",
                _state(row, settings),
                row["problems"] or "",
            )
            for row in found["sources"]
        ),
        "no source is configured: milepost init",
    )
    for row in found["credentials"]:
        answer.print(f"\n{row['text']}")
    for row in found["buttons"]:
        answer.print(f"\n{row['what']}: {row['text']}")
    for line in found["provisional"]:
        answer.print(f"\n{line}")
    _print_doubts(found["sources"], settings)
    _print_incomplete(found["sources"], settings)
    if found["stopped_rules"]:
        answer.print("\nrules that cannot be asked; alerts that they raised before stay as they are:")
        print_table(
            ("rule", "since", "why"),
            ((row["rule"], local(row["since"], settings.zone), row["reason"]) for row in found["stopped_rules"]),
            "",
        )
    if unheard := found["heartbeat"]:
        answer.print(f"\nno heartbeat since {local(unheard['since'], settings.zone)}: {unheard['reason']}")
    _print_indicators(found["indicators"], settings)
    problems = found["mapping_problems"]
    if problems:
        answer.print(f"\nfields that could not be read: {len(problems)}")
        print_table(
            ("source", "record", "field", "why", "what stood there"),
            (
                (row["source"], f"{row['stream']}/{row['vendor_id']}", row["field"], row["reason"], row["value"])
                for row in problems[:_SHOWN]
            ),
            "",
        )
    unknown = found["unknown_people"]
    if unknown:
        answer.print(
            f"\naccounts that are neither ours nor a client's, whose comments start and stop no clock: {len(unknown)}"
        )
        answer.print("`milepost clients suggest` prints the lines to paste.")
    outbox = found["outbox"]
    answer.print(f"\nmessages: {waiting(outbox.get('waiting', 0), outbox.get('parked', 0))}")


def _heartbeat(connection: Connection, settings: Settings) -> dict[str, Any] | None:
    """Why it does not arrive; None: it does, or there is none to call."""
    unheard = read_unheard(connection) if settings.heartbeat_url is not None else None
    return asdict(unheard) if unheard else None


def _indicators(connection: Connection, moment: Moment) -> dict[str, Any]:
    """Why they could not be reckoned, and which months wait for which sources."""
    failed, waiting = read_failed(connection), read_closing(connection, moment).waiting
    return {
        "failed": asdict(failed) if failed else None,
        "waiting": [{"month": f"{last_on:%Y-%m}", "sources": names} for last_on, names in waiting.items()],
    }


def _print_indicators(found: Mapping[str, Any], settings: Settings) -> None:
    if failed := found["failed"]:
        since = local(failed["since"], settings.zone)
        answer.print(f"\nthe indicators cannot be reckoned since {since}, and stay as they are: {failed['reason']}")
    for one in found["waiting"]:
        sources = ", ".join(one["sources"])
        answer.print(f"\nthe figures of {one['month']} are not closed yet, until these are read: {sources}")


def _source(connection: Connection, fresh: Freshness) -> dict[str, Any]:
    """How fresh a source is; what is doubted, with the names of examples."""
    doubts = [
        {**asdict(doubt), "what": str(doubt), "examples": names_of(connection, fresh.source, doubt)}
        for doubt in fresh.doubts
    ]
    tallies = read_tallies(connection, fresh.source).values()
    incomplete = [{**asdict(one), "difference": one.difference} for one in tallies if one.is_incomplete]
    return {**asdict(fresh), "doubts": doubts, "incomplete": incomplete}


def _print_doubts(sources: Sequence[Mapping[str, Any]], settings: Settings) -> None:
    """What is missing at a source and was kept, and how it is let go."""
    for row in sources:
        if not row["doubts"]:
            continue
        answer.print(f"\nmissing in {row['source']}, and kept: too much to have been deleted, rather a lost permission")
        print_table(
            ("missing", "among them", "since"),
            ((one["what"], "; ".join(one["examples"]), local(one["since"], settings.zone)) for one in row["doubts"]),
            "",
        )
        answer.print(
            "Give the account its permission back, and they stay. If they are gone for good: "
            f"`milepost sync {row['source']} --accept-deletions`."
        )


def _print_incomplete(sources: Sequence[Mapping[str, Any]], settings: Settings) -> None:
    """Where a source has more, or less, than is here; ids where they are known."""
    rows = [
        (
            row["source"],
            f"{one['stream']} of {one['part']}" if one["part"] else one["stream"],
            f"{one['difference']:+} there" if one["differs_since"] else "",
            local(one["differs_since"], settings.zone),
            _some(one["absent"]) + (" (read again, in vain)" if one["is_read_again"] else ""),
        )
        for row in sources
        for one in row["incomplete"]
    ]
    if rows:
        answer.print("\nnot the same there and here; each day's comparison mends what it can:")
        print_table(("source", "of", "counted", "since", "listed there, and not here"), rows, "")


def _some(ids: Sequence[str]) -> str:
    return ", ".join(ids[:_SHOWN]) + (f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else "")


def _state(row: Mapping[str, Any], settings: Settings) -> str:
    """What is wrong with a source, and when it is asked again where that is later than usual."""
    state = str(row["error"] or _age(row))
    broken = row["broken"]
    if broken and broken["failures"] > 1:
        again = broken["until"].astimezone(settings.zone)
        state += f" ({broken['failures']} times in a row; asked again from {again:%d %b %H:%M}, or by `milepost sync`)"
    return state


def _age(row: Mapping[str, Any]) -> str:
    if row["read_at"] is None:
        return "not read yet: milepost sync"
    return "old data" if row["stale"] else "fine"


def _last_runs() -> Select[tuple[int]]:
    return select(func.max(_RUN.c.id)).group_by(_RUN.c.source)


def suggest_clients(config: Path) -> int:
    """Ready lines for what belongs to nobody."""
    with open_hub(config) as hub, hub.reader.connect() as connection:
        suggestions = suggest(connection, hub.settings)
        read = read_freshness(connection, hub.settings, hub.clock()).values()
        if suggestions:
            answer.print(f"# For {config.name}: take the lines that are true, drop the rest; then `milepost check`.\n")
            answer.print(as_toml(suggestions, hub.settings), end="")
        elif any(source.read_at for source in read):
            answer.print("# everything belongs to somebody")
        else:
            answer.print("# nothing was read yet: milepost sync")
    return OK


def _rows(connection: Connection, statement: Select[Any]) -> Sequence[dict[str, Any]]:
    return [dict(row) for row in connection.execute(statement).mappings()]
