"""E-mail over SMTP: one message per reader, text and HTML, threaded by Message-ID (RFC 5322, 3834, 2047).

Sign-in with a password over STARTTLS (587) or TLS (465); no encryption on loopback only. Exchange Online ends password
sign-in for new tenants from December 2026 (message centre MC786329, read 22 Nov 2026): use a relay there. A time-out
after the text was sent leaves it unknown whether it arrived; it is sent again under the same Message-ID, which most
mail programs show once. Does not read a mailbox: bounces go to the address in `from`.
"""

import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Literal, Self

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import Field, field_validator, model_validator

from alerts.channels.base import Outgoing, Permanent, Receipt, Transient
from alerts.links import Offer
from alerts.messages import Message
from alerts.plain_text import one_line
from config.clock import Clock
from config.settings import ChannelSettings, Secret
from config.values import Whole, is_loopback

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
)
_TIMEOUT_S = 30
_SUBJECT_CHARS = 120


class _Headers(HeaderRegistry):
    """Makes the class of each header once; the library made seventeen for every mail."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, type[BaseHeader]] = {}

    def __getitem__(self, name: str) -> type[BaseHeader]:
        if name not in self._made:
            self._made[name] = super().__getitem__(name)
        return self._made[name]


_POLICY = EmailPolicy(header_factory=_Headers())
_TRAVELS = "base64"
"""How texts travel, whatever their language: to try which form is the shortest took a millisecond a mail."""


class EmailSettings(ChannelSettings):
    """`[channels.NAME]` with `kind = "email"`."""

    kind: Literal["email"] = "email"
    host: str
    port: Whole = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: Secret | None = None
    from_: str = Field(alias="from")
    """`Name <address>`; the address should be one that the server may send for (SPF, DKIM)."""

    @property
    def reaches(self) -> Literal["persons"]:
        """A mail has a reader."""
        return "persons"

    @field_validator("host")
    @classmethod
    def _host_is_one(cls, host: str) -> str:
        if not host or any(char.isspace() or char in "/@" for char in host):
            raise ValueError('write the name of the mail server alone, such as "smtp.acme.example"')
        return host

    @field_validator("port")
    @classmethod
    def _port_is_one(cls, port: int) -> int:
        if not 1 <= port <= 65535:
            raise ValueError("write a port from 1 to 65535: 587 for starttls, 465 for tls")
        return port

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.security == "none" and not is_loopback(self.host):
            raise ValueError(f'security = "none" is for this machine only; {self.host} needs "starttls" or "tls"')
        address = parseaddr(self.from_)[1]
        if "@" not in address or any(char.isspace() for char in address):
            raise ValueError('from: write "Name <address>"')
        if self.user and self.password is None:
            raise ValueError("user is set, and password is not")
        return self


class Email:
    """A channel that mails its readers."""

    def __init__(
        self, settings: EmailSettings, clock: Clock, offers: Callable[[Outgoing], Sequence[Offer]] = lambda _: ()
    ) -> None:
        """`offers`: the links by which a mail's reader can act."""
        self._settings = settings
        self._clock = clock
        self._offers = offers
        name, address = parseaddr(settings.from_)
        self._from = _address(name, address)

    def check(self) -> str:
        """Connect, say hello as `security` asks, and sign in where a user is set."""
        where, user = f"{self._settings.host}:{self._settings.port}", self._settings.user
        try:
            with self._signed_in() as server:
                server.ehlo_or_helo_if_needed()
        except (smtplib.SMTPException, OSError) as error:
            raise _refusal(error, where) from None
        return f"signed in to {where} as {user}" if user else f"{where} answers"

    def send(self, outgoing: Outgoing) -> Receipt:
        """Mail a message that begins a thread."""
        return self._mail(outgoing, root="")

    def update(self, receipt: Receipt, outgoing: Outgoing, shown: Message) -> Receipt:
        """Answer in the thread: a mail cannot be changed. A lock screen shows the subject alone, so it tells the news;
        the thread hangs on the Message-ID."""
        return self._mail(outgoing, root=str(receipt["message_id"]))

    def find(self, outgoing: Outgoing) -> Receipt | None:
        """A mailbox cannot be asked; the same Message-ID makes a repeat harmless in most programs."""
        return None

    def _mail(self, outgoing: Outgoing, root: str) -> Receipt:
        if not outgoing.reader.email:
            raise Permanent("no e-mail address: write the channel as NAME:WHO in the route")
        mail = compose(outgoing, self._from, root, self._clock(), self._offers(outgoing))
        self._hand_over(mail, outgoing.reader.email)
        return {"message_id": mail["Message-ID"]}

    def _hand_over(self, mail: EmailMessage, to: str) -> None:
        where = f"{self._settings.host}:{self._settings.port}"
        sent = False
        try:
            with self._signed_in() as server:
                sent = True
                refused = server.send_message(mail, to_addrs=[to])
            if refused:  # some servers refuse a recipient without an error
                raise _by_code(next(iter(refused.values()))[0], where, f"{to} was refused")
        except smtplib.SMTPRecipientsRefused as error:
            raise _by_code(next(iter(error.recipients.values()))[0], where, f"{to} was refused") from None
        except (smtplib.SMTPException, OSError) as error:
            raise _refusal(error, where, in_doubt=sent) from None

    @contextmanager
    def _signed_in(self) -> Iterator[smtplib.SMTP]:
        """A connection, ended with a QUIT whose answer says nothing of what was sent before: smtplib would raise what
        is no 221, also over the failure that it stands for."""
        server, settings = self._connect(), self._settings
        try:
            if settings.user and settings.password is not None:
                server.login(settings.user, settings.password.reveal())
            yield server
        finally:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        context = ssl.create_default_context()
        if settings.security == "tls":
            return smtplib.SMTP_SSL(settings.host, settings.port, timeout=_TIMEOUT_S, context=context)
        server = smtplib.SMTP(settings.host, settings.port, timeout=_TIMEOUT_S)
        if settings.security == "starttls":
            try:
                server.starttls(context=context)  # without a context, nobody's certificate is checked
            except BaseException:
                server.close()
                raise
        return server


def compose(
    outgoing: Outgoing, sender: Address, root: str, now: datetime, offers: Sequence[Offer] = ()
) -> EmailMessage:
    """The mail itself. `root`: Message-ID of the mail whose thread it joins; `offers`: what its reader can do."""
    message = outgoing.message
    mail = EmailMessage(_POLICY)
    mail["From"] = sender
    mail["To"] = _address(outgoing.reader.name, outgoing.reader.email)
    mail["Subject"] = one_line(message.title)[:_SUBJECT_CHARS]
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{outgoing.key}@{sender.domain}>"
    if root:
        mail["In-Reply-To"] = root
        mail["References"] = root
    # Neither a vacation note nor another robot shall answer us.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "OOF, AutoReply, DR, RN, NRN"
    # Below all that is to be read: an address is no text, and a signed one is long.
    links = "".join(f"\n{': '.join(filter(None, (one.label, one.what)))}\n{one.url}\n" for one in offers)
    told = message.with_room()
    mail.set_content(f"{told.title}\n\n{told.body()}\n{_below(told)}{links}", charset="utf-8", cte=_TRAVELS)
    html = _TEMPLATES.get_template("mail.html").render(message=told, offers=_by_alert(offers))
    mail.add_alternative(html, subtype="html", charset="utf-8", cte=_TRAVELS)
    return mail


def _below(message: Message) -> str:
    """As plain text what the body had no room for, each matter below its client's name."""
    below = message.below()
    if below is None:
        return ""
    heading, groups = below
    lines = ["", heading.text]
    for head, entries in groups:
        lines += ["", head] if head else []
        for entry in entries:
            told = [line.as_text(message.language, with_address=True) for line in entry.lines]
            lines += [f"{'  ' if place else '- '}{text}" for place, text in enumerate(told)] if head else told
    return "\n".join([*lines, ""])


def _by_alert(offers: Sequence[Offer]) -> Mapping[str, Sequence[Offer]]:
    return {one.fingerprint: [other for other in offers if other.fingerprint == one.fingerprint] for one in offers}


def _address(name: str, address: str) -> Address:
    """`Address` refuses what could begin another header; `formataddr` would let it through."""
    try:
        return Address(display_name=one_line(name), addr_spec=address)
    except (ValueError, IndexError) as error:
        raise Permanent(f"{one_line(address)!r} is no e-mail address") from error


def _refusal(error: smtplib.SMTPException | OSError, where: str, *, in_doubt: bool = False) -> Transient | Permanent:
    """What the server's refusal, or its silence, asks for."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return _by_code(error.smtp_code, where, "the server refuses user and password")
        case smtplib.SMTPResponseException():
            return _by_code(error.smtp_code, where, f"the server says {error.smtp_code}")
        case smtplib.SMTPNotSupportedError():
            return Permanent(f"{where}: {one_line(str(error))}; check `security` and the addresses")
        case ssl.SSLCertVerificationError():
            return Permanent(f"{where}: the server's certificate is not trusted")
        case _:
            return Transient(f"{where}: {type(error).__name__}", in_doubt=in_doubt)


def _by_code(code: int, where: str, what: str) -> Transient | Permanent:
    """4xx: later, such as greylisting; 5xx: never."""
    if 400 <= code < 500:
        return Transient(f"{where}: {what} for now ({code})")
    return Permanent(f"{where}: {what} ({code})")
