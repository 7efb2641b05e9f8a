"""`milepost check`: every setting, credential, rule and channel, and nothing changed."""

import socket
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from alerts.channels.base import Channel, DeliveryError, Outgoing
from alerts.channels.kinds import open_channel
from alerts.messages import Entry, Line, Message
from alerts.plain_text import cut
from alerts.routing import People, Reader
from cli.check_clients import unknown_companies, unknown_projects
from cli.exit_codes import FAILED, OK
from cli.findings import clock, expiry
from cli.opening import Config, read_config
from cli.talk import answer, refuse, warn
from config.clock import system_clock
from config.nearest import did_you_mean, there_are
from config.secrets import Redactor
from config.settings import ChannelSettings, SourceSettings
from connectors.base import Account, ConnectorError
from connectors.governor import Governor
from connectors.kinds import KINDS
from connectors.scope import count
from rules.examples import check
from rules.working_time import calendars, provisional_warnings


def check_everything(path: Path, channel: str) -> int:
    """Test it all; code 1 where a source, a channel, a client or a rule fails.

    Raises ConfigError, RuleErrors, StoreError.
    """
    config, now = read_config(path), system_clock()
    settings, rules = config.settings, config.rules
    if channel and channel not in settings.channels:
        cure = did_you_mean(channel, settings.channels) or there_are(settings.channels)
        return refuse(f'no channel is called "{channel}"{cure}')
    answer.print(f"{path}: {size_of(config)}: fine")
    accounts = {name: check_source(source, config.redactor) for name, source in settings.sources.items()}
    answered = {name: account for name, account in accounts.items() if account is not None}
    channels = [check_channel(one, config.redactor) for one in settings.channels.values()]
    own = (rule for rule in rules if not rule.is_library)  # nothing of a firm's changes whether the shipped ones hold
    failures = [f"{rule.id}: {one}" for rule in own for one in check(rule, settings, now)]
    failures += [*unknown_projects(settings, answered), *unknown_companies(settings)]
    today = now.astimezone(settings.zone).date()
    endings = (expiry(source, today) for source in settings.sources.values())
    soon = [str(ending) for ending in endings if ending and ending.level != "ok"]
    for line in (*failures, *provisional_warnings(calendars(settings, now), today), *soon):
        warn(line)
    sent = _send(config, channel) if channel else OK
    return max(sent, OK if len(answered) == len(accounts) and all(channels) and not failures else FAILED)


def size_of(config: Config) -> str:
    """How much there is: "4 sources, 6 clients, 2 rules"."""
    settings, rules = config.settings, count(len(config.rules), "rule")
    return f"{count(len(settings.sources), 'source')}, {count(len(settings.clients), 'client')}, {rules}"


def check_source(source: SourceSettings, redactor: Redactor) -> Account | None:
    """Ask one source who we are; one line says what it sees, or what to do: then None."""
    try:
        account = ask(source, redactor)
    except ConnectorError as refusal:
        warn(str(refusal))
        return None
    where = ", ".join(account.tenants.values()) or "no organisation"
    who = account.name if where in account.name else f"{account.name} at {where}"
    answer.print(f"{source.name}: {who} sees {account.sees}")
    for note in account.notes:
        answer.print(f"{source.name}: note: {note}")
    if account.skew is not None and (found := clock(source.name, account.skew)).level != "ok":
        warn(str(found))
    return account


def ask(source: SourceSettings, redactor: Redactor) -> Account:
    """Who we are at a source, and how far its clock is ahead; asked once: somebody waits. Raises ConnectorError."""
    kind = KINDS[source.kind]
    governor = Governor(
        source.name,
        limits=kind.limits,
        stop=threading.Event(),
        redact=redactor,
        ca_file=source.ca_file,
        patience=timedelta(),
    )
    try:
        account = kind.connect(source, governor).check()
        now = system_clock()
        return account if governor.server_time is None else replace(account, skew=governor.server_time - now)
    finally:
        governor.close()


def check_channel(settings: ChannelSettings, redactor: Redactor) -> bool:
    """Connect and sign in, without sending; one line says what was seen, or what to do."""
    try:
        seen = open_channel(settings, system_clock, system_clock, threading.Event(), redactor).check()
    except DeliveryError as refusal:
        warn(cut(redactor(f"{settings.name}: {refusal}"), 300))
        return False
    answer.print(f"{settings.name}: {seen}; nothing was sent (milepost check --send {settings.name})")
    return True


def _send(config: Config, name: str) -> int:
    """A test message by one channel, to all that it reaches: its group, and of persons the coordinator."""
    settings = config.settings
    channel = open_channel(settings.channels[name], system_clock, system_clock, threading.Event(), config.redactor)
    people, reaches = People(settings, {}), settings.channels[name].reaches
    readers = [people.group()] if reaches != "persons" else []
    readers += [people.coordinator()] if reaches != "group" else []
    sent = [_is_sent(config, name, channel, reader) for reader in readers]
    return OK if all(sent) else FAILED


def _is_sent(config: Config, name: str, channel: Channel, reader: Reader) -> bool:
    line = Line(f"Sent by `milepost check` from {socket.gethostname()}. Nothing needs you.")
    message = Message(reader.language, "Milepost: a test message", (Entry("", (line,)),))
    whom = reader.name or "its group"
    try:
        channel.send(Outgoing(f"check-{system_clock():%Y%m%d%H%M%S%f}", reader, message))
    except DeliveryError as refusal:
        warn(cut(config.redactor(f"{name}: to {whom}: {refusal}"), 300))
        return False
    answer.print(f"{name}: a test message went to {whom}")
    return True
