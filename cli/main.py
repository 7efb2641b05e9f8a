"""The `milepost` command: parse, call, print. What a command does stands in the module it calls.

Commands of two words (`alerts list`) stand in `cli.groups`.

Exit codes: 0 fine (alerts may be firing), 1 a source, rule, delivery or mapping of ours failed, 2 wrong usage or
config. Standard output is the answer, standard error the talk. Imports stand inside the commands, so that `--help`
and `--version` load neither the vendors' SDKs nor the database.
"""

import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from cli.calendars import calendar_app
from cli.exit_codes import OK
from cli.groups import alerts_app, clients_app, deliveries_app, rules_app
from cli.logs import log_as_talk
from cli.options import DEFAULT_CONFIG, AsJson, Config
from cli.users import users_app

app = typer.Typer(
    name="milepost",
    help="Which promise breaks, which client waits: one view of your tools and CRM, and the alerts from it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(rules_app, name="rules")
app.add_typer(alerts_app, name="alerts")
app.add_typer(deliveries_app, name="deliveries")
app.add_typer(clients_app, name="clients")
app.add_typer(calendar_app, name="calendar")
app.add_typer(users_app, name="users")

Sources = Annotated[list[str] | None, typer.Argument(help="Names under [sources]; none: all.")]


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The console script; `arguments` are those of the process unless given.

    Mistakes that a person can mend end in their own words and code, never in a traceback.
    """
    try:
        log_as_talk()
        app(arguments)
    except Exception as error:  # noqa: BLE001  the last place that can turn a failure into words
        from cli.failures import explain

        sys.exit(explain(error))
    sys.exit(OK)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"milepost {version('milepost')}")
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options of every command."""


@app.command()
def init(
    config: Config = DEFAULT_CONFIG,
    non_interactive: Annotated[bool, typer.Option(help="Write a commented example and ask nothing.")] = False,
) -> None:
    """Write a settings file: asks, tests each connection, and saves.

    Example: milepost init
    """
    from cli.init import write_settings

    raise typer.Exit(write_settings(config, ask=not non_interactive))


@app.command()
def check(
    config: Config = DEFAULT_CONFIG,
    send: Annotated[str, typer.Option(metavar="CHANNEL", help="Also send a test message by this channel.")] = "",
) -> None:
    """Test the settings, every credential and every rule; change nothing.

    Example: milepost check --send email
    """
    from cli.check import check_everything

    raise typer.Exit(check_everything(config, send))


@app.command()
def sync(
    sources: Sources = None,
    config: Config = DEFAULT_CONFIG,
    full: Annotated[bool, typer.Option(help="Read everything again and look for what was deleted.")] = False,
    accept_deletions: Annotated[
        bool, typer.Option("--accept-deletions", help="Let go, this once, what `status` says is missing and was kept.")
    ] = False,
) -> None:
    """Read what changed in the tools into the database.

    Example: milepost sync delivery
    """
    from cli.work import sync_now

    raise typer.Exit(sync_now(config, sources or [], full=full, accept_deletions=accept_deletions))


@app.command()
def remap(sources: Sources = None, config: Config = DEFAULT_CONFIG) -> None:
    """Map what is stored again, without a request: after a change of words, labels or fields.

    Example: milepost remap
    """
    from cli.work import remap_now

    raise typer.Exit(remap_now(config, sources or []))


@app.command()
def run(
    config: Config = DEFAULT_CONFIG,
    dry_run: Annotated[bool, typer.Option(help="Print every message and comment; send none.")] = False,
) -> None:
    """One round: sync, evaluate the rules, deliver.

    Example: milepost run --dry-run
    """
    from cli.work import run_once

    raise typer.Exit(run_once(config, dry_run=dry_run))


@app.command()
def serve(
    config: Config = DEFAULT_CONFIG,
    host: Annotated[str, typer.Option(help="Another one needs [sign_in]: docs/sign-in.md.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8080,
) -> None:
    """Keep everything in step in the background and serve the report.

    Example: milepost serve --port 8080
    """
    from cli.serve import serve_forever

    raise typer.Exit(serve_forever(config, host, port))


@app.command()
def status(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """How fresh each source is, what could not be read, what is on its way.

    Example: milepost status --json
    """
    from cli.show import show_status

    raise typer.Exit(show_status(config, as_json=as_json))


@app.command()
def why(
    item: Annotated[
        str, typer.Argument(help="What people call it: APP-88, an address, the name of a milestone, project or client.")
    ],
    config: Config = DEFAULT_CONFIG,
    everything: Annotated[
        bool, typer.Option("--all", help="Every clock, and the rules that look at other things.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Why somebody was told about it, or heard nothing: every rule, what it read, the clock, who was told when.

    Example: milepost why APP-88
    """
    from cli.why import show_why

    raise typer.Exit(show_why(config, item, everything=everything, as_json=as_json))


@app.command()
def report(
    config: Config = DEFAULT_CONFIG,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file to write; - is standard output. If not given, report.FORMAT."),
    ] = None,
    form: Annotated[str, typer.Option("--format", help="html, pdf, xlsx, csv, md or json.")] = "html",
    lang: Annotated[str, typer.Option(help="en, zh-Hant-HK or zh-Hans-CN; the settings' language if empty.")] = "",
    client: Annotated[str, typer.Option(help="Only this client (a name under [clients]).")] = "",
    bd: Annotated[str, typer.Option(help="Only the clients of this BD manager (a name under [people]).")] = "",
    month: Annotated[str, typer.Option(help="What is said by the month, of this one: 2026-10.")] = "",
    table: Annotated[str, typer.Option(help="Which table, for csv: portfolio/projects.")] = "",
) -> None:
    """Write the report to a file.

    Example: milepost report --bd marco -o marco.html
    """
    from cli.report import Wish, write_report

    raise typer.Exit(write_report(config, output, Wish(form, lang, client, bd, month, table)))


@app.command()
def feed(
    person: Annotated[str, typer.Argument(help="Whose (a name under [people]).")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Print the address of the calendar of somebody's promised days, for Outlook or Google to subscribe to.

    Whoever knows it reads it. `milepost users sign-out` takes it back.

    Example: milepost feed marco
    """
    from cli.feed import print_feed

    raise typer.Exit(print_feed(config, person))


@app.command()
def agree(
    item: Annotated[str, typer.Argument(help="The milestone: its key (APP-88), its address, or its name.")],
    on: Annotated[str, typer.Argument(metavar="DATE", help="The date the client accepted, 2026-11-30.")],
    ref: Annotated[str, typer.Option(help="Where that is on record: a mail, minutes, a change request.")],
    config: Config = DEFAULT_CONFIG,
    by: Annotated[str, typer.Option(help="Who records it (a name under [people]).")] = "",
) -> None:
    """Record a date that the client accepted for a milestone.

    Example: milepost agree APP-88 2026-11-30 --ref CR-012
    """
    from cli.decide import record_agreement

    raise typer.Exit(record_agreement(config, item, on, ref, by))


@app.command()
def answered(
    item: Annotated[str, typer.Argument(help="The feedback: its ticket number, its address, or its subject.")],
    at: Annotated[str, typer.Option(help="When, in local time: 2026-11-20 17:15.")],
    how: Annotated[str, typer.Option(help="By what: phone, WhatsApp, in person …")],
    config: Config = DEFAULT_CONFIG,
    by: Annotated[str, typer.Option(help="Who answered (a name under [people]).")] = "",
) -> None:
    """Record that a client was answered outside the tools.

    Example: milepost answered 4711 --at "2026-11-20 17:15" --how WhatsApp --by sandy
    """
    from cli.decide import record_answer

    raise typer.Exit(record_answer(config, item, at, how, by))


@app.command()
def forget(
    person: Annotated[str, typer.Argument(help="Their e-mail, whole name, or key (crm/contacts/151).")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Take somebody out of all that is kept, and say what that was: a contact, or who left the firm.

    Example: milepost forget sam@harbour.example
    """
    from cli.forget import forget_somebody

    raise typer.Exit(forget_somebody(config, person))


@app.command()
def backup(
    config: Config = DEFAULT_CONFIG,
    keep: Annotated[int, typer.Option(min=1, help="How many to keep; the oldest go.")] = 7,
) -> None:
    """Copy the database while all goes on, compare the copy with it, and keep it under `backups` beside it.

    Example: milepost backup --keep 14
    """
    from cli.backup import back_up_now

    raise typer.Exit(back_up_now(config, keep))


@app.command()
def doctor(config: Config = DEFAULT_CONFIG) -> None:
    """Look after everything that goes wrong in a year: database, clocks, credentials, freshness, backups.

    Example: milepost doctor
    """
    from cli.doctor import examine

    raise typer.Exit(examine(config))


@app.command()
def demo(
    once: Annotated[bool, typer.Option(help="One round, then stop.")] = False,
    out: Annotated[Path | None, typer.Option(help="Leave database, report and messages in this folder.")] = None,
    recorded: Annotated[Path | None, typer.Option(help="Serve these recorded answers in place of the firm.")] = None,
    port: Annotated[int, typer.Option(help="The report's port; 0: any free one.")] = 0,
) -> None:
    """The whole journey on this machine: an invented firm, its tools, its mail and Slack, the report.

    Example: milepost demo --once --out demo-out
    """
    from cli.demo import run_demo

    raise typer.Exit(run_demo(once=once, out=out, recorded=recorded, port=port))
