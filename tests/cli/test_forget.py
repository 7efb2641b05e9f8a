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
    """Names and addresses, in payloads, rows and messages; what they wrote stays to be answered. The log says that it
    was done, and not of whom; what the tool sends unchanged brings nobody back."""
    before = everything(round)
    feedback = [row["key"] for row in round.rows("feedback")]
    assert SAM.email in before
    assert SAM.name in before

    said = round.run("forget", SAM.email)
    after = everything(round)

    assert (said.code, "1 account in tools" in said.out) == (0, True)
    assert SAM.email not in after
    assert SAM.name not in after
    assert LEE.name in after
    assert [row["key"] for row in round.rows("feedback")] == feedback
    (entry,) = round.run("users", "log", "--json").json
    assert (entry["event"], entry["who"], "1 account" in entry["what"]) == ("forgotten", "", True)

    again = round.run("forget", SAM.email)
    synced = round.run("sync", "--full")

    assert (again.code, synced.code) == (0, 0)
    assert "nobody of that key, address or name is kept here" in again.err
    assert SAM.email not in everything(round)


def test_our_own_people_and_whoever_may_be_meant_are_refused(round: Home) -> None:
    """Whose work the hub is about leaves the settings first; of two of one name, an address or a key says which."""
    engine = open_engine(f"sqlite:///{round.database}")
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO contact (key, source, vendor_id, name, emails, company_keys) "
            f"VALUES ('crm/contacts/9', 'crm', '9', '{SAM.name}', '[\"other@harbour.example\"]', '[]')"
        )
    engine.dispose()

    for typed in ("lee", "lee@acme.example", "Lee"):
        own = round.run("forget", typed)
        assert (own.code, '"lee" is one of [people]' in own.err) == (2, True)
    several = round.run("forget", SAM.name)

    assert (several.code, "crm/contacts/9" in several.err) == (2, True)
    assert round.run("forget", "crm/contacts/9").code == 0
    assert SAM.email in everything(round)


def test_of_two_names_at_one_address_a_key_says_which(round: Home) -> None:
    """A colleague who has the same mailbox is not forgotten with them; what stays is named."""
    engine = open_engine(f"sqlite:///{round.database}")
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO contact (key, source, vendor_id, name, emails, company_keys) "
            f"VALUES ('crm/contacts/9', 'crm', '9', 'Poon Wai-ming', '[\"{SAM.email}\"]', '[]')"
        )
    engine.dispose()

    for typed in ("Poon Wai-ming", SAM.name, SAM.email):
        both = round.run("forget", typed)
        assert (both.code, "crm/contacts/9" in both.err, "delivery/" in both.err) == (2, True, True)
    said = round.run("forget", "crm/contacts/9")

    assert (said.code, "1 contact of the CRM, 0 accounts" in said.out) == (0, True)
    assert "under another name stays, with it: delivery/" in said.err
    assert SAM.email in everything(round)
    assert "Poon Wai-ming" not in everything(round)
