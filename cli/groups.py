"""The commands of two words: what the rules, alerts, deliveries and clients are, and what is to become of them.

Imports stand inside the commands, for the reason that `cli.main` gives.
"""

from typing import Annotated

import typer

from cli.options import DEFAULT_CONFIG, AsJson, Config

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
    as_json: AsJson = False,
) -> None:
    """What fires, for whom, since when.

    Example: milepost alerts list
    """
    from cli.show_alerts import show_alerts

    raise typer.Exit(show_alerts(config, everything=everything, as_json=as_json))


@alerts_app.command("show")
def alerts_show(
    item: Annotated[
        str, typer.Argument(help="What it is about: its key (NFA-24), address or name; or the alert's fingerprint.")
    ],
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
