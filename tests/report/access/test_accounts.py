"""Accounts: who may have one, what each change does, and what the log says of it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from config.settings import PersonSettings, Settings
from report.access import accounts
from report.access.accounts import LOGIN
from report.access.audit import read_log
from tests.alerts.firm import TUESDAY, put, settings
from tests.report.firm import firm
from unify.decisions import Refused
from unify.engine import writing

LATER = TUESDAY + timedelta(hours=1)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """The small firm."""
    engine = firm(tmp_path)
    yield engine
    engine.dispose()


def known(told: Settings, engine: Engine) -> dict[str, tuple[str | None, bool, bool]]:
    """By name: the role, whether they may sign in, whether a password is kept."""
    with engine.connect() as connection:
        found = accounts.accounts(told, connection)
    return {one.name: (one.role, one.may_sign_in, one.password_changed_at is not None) for one in found}


def test_who_may_sign_in_is_told_by_their_role(engine: Engine) -> None:
    """The coordinator, and whoever answers for a client; a lead may not."""
    people = settings().people | {"ray": PersonSettings(name="Ray", email="ray@lanternquay.example")}
    told = settings(people=people)

    assert set(known(told, engine)) == {"may", "marco", "sandy", "kevin"}
    with writing(engine) as connection, pytest.raises(Refused, match=r"write their role under \[people.ray\]"):
        accounts.add(told, connection, "ray", "hash", "root", TUESDAY)


def test_who_owns_a_company_in_the_crm_is_a_bd_manager(engine: Engine) -> None:
    """The config need not say whose client it is."""
    people = settings().people | {"ray": PersonSettings(name="Ray", email="ray@lanternquay.example")}
    put(
        engine,
        "client",
        {"key": "client/hall", "names": {"": "Hall"}, "bd_person": "person/ray", "calendar": "default"},
    )

    assert known(settings(people=people), engine)["ray"] == ("bd", True, False)


def test_who_leaves_the_settings_may_not_sign_in_any_more(engine: Engine) -> None:
    """Though the account is still kept, and listed."""
    with writing(engine) as connection:
        accounts.add(settings(), connection, "kevin", "hash", "root", TUESDAY)
    people = {name: person for name, person in settings().people.items() if name != "kevin"}

    assert known(settings(people=people, clients={}), engine)["kevin"] == (None, False, True)


@pytest.mark.parametrize("change", ["password", "remove", "sign_out"])
def test_each_change_ends_the_sessions(engine: Engine, change: str) -> None:
    """A lost phone must not stay signed in with the password that was changed because of it."""
    with writing(engine) as connection:
        accounts.add(settings(), connection, "marco", "old", "root", TUESDAY)
        if change == "password":
            accounts.change_password(settings(), connection, "marco", "new", "root", LATER)
        else:
            getattr(accounts, change)(settings(), connection, "marco", "root", LATER)
        row = connection.execute(select(LOGIN)).one()

    assert row.sessions_valid_since == LATER
    assert row.password_hash == {"password": "new", "remove": None, "sign_out": "old"}[change]


def test_an_account_that_was_taken_away_can_be_given_again(engine: Engine) -> None:
    """Somebody comes back; old sessions do not."""
    with writing(engine) as connection:
        accounts.add(settings(), connection, "marco", "old", "root", TUESDAY)
        accounts.remove(settings(), connection, "marco", "root", LATER)
        with pytest.raises(Refused, match="users add marco"):
            accounts.change_password(settings(), connection, "marco", "new", "root", LATER)
        accounts.add(settings(), connection, "marco", "new", "root", LATER + timedelta(hours=1))
        with pytest.raises(Refused, match="users password marco"):
            accounts.add(settings(), connection, "marco", "third", "root", LATER)
        row = connection.execute(select(LOGIN)).one()

    assert (row.created_at, row.password_hash, row.sessions_valid_since) == (TUESDAY, "new", LATER + timedelta(hours=1))


def test_the_log_says_who_did_what_and_is_let_go_of(engine: Engine) -> None:
    """For as long as the settings keep it."""
    told = settings(keep_audit_days=30)
    with writing(engine) as connection:
        accounts.add(told, connection, "marco", "old", "root", TUESDAY)
        accounts.add(told, connection, "sandy", "old", "root", LATER)
        of_marco = read_log(connection, 10, "marco")
        both = read_log(connection, 10)
        accounts.sign_out(told, connection, "sandy", "root", LATER + timedelta(days=30))
        left = read_log(connection, 10)

    assert [(one.at, one.event, one.what) for one in of_marco] == [(TUESDAY, "added", "by root")]
    assert [one.who for one in both] == ["marco", "sandy"]
    assert [(one.who, one.event) for one in left] == [("sandy", "added"), ("sandy", "signed_out")]
