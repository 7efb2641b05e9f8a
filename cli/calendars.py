"""The commands `milepost calendar …`: when offices were closed out of turn.

Imports stand inside the commands, for the reason that `cli.main` gives.
"""

from typing import Annotated

import typer

from cli.options import DEFAULT_CONFIG, AsJson, Config

calendar_app = typer.Typer(no_args_is_help=True, help="Closures: a typhoon, black rain, when no clock runs.")

By = Annotated[str, typer.Option(help="Who records it (a name under [people]).")]


@calendar_app.command("close")
def calendar_close(
    begins: Annotated[str, typer.Argument(metavar="FROM", help="When the office closed, in local time.")],
    ends: Annotated[str, typer.Argument(metavar="TO", help="When it opened again.")],
    region: Annotated[str, typer.Option(help="Whose offices: HK, CN, or the `region` of a calendar.")],
    reason: Annotated[str, typer.Option(help="Why: those who are told read it.")],
    config: Config = DEFAULT_CONFIG,
    by: By = "",
) -> None:
    """Stop the clocks of a region while its offices are closed; also afterwards.

    Example: milepost calendar close "2026-09-08 17:00" "2026-09-09 15:00" --region HK --reason "typhoon 8"
    """
    from cli.closures import record_closure

    raise typer.Exit(record_closure(config, begins, ends, region, reason, by))


@calendar_app.command("open")
def calendar_open(
    number: Annotated[int, typer.Argument(help="The closure's number; see `calendar list`.")],
    config: Config = DEFAULT_CONFIG,
    by: By = "",
) -> None:
    """Take back a closure that was entered wrongly: its hours count again.

    Example: milepost calendar open 3
    """
    from cli.closures import lift_closure

    raise typer.Exit(lift_closure(config, number, by))


@calendar_app.command("list")
def calendar_list(
    config: Config = DEFAULT_CONFIG,
    everything: Annotated[bool, typer.Option("--all", help="Those that were taken back too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Every closure: where, from when to when, why, and who entered it.

    Example: milepost calendar list
    """
    from cli.closures import show_closures

    raise typer.Exit(show_closures(config, everything=everything, as_json=as_json))
