"""What the hub keeps of its sources: cursors, raw payloads, runs, problems, and small facts of its own."""

from datetime import date, datetime

from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field, SQLModel


class Source(SQLModel, table=True):
    """A configured source. Its name is the identity of everything read from it."""

    __tablename__ = "source"

    name: str = Field(primary_key=True)
    kind: str
    tenant: str = ""
    """The organisations that the credential reached last, a line each: id and name. One that shares none is refused."""
    account_id: str = ""
    """Who we are there: what that account writes is ours."""
    active: bool = True
    """False: left the config; its rows stay, outside rules and report."""
    mapping_version: str = ""
    """Hash of the mapper's version, the mapping settings and the vocabulary the rows were made with."""
    scope_version: str = ""
    last_ok_at: datetime | None = None
    """End of the last run that read every stream: what it tells of may have happened while it ran."""
    last_tried_at: datetime | None = None
    last_error: str = ""
    expires_on: date | None = None
    """When its credential ends, as the config says."""


class StreamState(SQLModel, table=True):
    """The cursor of one stream in one part."""

    __tablename__ = "stream_state"

    source: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    part: str = Field(primary_key=True)
    cursor: str | None = None
    complete_at: datetime | None = None
    """When a pass over this part last came to its end."""


class RawRecord(SQLModel, table=True):
    """The latest payload of a record, compressed; the truth that `milepost remap` maps again."""

    __tablename__ = "raw_record"
    __table_args__ = (
        Index("raw_record_by_parent", "source", "parent_stream", "parent_id", "stream"),
        Index("raw_record_by_part", "source", "stream", "part"),
    )

    source: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    vendor_id: str = Field(primary_key=True)
    part: str = ""
    parent_stream: str = ""
    parent_id: str = ""
    updated_at: datetime | None = None
    """As the connector told it: the mapper is handed the same record again."""
    codec: str = "zstd"
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    hash: int
    """xxh3 of the payload's bytes, as a signed 64-bit number: a shortcut, not a truth."""
    seen_at: datetime
    pass_id: int = 0
    """The pass that saw it last: what a whole pass did not see is gone."""
    deleted_at: datetime | None = None


class RawHistory(SQLModel, table=True):
    """Every different payload, of streams without history at the vendor (Jira versions, Asana projects)."""

    __tablename__ = "raw_history"
    __table_args__ = (Index("raw_history_by_record", "source", "stream", "vendor_id"),)

    id: int | None = Field(default=None, primary_key=True)
    source: str
    stream: str
    vendor_id: str
    codec: str = "zstd"
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    hash: int
    seen_at: datetime


class SyncRun(SQLModel, table=True):
    """One run over one source, and how it ended."""

    __tablename__ = "sync_run"

    id: int | None = Field(default=None, primary_key=True)
    source: str = Field(index=True)
    started_at: datetime
    finished_at: datetime | None = None
    outcome: str = "running"
    """running, ok, failed, stopped"""
    error: str = ""
    requests: int = 0
    records: int = 0
    changed: int = 0


class Lease(SQLModel, table=True):
    """Who works on a source now, across threads and processes; dead after `expires_at` (real time)."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    holder: str
    expires_at: datetime


class MappingProblem(SQLModel, table=True):
    """A field that could not be read, until the record is read again without it."""

    __tablename__ = "mapping_problem"

    source: str = Field(primary_key=True)
    stream: str = Field(primary_key=True)
    vendor_id: str = Field(primary_key=True)
    field: str = Field(primary_key=True)
    reason: str
    value: str = ""
    seen_at: datetime


class HubState(SQLModel, table=True):
    """What the hub remembers of itself, by name."""

    __tablename__ = "hub_state"

    name: str = Field(primary_key=True)
    """settled_with: hash of the settings that link and derive last went by;
    settled_times: how often they went over anything;
    indicators_of: how often that was, the day and the closed months when the indicators were last reckoned;
    health_of: how often that was, the day and the quarter of an hour when today's health was last kept;
    indicators_since: the day of the first round in which any source had been read;
    indicators_failed: that they could not be reckoned in the last round: why, and since when;
    pruned/{source}: when what was deleted there long ago was last removed;
    swept/{source}: when it was last looked for what is gone there without a trace;
    doubts/{source}: what is missing there and was kept, because it is too much to have been deleted;
    counts/{source}: its own counts against ours, and what it lists that is not here;
    projects/{source}: what the config named there when it was last read whole;
    since/{source}: its `since` when it was last looked for what is gone there;
    erased_in_log: somebody was erased, and the write-ahead log still holds them;
    broken/{source}: how often in a row it could not be read, why, when it is asked again, and a mark of its settings;
    outage/{source}: the key of the delivery that told of it, until it is read again;
    asked/{source}: that the coordinator was asked about what is missing there;
    stopped/{rule}: that it found nothing out when it last ran: why, and since when"""
    value: str


class Touched(SQLModel, table=True):
    """Rows that changed since link and derive last ran over them."""

    __tablename__ = "touched"

    table: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
