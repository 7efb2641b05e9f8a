"""What the rules cost: `python -m bench.rules [--items N] [--open N] [--rounds N]`. The last line is one JSON object.

- `rules_1m_s`: the whole library, once, over a SQLite database of `--items` items (a million), `--open` of them open
  (50,000), as `evaluate` does it every minute: findings with all their facts. Median of the rounds. A pass waits for
  nothing but the machine: on a busy one the CPU that it took, told above the table, says more.
- `rules_10m_open_ratio`: that time over the time for a tenth of the items with as many open ones. It is 1 where the
  cost grows with what is open, and 10 where it grows with all there is. `--items 10000000 --open 50000` compares ten
  million with one; that takes a quarter of an hour.
- `working_time_us`: microseconds for the working time between two instants, on a calendar as the hub makes it.
- `backtest_s`: a back-test over 90 days, asked every hour, of 10,000 items that are milestones too and have 2.4 changes
  each: reading, walking back, asking and counting messages, for the slowest of `BACKTESTED`. Median of the rounds.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from sqlalchemy import Engine

from alerts.backtest import heard
from alerts.routing import read_people
from bench.many_items import NOW, Firm, build
from bench.past_items import build as build_past
from config.settings import CalendarSettings, PersonSettings, Route, Settings
from rules.backtest import Budget, backtest, hourly
from rules.evaluate import evaluate
from rules.load import load_rules
from rules.moment import Moment
from rules.rule import Rule
from rules.working_time import WorkingTime, calendars
from unify.engine import open_engine

PAIRS = 100_000
PAST_ITEMS = 10_000
PAST = timedelta(days=90)
BACKTESTED = ("milestone-overdue", "milestone-slipped", "milestone-due-soon")

SETTINGS = Settings(
    coordinator="may",
    people={"may": PersonSettings(name="May Chan", email="may@acme.example")},
    routes=(Route(to=("email:bd", "email:coordinator")),),
    calendars={"mainland": CalendarSettings(holidays="CN", hours=("09:00-12:00", "13:00-18:00"))},
)

Times = Mapping[str, float]
"""Seconds by rule, and "all" for the pass as a whole; findings are counted beside."""


def working_time_us(calendar: WorkingTime, rounds: int) -> float:
    """Of one difference: instants are made before, and the loop around it is taken off."""
    chance = random.Random(20261124)
    pairs = [(NOW - timedelta(seconds=chance.randrange(10**8)), NOW) for _ in range(PAIRS)]
    return median(_timed(calendar, pairs) for _ in range(rounds)) / PAIRS * 1e6


def _timed(calendar: WorkingTime, pairs: Sequence[tuple[datetime, datetime]]) -> float:
    between = calendar.between
    started = perf_counter()
    for a, b in pairs:
        between(a, b)
    worked = perf_counter()
    for _a, _b in pairs:
        pass
    return worked - started - (perf_counter() - worked)


def measure(
    firm: Firm, rules: Sequence[Rule], moment: Moment, folder: Path, rounds: int
) -> tuple[Times, dict[str, int]]:
    """Seconds of a pass and of each rule alone, medians; and what each of them finds."""
    path = folder / f"{firm.items}.db"
    started = perf_counter()
    build(path, firm).dispose()
    made_s, size_mb = perf_counter() - started, path.stat().st_size >> 20
    print(f"{firm.items} items, {firm.open} open: made in {made_s:.0f} s, {size_mb} MB", flush=True)
    reader = open_engine(f"sqlite:///{path}", read_only=True)
    try:
        _pass(reader, rules, moment)  # the hub's passes are warm: one a minute
        used = process_time()
        whole = [_pass(reader, rules, moment) for _ in range(rounds)]
        print(f"a pass: {(process_time() - used) / rounds:.2f} s of CPU", flush=True)
        alone = {rule.id: [_pass(reader, [rule], moment)[0] for _ in range(rounds)] for rule in rules}
    finally:
        reader.dispose()
        path.unlink()
    found = whole[0][1]
    return {rule: median(times) for rule, times in alone.items()} | {"all": median(time for time, _ in whole)}, found


def _pass(reader: Engine, rules: Sequence[Rule], moment: Moment) -> tuple[float, dict[str, int]]:
    started = perf_counter()
    outcomes = evaluate(reader, rules, moment)
    took = perf_counter() - started
    failed = [f"{outcome.rule.id}: {outcome.error}" for outcome in outcomes if outcome.error]
    if failed:
        raise SystemExit(f"a rule that is measured failed: {failed[0]}")
    return took, {outcome.rule.id: len(outcome.findings) for outcome in outcomes}


def backtests(rules: Sequence[Rule], moment: Moment, items: int, folder: Path, rounds: int) -> Times:
    """Seconds of a back-test by rule, medians; what each of them would have raised is printed."""
    path = folder / "past.db"
    build_past(path, items).dispose()
    reader = open_engine(f"sqlite:///{path}", read_only=True)
    times: dict[str, float] = {}
    try:
        for rule in rules:
            if rule.id in BACKTESTED:
                taken = [_backtest(reader, rule, moment) for _ in range(rounds)]
                times[rule.id] = median(time for time, _ in taken)
                print(f"{rule.id:32}{taken[0][1]:9} alerts in {PAST.days} days{times[rule.id]:9.2f} s", flush=True)
    finally:
        reader.dispose()
    return times


def _backtest(reader: Engine, rule: Rule, moment: Moment) -> tuple[float, int]:
    started = perf_counter()
    ticks = hourly(SETTINGS, moment.calendars, moment.now - PAST, moment.now)
    with reader.connect() as connection:
        budget = Budget.of(PAST_ITEMS)
        tried = backtest(connection, rule, SETTINGS, ticks, budget)
        heard(tried, SETTINGS, read_people(connection, SETTINGS), budget)
    return perf_counter() - started, len(tried.raised)


def show(large: Times, small: Times, found: Mapping[str, int], firm: Firm) -> None:
    """The table: the slowest rule first."""
    print(f"\n{'rule':32}{'findings':>9}{f'{firm.items} items':>18}{'a tenth of them':>18}{'ratio':>7}")
    for rule in sorted(large, key=lambda rule: -large[rule]):
        shown = sum(found.values()) if rule == "all" else found[rule]
        print(f"{rule:32}{shown:9}{large[rule]:16.3f} s{small[rule]:16.3f} s{large[rule] / small[rule]:7.1f}")
    print()


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--open", type=int, help="default: one in twenty")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    if asked.open is not None and not 0 < asked.open <= asked.items // 10:
        parser.error("--open: at least one, at most a tenth of the items")
    firm = Firm(asked.items, asked.open or asked.items // 20)
    rules = load_rules(SETTINGS)
    known = calendars(SETTINGS, NOW)
    moment = Moment.of(SETTINGS, known, NOW)
    difference_us = working_time_us(known["default"], asked.rounds)
    with tempfile.TemporaryDirectory() as name:
        small, _ = measure(Firm(firm.items // 10, firm.open), rules, moment, Path(name), asked.rounds)
        large, found = measure(firm, rules, moment, Path(name), asked.rounds)
        show(large, small, found, firm)
        past = backtests(rules, moment, min(PAST_ITEMS, firm.items // 10), Path(name), asked.rounds)
    print(f"working time between two instants: {difference_us:.2f} us")
    figures = {
        "rules_1m_s": round(large["all"], 3),
        "rules_10m_open_ratio": round(large["all"] / small["all"], 2),
        "working_time_us": round(difference_us, 2),
        "backtest_s": round(max(past.values()), 2),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
