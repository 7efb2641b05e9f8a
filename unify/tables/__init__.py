"""The unified model: every table of the database.

A row made from a vendor's record has the key `{source}/{stream}/{vendor id}` (`row_key`), computable without a
look-up. References between synced rows are such keys, indexed and without a foreign key: the parent may come later,
or never. Columns under "derived" are written by `unify.link` and `unify.derive` only; a mapper never names them, and
the store's upsert never touches them.

Models define tables and types. Rows travel as dicts keyed by column name; objects are for reading.
"""

from unify.tables.access import AuditEntry, Login
from unify.tables.alerts import Alert, AlertEvent, Delivery, DeliveryAlert, Evaluation, Silence
from unify.tables.decisions import Agreement, Answer, Closure
from unify.tables.health import HealthDay
from unify.tables.indicators import IndicatorMonth
from unify.tables.people import (
    Account,
    Client,
    ClientContact,
    Company,
    Contact,
    Deal,
    Feedback,
    IdentityLink,
    Person,
    Reference,
)
from unify.tables.row import BY_SHORT, SourceRow, row_key
from unify.tables.store import (
    HubState,
    Lease,
    MappingProblem,
    RawHistory,
    RawRecord,
    Source,
    StreamState,
    SyncRun,
    Touched,
)
from unify.tables.work import Change, Comment, Milestone, Project, Risk, WorkItem

__all__ = [
    "BY_SHORT",
    "Account",
    "Agreement",
    "Alert",
    "AlertEvent",
    "Answer",
    "AuditEntry",
    "Change",
    "Client",
    "ClientContact",
    "Closure",
    "Comment",
    "Company",
    "Contact",
    "Deal",
    "Delivery",
    "DeliveryAlert",
    "Evaluation",
    "Feedback",
    "HealthDay",
    "HubState",
    "IdentityLink",
    "IndicatorMonth",
    "Lease",
    "Login",
    "MappingProblem",
    "Milestone",
    "Person",
    "Project",
    "RawHistory",
    "RawRecord",
    "Reference",
    "Risk",
    "Silence",
    "Source",
    "SourceRow",
    "StreamState",
    "SyncRun",
    "Touched",
    "WorkItem",
    "row_key",
]
