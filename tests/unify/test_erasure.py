"""Of a contact who was deleted at the CRM no byte stays, in the database and in what lies beside it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from connectors.base import Record, Ref
from tests.unify import test_prune as people
from tests.unify.tiny import NOON, card
from unify.derived import table_of
from unify.engine import open_engine, sqlite_path, writing
from unify.erasure import cut_log
from unify.raw import pack
from unify.tables import Alert, Delivery, DeliveryAlert

NAME, ADDRESS = "Poon Wai-ming", "Poon Wai-ming@paperkite.example"


def bytes_of(engine: Engine) -> bytes:
    """All that lies on the disk."""
    path = sqlite_path(engine)
    assert path is not None
    return b"".join(Path(f"{path}{suffix}").read_bytes() for suffix in ("", "-wal", "-shm"))


def tell_of(engine: Engine, subject: str, text: str) -> None:
    """An alert about a piece of feedback, long resolved, and the message that told of it."""
    alert = {"fingerprint": f"feedback-unhandled:{subject}", "rule": "feedback-unhandled", "subject": subject}
    life: dict[str, Any] = {"source": "boards", "episode": 1, "state": "resolved", "severity": "warning"}
    life |= {"urgent": False, "adopted": True, "since": NOON}
    row: dict[str, Any] = {"key": subject, "channel": "email", "recipient": "person/lee", "kind": "alert"}
    row |= {"state": "sent", "created_at": NOON, "not_before": NOON, "attempts": 1, "last_error": "", "receipt": {}}
    message = {"title": "Harbour waits", "entries": [{"lines": [{"text": text, "url": ""}]}]}
    with writing(engine) as connection:
        connection.execute(insert(table_of(Alert)).values(**alert, **life, facts={"author": NAME, "limit_hours": 4}))
        added = connection.execute(insert(table_of(Delivery)).values(**row, payload={"message": message}))
        assert added.inserted_primary_key is not None
        told = {"delivery_id": added.inserted_primary_key[0], "fingerprint": alert["fingerprint"]}
        connection.execute(insert(table_of(DeliveryAlert)).values(**told, episode=1, reason="fired"))


def texts(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        payloads = connection.execute(select(table_of(Delivery).c.payload).order_by(table_of(Delivery).c.id)).scalars()
        return [payload["message"]["entries"][0]["lines"][0]["text"] for payload in payloads]


@pytest.fixture
def told(engine: Engine) -> Engine:
    """Poon wrote a ticket and changed once, to a payload of several disk pages; people were told of the ticket."""
    mapper = people.People()
    long = "".join(f"{number:x}" for number in range(9000))
    people.save(engine, card("p1", NAME), card("p2", "Lau"), mapper=mapper)
    people.save(engine, Record("comments", "t1", NOON, {"card": "p1"}), mapper=mapper)
    people.save(engine, Record("comments", "t2", NOON, {"card": "p2"}), mapper=mapper)
    people.save(engine, card("p1", NAME, city="Kwun Tong", said=long), now=NOON + timedelta(hours=1), mapper=mapper)
    people.settle(engine)
    tell_of(engine, "boards/comments/t1", f"{NAME} wrote on 2 November.")
    tell_of(engine, "boards/comments/t2", f"Lau wrote; {NAME} is known to them too.")
    return engine


def erase(engine: Engine) -> None:
    people.bury(engine, Ref("cards", "p1"), mapper=people.People())
    people.settle(engine)
    cut_log(engine)


def test_no_byte_of_an_erased_contact_stays(told: Engine) -> None:
    """What SQL no longer shows may still stand in a freed page, or in the log: whoever gets the file reads it."""
    with told.connect() as connection:
        bodies = connection.exec_driver_sql(
            "SELECT body FROM raw_record WHERE vendor_id = 'p1' "
            "UNION SELECT body FROM raw_history WHERE vendor_id = 'p1'"
        )
        packed = [body[-40:] for (body,) in bodies]
    tell_nobody(told)
    before = bytes_of(told)
    assert [NAME.encode() in before, ADDRESS.encode() in before] == [True, True]
    assert len(packed) == 2
    assert all(body in before for body in packed)

    erase(told)

    after = bytes_of(told)
    assert NAME.encode() not in after
    assert ADDRESS.encode() not in after
    assert not any(body in after for body in packed)
    assert pack([b"{}"]).result()[0][:4] in after, "what was compressed in the same way, and is kept, is still there"


def tell_nobody(engine: Engine) -> None:
    """Without the message to others that names them: what a colleague wrote is not theirs to take back."""
    with writing(engine) as connection:
        connection.exec_driver_sql("DELETE FROM delivery_alert WHERE fingerprint LIKE '%t2'")
        connection.exec_driver_sql("DELETE FROM delivery WHERE key LIKE '%t2'")
        connection.exec_driver_sql("UPDATE alert SET facts = '{}' WHERE fingerprint LIKE '%t2'")


def test_messages_about_their_feedback_lose_the_name(told: Engine) -> None:
    """The record of what was told stays, without whom it named; messages about others are left as they are."""
    erase(told)

    assert texts(told) == ["— wrote on 2 November.", f"Lau wrote; {NAME} is known to them too."]
    with told.connect() as connection:
        facts = connection.execute(select(table_of(Alert).c.facts).order_by(table_of(Alert).c.fingerprint)).scalars()
        assert next(facts) == {"author": "—", "limit_hours": 4}


@pytest.mark.parametrize(
    ("name", "told", "left"),
    [
        ("Li", "Listening tests: Li says so, and Alice too", "Listening tests: — says so, and Alice too"),
        ("Li", "Li's answer to (Li), Li說", "—'s answer to (—), —說"),
        ("Li", "Li <Li@paperkite.example>, Liu <HLi@paperkite.example>", "— <—>, Liu <HLi@paperkite.example>"),
        ("Élie", "Élie, not Élien", "—, not Élien"),
        ("李小明", "客戶李小明說：來信已收", "客戶—說：來信已收"),
        ("李Ming", "請李Ming看，不是李Mingson", "請—看，不是李Mingson"),
        ("(Li)", "x(Li)y", "x—y"),
    ],
)
def test_a_short_name_takes_no_longer_word_with_it(engine: Engine, name: str, told: str, left: str) -> None:
    """ "Li" is in many words; Chinese names stand between others without a space."""
    mapper = people.People()
    people.save(engine, card("p1", name), mapper=mapper)
    people.save(engine, Record("comments", "t1", NOON, {"card": "p1"}), mapper=mapper)
    people.settle(engine)
    tell_of(engine, "boards/comments/t1", told)

    erase(engine)

    assert texts(engine) == [left]


def test_a_reader_who_is_in_the_way_is_not_waited_for(told: Engine) -> None:
    """A report that takes long must not hold up a sync; the log is cut off after the next run."""
    path = sqlite_path(told)
    reader = open_engine(f"sqlite:///{path}", read_only=True)
    with reader.connect() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM contact").fetchall()
        tell_nobody(told)
        erase(told)
        assert NAME.encode() in bytes_of(told)

    cut_log(told)

    assert NAME.encode() not in bytes_of(told)
    reader.dispose()


def test_without_an_erasure_the_log_is_left_alone(engine: Engine) -> None:
    """Cutting it off costs writing it all: not after every run."""
    people.save(engine, card("p1", NAME), mapper=people.People())
    log = Path(f"{sqlite_path(engine)}-wal")
    before = log.stat().st_size

    cut_log(engine)

    assert log.stat().st_size == before > 0
