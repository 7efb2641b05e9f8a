"""The typed tree of settings: `milepost.toml`, read once by `config.loading` and handed down in pieces.

Settings of one kind of source or channel stand in that kind's own module, as a subclass of `SourceSettings` or
`ChannelSettings`; the loader is handed those classes.
"""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from config.values import (
    Days,
    Domain,
    Duration,
    Email,
    Flag,
    Whole,
    Zone,
    check_multiple_or_duration,
    check_vendor_url,
    is_loopback,
    parse_duration,
)

Language = Literal["en", "zh-Hant-HK", "zh-Hans-CN"]
Severity = Literal["info", "warning", "high", "critical"]
SEVERITIES: tuple[str, ...] = get_args(Severity)
"""The mildest first."""
StatusCategory = Literal["todo", "in_progress", "done", "cancelled", "unknown"]

RiskField = Literal["probability", "impact", "response", "plan", "due", "implemented", "occurred"]
"""What a tool may say of a risk in a field of its own, or in a label ("impact-4")."""

EffortField = Literal["estimate", "remaining", "spent"]
"""Hours that a tool may hold in a field of its own."""

LITERAL = "literal"
"""The reference of a secret that stands in the config file itself."""

FEEDBACK_HOURS: dict[Severity, float] = {"info": 16.0, "warning": 8.0, "high": 4.0, "critical": 2.0}


class Tree(BaseModel):
    """A part of the settings: unknown keys are mistakes, values are never echoed."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    FILLED_IN: ClassVar[frozenset[str]] = frozenset()
    """Fields that the loader fills in: no keys of the file."""


class Secret(Tree):
    """A resolved secret. `reference` (`env:NAME`, `file:PATH`) is what may be shown; `value` never is."""

    reference: str
    value: SecretStr

    @model_validator(mode="wrap")
    @classmethod
    def _look_up(cls, given: object, keep: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        """While a file is read, the context is `config.secrets.References`, and only a text may be given."""
        if info.context is None or isinstance(given, Secret):
            return keep(given)
        if not isinstance(given, str):
            raise ValueError('write "env:NAME" or "file:PATH"')
        found: Self = info.context(given)
        return found

    def reveal(self) -> str:
        """The secret itself, for the one call that needs it."""
        return self.value.get_secret_value()


def check_webhook(webhook: Secret) -> Secret:
    """Refuse an address that is neither https nor loopback. The words hold nothing of it."""
    try:
        parts = urlsplit(webhook.reveal())
        safe = parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname)))
        safe = safe and not (parts.username or parts.password or parts.fragment)
    except ValueError:  # not raised on: its words may hold a part of the address
        safe = False
    if not safe:
        raise ValueError(
            'write the whole address that was given out: it begins with "https://"; '
            '"http://" only for this machine itself'
        )
    return webhook


class CalendarSettings(Tree):
    """Working days and hours. `hours` are spells of local time, "09:00-13:00"; a half day ends at `half_day_ends`."""

    holidays: Literal["HK", "CN", "none"] = "HK"
    region: str = ""
    workdays: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ("mon", "tue", "wed", "thu", "fri")
    hours: tuple[str, ...] = ("09:00-13:00", "14:00-18:00")
    days_off: tuple[date, ...] = ()
    extra_workdays: tuple[date, ...] = ()
    half_days: tuple[date, ...] = ()
    lunar_new_year_eve_is_half: Flag = False
    half_day_ends: str = "12:00"

    @property
    def has_half_days(self) -> bool:
        """Whether `half_day_ends` is ever asked."""
        return bool(self.half_days) or self.lunar_new_year_eve_is_half

    @property
    def closed_with(self) -> str:
        """The region whose closures are this calendar's: `region`, else that of its holidays."""
        return self.region or self.holidays


class SourceSettings(Tree):
    """What every kind of source has. `name` is the key under `[sources]`: the identity of all that is read from it."""

    FILLED_IN = frozenset({"name"})

    name: str = ""
    kind: str
    url: str = ""
    token: Secret
    expires: date | None = None
    projects: tuple[str, ...] = ()
    since: date | None = None
    every: Duration = timedelta(minutes=10)
    most_deleted: float = Field(default=0.2, ge=0, le=1)
    comment_back: Flag | tuple[str, ...] = False
    milestone_types: tuple[str, ...] = ("Epic", "Milestone", "里程碑")
    milestone_labels: tuple[str, ...] = ("Milestone", "里程碑")
    client_facing_types: tuple[str, ...] = ()
    feedback_labels: tuple[str, ...] = ("client feedback", "客戶反饋", "客户反馈", "客戶意見")
    urgent_labels: tuple[str, ...] = ()
    risk_labels: tuple[str, ...] = ("Risk", "風險", "风险")
    risk_fields: dict[RiskField, str] = Field(default_factory=dict)
    accepted_labels: tuple[str, ...] = ()
    accepted_field: str = ""
    payment_labels: tuple[str, ...] = ("Payment milestone", "付款里程碑", "收款里程碑")
    effort_fields: dict[EffortField, str] = Field(default_factory=dict)
    budget_hours: dict[str, Annotated[float, Field(gt=0, allow_inf_nan=False)]] = Field(default_factory=dict)
    client_comments_are_feedback: Flag = False
    client_field: str = ""
    status: dict[str, StatusCategory] = Field(default_factory=dict)
    ca_file: str = ""

    @field_validator("url")  # not by the field's type, which a kind that requires a url writes anew
    @classmethod
    def _url_is_safe(cls, url: str) -> str:
        return check_vendor_url(url)


class PersonSettings(Tree):
    """One of our people. `accounts` are `source:vendor id`, for tools that hide the e-mail.

    `daily_line`: whether their morning line comes also when nothing needs them; None: on their first working days.
    `role`: what they may decide about alerts; without one, what the rest of the config tells of them. `cover` is told
    in their place while they are `away`.
    """

    name: str
    email: Email
    role: Literal["", "lead", "coordinator", "bd", "head", "director", "admin"] = ""
    language: Language | None = None
    calendar: str = "default"
    capacity_hours: float | None = Field(default=None, gt=0, le=168)
    slack: str = ""
    accounts: tuple[str, ...] = ()
    daily_line: Flag | None = None
    away: tuple[Days, ...] = ()
    cover: str = ""


class ClientSettings(Tree):
    """A client. `projects` are `source:key`, `crm` are `source:company:id`."""

    name: str | dict[str, str]
    bd: str = ""
    calendar: str = "default"
    confidential: Flag = False
    code: str = ""
    domains: tuple[Domain, ...] = ()
    projects: tuple[str, ...] = ()
    crm: tuple[str, ...] = ()
    tier: str = ""
    contract_start: date | None = None
    contract_end: date | None = None
    notice_days: Whole = Field(default=0, ge=0)
    warranty_end: date | None = None
    cadence: Literal["", "weekly", "fortnightly", "monthly"] = ""
    cadence_by: Literal["any", "call", "meeting"] = "any"
    report_day: Whole = Field(default=0, ge=0, le=15)


class OidcSettings(Tree):
    """A provider of OpenID Connect: who it says that somebody is, is who they are here.

    `hosts`: those of its own, beside the issuer's, that it answers at (Google's are three).
    """

    issuer: str
    client_id: str
    client_secret: Secret
    hosts: tuple[Domain, ...] = ()

    @field_validator("issuer")
    @classmethod
    def _issuer_is_safe(cls, url: str) -> str:
        if not url:
            raise ValueError('write the provider\'s own address, such as "https://login.acme.example"')
        return check_vendor_url(url)


class SignInSettings(Tree):
    """Whether whoever reads the report must say who they are; `oidc` beside the passwords kept here."""

    enabled: Flag = False
    oidc: OidcSettings | None = None


class ChannelSettings(Tree):
    """What every kind of channel has. `name` is the key under `[channels]`; `clients` are those that its group may read
    of by name."""

    FILLED_IN = frozenset({"name"})

    name: str = ""
    kind: str
    clients: tuple[str, ...] = ()

    @property
    def reaches(self) -> Literal["both", "persons", "group"]:
        """Whom a route may write to by it: persons as CHANNEL:WHO, its group as CHANNEL alone."""
        return "both"


class RouteMatch(Tree):
    """What a route asks of an alert; an empty one matches everything."""

    severity: Severity | None = None
    rule: str | None = None
    client: str | None = None
    source: str | None = None


class Route(Tree):
    """First match wins. `to` are CHANNEL or CHANNEL:WHO; WHO = bd, owner, coordinator, or one of [people]."""

    match: RouteMatch = RouteMatch()
    to: tuple[str, ...]


class RuleSettings(Tree):
    """Overrides of one rule; what is not named here is one of the rule's own params."""

    model_config = ConfigDict(extra="allow")

    enabled: Flag = True
    severity: str | None = None
    repeat: str | None = None

    @property
    def params(self) -> dict[str, Any]:
        """The rule's own params that the config overrides."""
        return dict(self.model_extra or {})


class Settings(Tree):
    """The whole of `milepost.toml`. `folder` is where the file stands: the loader lets relative paths begin there."""

    FILLED_IN = frozenset({"folder"})
    TABLES: ClassVar[frozenset[str]] = frozenset(
        ("calendar", "calendars", "sources", "people", "clients", "channels", "routes", "rules", "sign_in")
    )
    """What has tables of its own; all else stands above the first of them."""

    folder: Path = Path()
    timezone: Zone = "Asia/Hong_Kong"
    language: Language = "en"
    database: str = "sqlite:///milepost.db"
    public_url: str = ""
    coordinator: str
    on_duty: tuple[str, ...] = ()
    team_domains: tuple[Domain, ...] = ()
    rules_dir: str = "rules.d"
    handled_when: Literal["answered", "closed"] = "answered"
    answers_count: Literal["any", "visible"] = "any"
    feedback_hours: dict[Severity, Annotated[float, Field(gt=0, allow_inf_nan=False)]] = Field(
        default_factory=FEEDBACK_HOURS.copy
    )
    stale_after: str = "3x"
    first_run: Literal["summary", "send"] = "summary"
    rehearsal_until: date | None = None
    keep_deleted_days: Whole = Field(default=365, ge=0)
    keep_audit_days: Whole = Field(default=365, ge=1)
    heartbeat_url: Secret | None = None
    calendar: CalendarSettings = CalendarSettings()
    calendars: dict[str, CalendarSettings] = Field(default_factory=dict)
    sources: dict[str, SourceSettings] = Field(default_factory=dict)
    people: dict[str, PersonSettings] = Field(default_factory=dict)
    clients: dict[str, ClientSettings] = Field(default_factory=dict)
    channels: dict[str, ChannelSettings] = Field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    rules: dict[str, RuleSettings] = Field(default_factory=dict)
    sign_in: SignInSettings = SignInSettings()

    @field_validator("database")
    @classmethod
    def _database_is_sqlite(cls, url: str) -> str:
        if not url.startswith("sqlite:///") or url == "sqlite:///":
            raise ValueError('write "sqlite:///" and the path of a file')
        return url

    @field_validator("public_url")
    @classmethod
    def _public_url_is_one(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and not (parts.scheme in ("http", "https") and parts.hostname):
            raise ValueError(
                'write where people reach `milepost serve`, such as "https://hub.acme.example", or nothing'
            )
        return url

    @field_validator("heartbeat_url")
    @classmethod
    def _heartbeat_url_is_safe(cls, url: Secret | None) -> Secret | None:
        return url and check_webhook(url)

    @field_validator("stale_after")
    @classmethod
    def _stale_after_is_one(cls, text: str) -> str:
        check_multiple_or_duration(text)
        return text

    @field_validator("feedback_hours")
    @classmethod
    def _every_severity_has_hours(cls, hours: dict[Severity, float]) -> dict[Severity, float]:
        return FEEDBACK_HOURS | hours

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's zone: "today" and overdue are asked here."""
        return ZoneInfo(self.timezone)

    def is_rehearsal(self, now: datetime) -> bool:
        """Whether the organisation's day at `now` belongs to the rehearsal."""
        return self.rehearsal_until is not None and now.astimezone(self.zone).date() <= self.rehearsal_until

    def stale_after_of(self, source: SourceSettings) -> timedelta:
        """How old `source`'s last good run may be before what it feeds counts as stale."""
        if self.stale_after.endswith("x"):
            return source.every * float(self.stale_after[:-1])
        return parse_duration(self.stale_after)
