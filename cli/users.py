"""The commands `milepost users …`: who may sign in to the report.

Imports stand inside the commands, for the reason that `cli.main` gives.
"""

from typing import Annotated

import typer

from cli.options import DEFAULT_CONFIG, AsJson, Config

users_app = typer.Typer(no_args_is_help=True, help="The accounts of those who read the report.")

Name = Annotated[str, typer.Argument(help="A name under [people].")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@users_app.command("add")
def users_add(name: Name, config: Config = DEFAULT_CONFIG, password_stdin: FromStdin = False) -> None:
    """Give somebody an account; asks for the password twice.

    Example: milepost users add marco
    """
    from cli.logins import add_login

    raise typer.Exit(add_login(config, name, from_stdin=password_stdin))


@users_app.command("password")
def users_password(name: Name, config: Config = DEFAULT_CONFIG, password_stdin: FromStdin = False) -> None:
    """Give somebody another password, and sign them out everywhere.

    Example: milepost users password marco
    """
    from cli.logins import change_login

    raise typer.Exit(change_login(config, name, from_stdin=password_stdin))


@users_app.command("remove")
def users_remove(name: Name, config: Config = DEFAULT_CONFIG) -> None:
    """Take somebody's account away, and sign them out everywhere.

    Example: milepost users remove marco
    """
    from cli.logins import remove_login

    raise typer.Exit(remove_login(config, name))


@users_app.command("sign-out")
def users_sign_out(name: Name, config: Config = DEFAULT_CONFIG) -> None:
    """Sign somebody out everywhere: a phone was lost.

    Example: milepost users sign-out marco
    """
    from cli.logins import end_sessions

    raise typer.Exit(end_sessions(config, name))


@users_app.command("list")
def users_list(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Who may sign in, as what, and who has a password.

    Example: milepost users list
    """
    from cli.logins import show_logins

    raise typer.Exit(show_logins(config, as_json=as_json))


@users_app.command("log")
def users_log(
    config: Config = DEFAULT_CONFIG,
    who: Annotated[str, typer.Option(help="About this account alone.")] = "",
    last: Annotated[int, typer.Option(min=1, help="How many lines.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Who signed in, what became of accounts, and what was taken away as a file, the latest last.

    Example: milepost users log --who marco
    """
    from cli.logins import show_log

    raise typer.Exit(show_log(config, who, last, as_json=as_json))
