"""A board of three cards for tests: one late, two done."""

from collections.abc import Callable

from connectors.trello import Trello
from sandbox.plan import Move, Plan
from sandbox.trello import TrelloSandbox
from tests.factories import at, item, message, plan, project

Connect = Callable[..., Trello]

UAT = item(
    "UAT sign-off",
    "doing",
    milestone=True,
    assignee="lee",
    reporter="may",
    due=at("2026-11-20 18:00"),
    moves=(Move(at("2026-11-10 11:00"), "may", at("2026-11-13 18:00"), at("2026-11-20 18:00")),),
    messages=(message("lee", "2026-11-12 15:00", "Two cases are left."),),
)
PRINTER = item("Printer driver", "done", done_at=at("2026-11-06 17:00"), assignee="lee")
OLD = item("Kick-off", "done", done_at=at("2026-11-03 17:00"), due=at("2026-11-03 18:00"))


def firm() -> Plan:
    """One board, three cards, and those who work on them."""
    return plan(project("trello", [UAT, PRINTER, OLD], members=("may", "lee")))


def board_of(sandbox: TrelloSandbox) -> str:
    """The id of its board."""
    return next(iter(sandbox.state.boards))


def calls(sandbox: TrelloSandbox) -> list[str]:
    """Method and path of every request so far, which are then forgotten."""
    made = [f"{seen.method} {seen.path}" for seen in sandbox.app.log]
    sandbox.app.log.clear()
    return made
