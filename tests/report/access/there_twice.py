"""A firm in which everything is there twice: of a client of Marco's, and of one of Sandy's."""

import json
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Engine

from tests.alerts.firm import TUESDAY, put
from tests.report.firm import alert, feedback, milestone, project

OURS, THEIRS = "Antelope", "Zebra"
"""In every text of a client of Marco's, and of one of Sandy's."""
INTERNAL = "Quokka"
"""In every text of a date that was promised to no client, of Marco's client."""
EARLIER = TUESDAY - timedelta(hours=1)
"""When decisions were made: those of this very moment are of the next answer."""


def fill(engine: Engine, client: str, bd: str, word: str, number: int) -> None:
    """Something of that client in every table that a page may read."""
    known = {"client_key": f"client/{client}"}
    whose = known | {"bd_person": f"person/{bd}"}
    in_project = {"project_key": f"delivery/project/{number}"}
    dated = whose | in_project | {"changed_here_at": TUESDAY}
    late = milestone(number, name=f"{word} sign-off", status_native=word, **dated)
    moved = milestone(number + 10, name=f"{word} release", slip_days=9, moves=2, **dated)
    soon = milestone(number + 20, name=f"{word} go-live", due_on=date(2026, 11, 26), **dated)
    said = feedback(number, subject=f"{word} is slow", text=word, author_name=word, **whose, **in_project)
    row = {"source": "crm", "vendor_id": str(number)}
    put(engine, "project", project(number, name=f"{word} app", description=word, **known))
    put(engine, "milestone", late, moved, soon)
    put(engine, "feedback", said)
    told: dict[str, Any] = {"client": f"client/{client}", "bd": f"person/{bd}", "name": word}
    put(engine, "alert", alert("milestone-overdue", late["key"], **told))
    put(engine, "alert", alert("feedback-unhandled", said["key"], **told))
    work = {"kind": "Task", "status_category": "todo", "milestone_keys": [late["key"]], **row, **in_project, **known}
    put(engine, "work_item", {"key": f"delivery/issue/9{number}", "name": f"{word} task", "labels": [word], **work})
    risk = {"status_category": "todo", "probability": 4, "impact": 4, "response_plan": word, **row, **in_project}
    put(engine, "risk", {"key": f"delivery/issue/8{number}", "name": f"{word} risk", **risk})
    put(engine, "company", {"key": f"crm/company/{number}", "name": f"{word} Ltd", **row, **known})
    put(engine, "contact", {"key": f"crm/contact/{number}", "name": f"{word} Wong", **row, **known})
    put(engine, "deal", {"key": f"crm/deal/{number}", "name": f"{word} deal", "stage_category": "todo", **row, **known})
    mail = {"on_key": said["key"], "on_keys": [said["key"]], "kind": "mail", "text": word, "side": "client"}
    put(engine, "comment", {"key": f"crm/mail/{number}", "created_at": TUESDAY, **row, **mail})
    change = {"field": "due", "old": word, "new": word, "changed_at": TUESDAY, "origin": "native"}
    put(engine, "change", {"key": f"delivery/change/{number}", "entity_key": late["key"], **row, **change})
    october = {"first_on": date(2026, 10, 1), "last_on": date(2026, 10, 31), "months": 1, "counted": 6, "met": 4}
    month = {"indicator": "on_time", "value": 66.7, "computed_at": TUESDAY, "left_out": [{"key": word, "reason": word}]}
    kept = {"key": f"on_time/1/2026-10/client/{client}", "details": {"missed": [late["key"], word]}}
    put(engine, "indicator_month", kept | october | month | known)
    noted = {"recorded_at": EARLIER, "recorded_by": bd}
    put(engine, "agreement", {"milestone_key": late["key"], "agreed_on": TUESDAY.date(), "reference": word, **noted})
    put(engine, "answer", {"feedback_key": said["key"], "answered_at": TUESDAY, "how": word, **noted})
    until = {"begins_at": TUESDAY, "ends_at": TUESDAY + timedelta(days=2), "created_at": EARLIER, "created_by": bd}
    put(engine, "silence", {"rule": "item-stale", "client": client, "reason": word, **until})


def fill_of_several(engine: Engine) -> None:
    """What is of more than one client, or of Marco's and yet not for him."""
    internal = milestone(
        31, name=INTERNAL, client_facing=False, client_key="client/bank", project_key="delivery/project/1"
    )
    put(engine, "milestone", internal)
    noted = {"agreed_on": TUESDAY.date(), "recorded_at": EARLIER, "recorded_by": "marco"}
    put(engine, "agreement", {"milestone_key": internal["key"], "reference": INTERNAL, **noted})
    put(engine, "alert", alert("milestone-overdue", internal["key"], name=INTERNAL, client_facing=False))
    snoozed = {"reason": "snoozed", "to_state": "snoozed", "episode": 1, "at": EARLIER, "actor": "marco"}
    of = f"milestone-overdue:{internal['key']}"
    put(engine, "alert_event", {"fingerprint": of, "note": INTERNAL, **snoozed})
    change = {"entity_key": internal["key"], "field": "due", "old": INTERNAL, "new": INTERNAL, "changed_at": TUESDAY}
    put(engine, "change", {"key": "delivery/change/3", "source": "delivery", "vendor_id": "3", **change})

    mail = {"source": "crm", "vendor_id": "3", "on_key": "crm/ticket/2", "on_keys": ["crm/ticket/2", "crm/ticket/1"]}
    said = {"side": "client", "created_at": TUESDAY, "text": "both", "url": f"https://crm.example/{THEIRS}"}
    put(engine, "comment", {"key": "crm/mail/3", **mail, **said})
    put(engine, "reference", {"from_key": "crm/mail/3", "to_key": "crm/ticket/1"})

    doubt = ["issues", THEIRS, 40, 90, [THEIRS], TUESDAY.isoformat()]
    tally = {"stream": "issues", "part": THEIRS, "there": 60, "here": 57, "unlisted": 0, "differs_since": None}
    tally |= {"is_standing": True, "absent": [THEIRS], "is_read_again": False}
    put(engine, "hub_state", {"name": "doubts/delivery", "value": json.dumps([doubt])})
    put(engine, "hub_state", {"name": "counts/delivery", "value": json.dumps([tally])})
    unread = {"source": "delivery", "stream": "issue", "vendor_id": "92", "field": THEIRS, "seen_at": TUESDAY}
    put(engine, "mapping_problem", {"reason": THEIRS, "value": THEIRS, **unread})
    run = {"id": 1, "source": "delivery", "started_at": TUESDAY, "outcome": "failed", "error": THEIRS}
    put(engine, "sync_run", run)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE source SET last_error = ? WHERE name = 'delivery'", (THEIRS,))
