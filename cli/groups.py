"""The commands of two words: what the rules, alerts, deliveries and clients are, and what is to become of them.

Imports stand inside the commands, for the reason that `cli.main` gives.
"""

from typing import Annotated

import typer

from cli.options import DEFAULT_CONFIG, AsJson, Config

Alert = Annotated[
    str, typer.Argument(help="What it is about: its key (NFA-24, or as listed), address or name; or a fingerprint.")
]
By = Annotated[str, typer.Option(help="Who decides it: a name under [people]; without, this machine's user.")]
Until = Annotated[str, typer.Option(help="The end: 2026-11-30 (when work begins), or 2026-11-30 14:00.")]
Yes = Annotated[bool, typer.Option("--yes", help="Take it over where another person has it, without asking.")]
For = Annotated[str, typer.Option("--for", help="How long: 3wd (till work begins on that working day), 4h, 7d.")]

rules_app = typer.Typer(no_args_is_help=True, help="The rules: what they say, and what they would say.")
alerts_app = typer.Typer(no_args_is_help=True, help="What fires now, and what became of it.")
deliveries_app = typer.Typer(no_args_is_help=True, help="Messages and comments on their way.")
clients_app = typer.Typer(no_args_is_help=True, help="Which projects and people belong to whom.")


@rules_app.command("list")
def rules_list(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Every rule that is on: what it looks at, and its params.

    Example: milepost rules list
    """
    from cli.show_rules import show_rules

    raise typer.Exit(show_rules(config, as_json=as_json))


@rules_app.command("check")
def rules_check(config: Config = DEFAULT_CONFIG) -> None:
    """Read every rule and run its examples.

    Example: milepost rules check
    """
    from cli.show_rules import check_rules

    raise typer.Exit(check_rules(config))


@rules_app.command("try")
def rules_try(
    rule: Annotated[str, typer.Argument(help="A rule's id, also of one that is off; or a YAML file with rules.")],
    config: Config = DEFAULT_CONFIG,
    since: Annotated[str, typer.Option(help="Try it on the past: 90d. Without, on what stands now.")] = "",
    as_json: AsJson = False,
) -> None:
    """What a rule would say, now or over the past days, and to whom; nothing is sent, and no alert is kept.

    Example: milepost rules try milestone-overdue --since 90d
    """
    from cli.try_rule import try_rules

    raise typer.Exit(try_rules(config, rule, since, as_json=as_json))


@alerts_app.command("list")
def alerts_list(
    config: Config = DEFAULT_CONFIG,
    everything: Annotated[bool, typer.Option("--all", help="Resolved ones too.")] = False,
    client: Annotated[str, typer.Option(help="Of this client alone, by any of its names.")] = "",
    person: Annotated[str, typer.Option("--for", help="For this person to act on alone, by name.")] = "",
    as_json: AsJson = False,
) -> None:
    """What fires, for whom, since when; the last column is what the other commands take.

    Example: milepost alerts list --for sandy
    """
    from cli.show_alerts import show_alerts

    raise typer.Exit(show_alerts(config, everything=everything, client=client, person=person, as_json=as_json))


@alerts_app.command("show")
def alerts_show(
    item: Alert,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """One alert: how it came to its state, who was told when.

    Example: milepost alerts show NFA-24
    """
    from cli.show_alerts import show_alert

    raise typer.Exit(show_alert(config, item, as_json=as_json))


@alerts_app.command("adopt")
def alerts_adopt(
    newer_than: Annotated[str, typer.Option(help="Take on what turned wrong in this time: 90d.")],
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Tell the BD managers too of what was already wrong at the first look.

    Example: milepost alerts adopt --newer-than 90d
    """
    from cli.decide import adopt

    raise typer.Exit(adopt(config, newer_than))


@alerts_app.command("ack")
def alerts_ack(
    item: Alert,
    config: Config = DEFAULT_CONFIG,
    by: By = "",
    reason: Annotated[str, typer.Option(help="What is being done about it.")] = "",
    yes: Yes = False,
) -> None:
    """Take an alert: it is not told again, unless it becomes worse or nothing is done about it for two working days.

    Example: milepost alerts ack NFA-24 --by marco
    """
    from cli.hands import take

    raise typer.Exit(take(config, item, by, reason, yes=yes))


@alerts_app.command("snooze")
def alerts_snooze(
    item: Alert,
    config: Config = DEFAULT_CONFIG,
    by: By = "",
    until: Until = "",
    for_: For = "",
    until_moved: Annotated[bool, typer.Option("--until-moved", help="Until its due date moves.")] = False,
    reason: Annotated[str, typer.Option(help="Why it can wait.")] = "",
    yes: Yes = False,
) -> None:
    """Put an alert off: nobody is told of it till then, unless it becomes worse.

    Example: milepost alerts snooze NFA-24 --by marco --for 3wd
    """
    from cli.hands import put_off

    raise typer.Exit(put_off(config, item, by, reason, end=until, span=for_, moved=until_moved, yes=yes))


@alerts_app.command("release")
def alerts_release(item: Alert, config: Config = DEFAULT_CONFIG, by: By = "") -> None:
    """Hand an alert back that somebody has: it fires again.

    Example: milepost alerts release NFA-24 --by marco
    """
    from cli.hands import hand_back

    raise typer.Exit(hand_back(config, item, by))


@alerts_app.command("silence")
def alerts_silence(
    reason: Annotated[str, typer.Option(help="Why: whoever misses a message reads it.")],
    config: Config = DEFAULT_CONFIG,
    rule: Annotated[str | None, typer.Option(help="Alerts of this rule.")] = None,
    client: Annotated[str | None, typer.Option(help="Of this client, by the name in the settings.")] = None,
    source: Annotated[str | None, typer.Option(help="From this source.")] = None,
    item: Annotated[str | None, typer.Option(help="About this: its key, address or name.")] = None,
    by: By = "",
    until: Until = "",
    for_: For = "",
) -> None:
    """Tell nobody of certain alerts for a time; they stay, and are told afterwards if they still hold.

    Example: milepost alerts silence --rule milestone-overdue --client kite --for 3wd --reason "new plan"
    """
    from alerts.silences import Match
    from cli.hands import hush

    raise typer.Exit(hush(config, Match(rule, client, source, item), by, reason, end=until, span=for_))


@alerts_app.command("unsilence")
def alerts_unsilence(
    number: Annotated[int, typer.Argument(help="The silence's number; see `alerts silences`.")],
    config: Config = DEFAULT_CONFIG,
    by: By = "",
) -> None:
    """End a silence before its time.

    Example: milepost alerts unsilence 3 --by marco
    """
    from cli.hands import unhush

    raise typer.Exit(unhush(config, number, by))


@alerts_app.command("silences")
def alerts_silences(
    config: Config = DEFAULT_CONFIG,
    everything: Annotated[bool, typer.Option("--all", help="Those that are over too.")] = False,
    as_json: AsJson = False,
) -> None:
    """What is silenced: until when, why, and by whom.

    Example: milepost alerts silences
    """
    from cli.hands import show_silences

    raise typer.Exit(show_silences(config, everything=everything, as_json=as_json))


@deliveries_app.command("list")
def deliveries_list(
    config: Config = DEFAULT_CONFIG,
    everything: Annotated[bool, typer.Option("--all", help="Sent ones too.")] = False,
    as_json: AsJson = False,
) -> None:
    """What waits and what is parked, and why.

    Example: milepost deliveries list
    """
    from cli.show_alerts import show_deliveries

    raise typer.Exit(show_deliveries(config, everything=everything, as_json=as_json))


@deliveries_app.command("retry")
def deliveries_retry(
    numbers: Annotated[list[int] | None, typer.Argument(help="Their numbers; see `deliveries list`.")] = None,
    channel: Annotated[str, typer.Option(help="All that this channel could not deliver.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="All that is parked.")] = False,
    config: Config = DEFAULT_CONFIG,
) -> None:
    """Send parked deliveries again.

    Example: milepost deliveries retry --channel bd_slack
    """
    from cli.decide import retry_deliveries

    raise typer.Exit(retry_deliveries(config, numbers or (), channel, everything=everything))


@clients_app.command("suggest")
def clients_suggest(config: Config = DEFAULT_CONFIG) -> None:
    """Print ready lines for the settings, with the evidence, for what belongs to nobody yet.

    Example: milepost clients suggest
    """
    from cli.show import suggest_clients

    raise typer.Exit(suggest_clients(config))
