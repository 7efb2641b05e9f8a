"""`milepost forget`: somebody asks that nothing of them is kept."""

from pathlib import Path

from tests.cli.home import Home
from tests.factories import LEE, SAM
from unify.engine import open_engine
from unify.raw import unpack


def everything(home: Home) -> str:
    """All that is kept, packed payloads opened, and what lies beside the database."""
    found = []
    for table in ("raw_record", "raw_history"):
        rows = home.rows(table)
        found += [unpack(row["codec"], row["body"]).decode() for row in rows if row["body"]]
    files = (Path(f"{home.database}{suffix}") for suffix in ("", "-wal"))
    found += [path.read_bytes().decode("utf-8", "replace") for path in files if path.exists()]
    return "\n".join(found)


def test_nothing_of_them_stays_and_the_work_does(round: Home) -> None:
    """Names and addresses, in payloads, rows and messages; what they wrote about stays to be answered."""
    before = everything(round)
    feedback = [row["key"] for row in round.rows("feedback")]
    assert SAM.email in before
    assert SAM.name in before

    said = round.run("forget", SAM.email)

    assert said.code == 0
    assert "1 account in tools" in said.out
    after = everything(round)
    assert SAM.email not in after
    assert SAM.name not in after
    assert [row["key"] for row in round.rows("feedback")] == feedback
    assert LEE.name in after


def test_to_forget_twice_says_that_nobody_is_left(round: Home) -> None:
    """A script may ask again; and what the tool sends unchanged brings nobody back."""
    round.run("forget", SAM.name)
    again = round.run("forget", SAM.name)
    synced = round.run("sync", "--full")

    assert (again.code, synced.code) == (0, 0)
    assert "nobody of that key, address or name is kept here" in again.err
    assert SAM.email not in everything(round)


def test_our_own_people_leave_the_settings_first(round: Home) -> None:
    """Their work is what the hub is about."""
    for typed in ("lee", "lee@acme.example", "Lee"):
        said = round.run("forget", typed)

        assert said.code == 2
        assert '"lee" is one of [people]' in said.err


def test_of_several_one_says_which(round: Home) -> None:
    """Two of one name: nothing happens to either until a key tells them apart."""
    engine = open_engine(f"sqlite:///{round.database}")
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO contact (key, source, vendor_id, name, emails, company_keys) "
            f"VALUES ('crm/contacts/9', 'crm', '9', '{SAM.name}', '[\"other@harbour.example\"]', '[]')"
        )
    engine.dispose()

    said = round.run("forget", SAM.name)

    assert said.code == 2
    assert "crm/contacts/9" in said.err
    assert round.run("forget", "crm/contacts/9").code == 0
    assert SAM.email in everything(round)


def test_the_log_says_that_it_was_done_and_of_nobody(round: Home) -> None:
    """Who asks for proof a year later gets it; the log is no list of those who are forgotten."""
    round.run("forget", SAM.email)

    (entry,) = round.run("users", "log", "--json").json
    assert (entry["event"], entry["who"]) == ("forgotten", "")
    assert "1 account" in entry["what"]
