"""What people edit or take back of what they said, in each of the four tools."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import Row, select

from sandbox.asana_state import AsanaState
from sandbox.hubspot_state import HubspotState
from sandbox.jira_state import JiraState, document
from sandbox.jira_state import stamp as jira_stamp
from sandbox.lantern_quay.office import at
from sandbox.plan import Vendor
from sandbox.trello_state import TrelloState
from tests.sync.year import Year, read_up_to_now
from unify.derived import COMMENT

NOW = at("2026-11-24 09:10")


class Said:
    """The latest comment that was read from one tool, and what its author does with it there."""

    def __init__(self, year: Year, vendor: Vendor) -> None:
        self.year = year
        self.vendor = vendor
        with year.engine.connect() as connection:
            latest = select(COMMENT).order_by(COMMENT.c.created_at.desc(), COMMENT.c.key.desc()).limit(1)
            row = connection.execute(latest).one()
        self.key: str = row.key
        self._id, self._stream, self.on = row.vendor_id, row.key.split("/")[1], row.on_key.split("/", 2)[2]

    @property
    def row(self) -> Row[Any]:
        """As the hub has it now."""
        with self.year.engine.connect() as connection:
            return connection.execute(select(COMMENT).where(COMMENT.c.key == self.key)).one()

    def sync_at(self, now: datetime) -> None:
        """Read twice: a second look at the same end changes nothing but what it was behind with."""
        self.year.clock.set(now)
        self.year.sync()
        self.year.sync()

    def edit(self, text: str, when: datetime) -> None:
        """Its author writes it anew."""
        match self._state:
            case JiraState() as jira:
                found = next(one for one in jira.comments[self.on] if one["id"] == self._id)
                found |= {"body": document(text), "updated": jira_stamp(when)}
            case TrelloState() as trello:
                trello.actions[self._id]["data"]["text"] = text
            case AsanaState() as asana:
                asana.stories[self._id]["text"] = text
            case HubspotState() as hubspot:
                body = {"emails": "hs_email_text", "calls": "hs_call_body"}[self._stream]
                hubspot.update(self._stream, hubspot.objects[self._stream][self._id], when, {body: text})
        self.stir(self.on, when)

    def delete(self, when: datetime) -> None:
        """Its author takes it back; nothing else shows it."""
        match self._state:
            case JiraState() as jira:
                jira.comments[self.on] = [one for one in jira.comments[self.on] if one["id"] != self._id]
            case TrelloState() as trello:
                del trello.actions[self._id]
            case AsanaState() as asana:
                del asana.stories[self._id]
            case HubspotState() as hubspot:
                hubspot.archive(self._stream, self._id, when)

    def stir(self, on: str, when: datetime) -> None:
        """The item tells that something happened to it; a ticket's own time is nothing to what was said on it."""
        match self._state:
            case JiraState() as jira:
                jira.touch(jira.issues[on], when)
            case TrelloState() as trello:
                trello.stir(trello.cards[on], when)
            case AsanaState() as asana:
                asana.stir(asana.tasks[on], when)

    def stir_another(self, when: datetime) -> None:
        """Something happens to another item of the same project."""
        match self._state:
            case JiraState() as jira:
                project = jira.issues[self.on]["fields"]["project"]["id"]
                same = (id for id, one in jira.issues.items() if one["fields"]["project"]["id"] == project)
                self.stir(next(id for id in same if id != self.on), when)
            case TrelloState() as trello:
                board = trello.cards[self.on]["idBoard"]
                same = (id for id, one in trello.cards.items() if one["idBoard"] == board)
                self.stir(next(id for id in same if id != self.on), when)

    @property
    def _state(self) -> Any:
        return getattr(self.year.sandbox, self.vendor).state


@pytest.fixture(params=["jira", "trello", "asana", "hubspot"])
def said(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Said]:
    vendor = cast(Vendor, request.param)
    with read_up_to_now(vendor, tmp_path) as year:
        yield Said(year, vendor)


def test_what_is_edited_there_is_edited_here(said: Said) -> None:
    """A promise that was written anew is not the promise of before."""
    said.edit("On Monday.", NOW)
    said.sync_at(at("2026-11-24 09:20"))

    assert (said.row.text, said.row.deleted_at) == ("On Monday.", None)


def test_what_is_taken_back_there_is_gone_here(said: Said) -> None:
    """It answers nobody any more, and asks nothing."""
    said.delete(NOW)
    if said.vendor != "hubspot":  # there each thing that was said is a record of its own: only listing tells
        said.stir(said.on, NOW)
        said.sync_at(at("2026-11-24 09:20"))
    else:
        said.sync_at(at("2026-11-25 09:20"))

    assert (said.row.deleted_at is not None, said.row.delete_reason) == (True, "deleted")


def test_what_is_taken_back_without_a_trace_is_gone_within_a_day_of_work(said: Said) -> None:
    """Nothing of its item tells of it: it shows where the latest weeks, or all, are read once more."""
    said.delete(NOW)
    said.sync_at(at("2026-11-24 09:20"))
    tomorrow = at("2026-11-25 10:00")
    said.stir_another(tomorrow)
    said.sync_at(tomorrow + timedelta(hours=1))

    assert said.row.deleted_at is not None
