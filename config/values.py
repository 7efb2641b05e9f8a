"""The forms of single values in the config: durations, addresses, spells of a day. Each refusal says what to write."""

import ipaddress
import re
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator

from config.nearest import nearest

_DURATION = re.compile(r"([0-9]{1,5})\s*(s|m|h|d|w)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_MULTIPLE = re.compile(r"([0-9]{1,3}(?:\.[0-9])?)x")
_EMAIL = re.compile(r"[^@\s<>\"(),:;]+@([^@\s]+)")
_DOMAIN = re.compile(r"(?!-)[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+")
_TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_SPELL = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")


def parse_duration(text: object) -> timedelta:
    """`"10m"` -> timedelta. Raises ValueError with what to write: a bare number has no unit."""
    if isinstance(text, timedelta):
        return text
    found = _DURATION.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None or int(found[1]) == 0:
        raise ValueError('write a number and a unit: "30s", "10m", "2h", "7d"')
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def parse_flag(given: object) -> object:
    """true or false, which a variable of the environment can only spell; no other word, such as "no", is one."""
    flag = {"true": True, "false": False}.get(given.casefold()) if isinstance(given, str) else given
    if not isinstance(flag, bool):
        raise ValueError("write true or false")
    return flag


def parse_whole(given: object) -> object:
    """A whole number, not true or false, which pydantic takes for 1 and 0."""
    if isinstance(given, bool):
        raise ValueError("write a whole number")
    return given


class DateRange(NamedTuple):
    """Days, both ends among them."""

    first: date
    last: date


def parse_date_range(text: object) -> object:
    """`"2026-12-24..2027-01-02"`, or one day, -> DateRange. Raises ValueError with what to write."""
    if not isinstance(text, str):
        return text
    first, _, last = text.partition("..")
    try:
        found = DateRange(date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip()))
    except ValueError:
        raise ValueError('write the first and the last day, "2026-12-24..2027-01-02", or one day') from None
    if found.last < found.first:
        raise ValueError("the last day comes before the first")
    return found


def check_zone(name: str) -> str:
    """Refuse what is no time zone; the nearest by its name or its city is told."""
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # not found, a folder of the database, or no name at all
        zones = {zone.rpartition("/")[2]: zone for zone in available_timezones() if "/" in zone}
        zones |= {zone: zone for zone in zones.values()}
        meant = nearest(name.replace(" ", "_"), zones)
        raise ValueError(f'there is no such time zone; write one such as "{zones[meant or "Hong_Kong"]}"') from None
    return name


def _check_email(address: str) -> str:
    found = _EMAIL.fullmatch(address)
    if found is None or not _DOMAIN.fullmatch(found[1]):
        raise ValueError('write an e-mail address, such as "may@acme.example"')
    return address


def _check_domain(domain: str) -> str:
    if not _DOMAIN.fullmatch(domain):
        raise ValueError('write a domain, such as "acme.example"')
    return domain


def check_vendor_url(url: str) -> str:
    """Refuse a base URL that is neither https nor loopback: a credential is sent there. Empty: the vendor's own."""
    parts = urlsplit(url)  # raises ValueError for what is no URL at all
    if url and (parts.username or parts.password or parts.query or parts.fragment):
        raise ValueError("write the address alone: no user, password, ? or # in it")
    if url and not (
        parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname)))
    ):
        raise ValueError('write an address that begins with "https://"; "http://" only for this machine itself')
    return url


def is_loopback(host: str) -> bool:
    """Whether `host` can only be this machine: `localhost`, or an address of the loopback range."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


Whole = Annotated[int, BeforeValidator(parse_whole)]
Zone = Annotated[str, AfterValidator(check_zone)]
Flag = Annotated[bool, BeforeValidator(parse_flag)]
Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Email = Annotated[str, AfterValidator(_check_email)]
Domain = Annotated[str, AfterValidator(_check_domain)]
Days = Annotated[DateRange, BeforeValidator(parse_date_range)]


def check_multiple_or_duration(text: str) -> None:
    """Refuse what is neither "3x" nor a duration."""
    if not _MULTIPLE.fullmatch(text):
        try:
            parse_duration(text)
        except ValueError:
            raise ValueError('write a multiple of the source\'s `every`, "3x", or a duration, "2h"') from None


def check_time_of_day(text: str) -> None:
    """Refuse what clocks do not show."""
    if not _TIME_OF_DAY.fullmatch(text):
        raise ValueError('write a time of day, such as "12:00"')


def check_spells(hours: Sequence[str]) -> None:
    """Refuse what are not spells of one day, "09:00-13:00", that leave each other alone."""
    spells = []
    for found in map(_SPELL.fullmatch, hours):
        if found is None:
            raise ValueError('write the working hours of a day, such as ["09:00-13:00", "14:00-18:00"]')
        begin, end = found[1] + found[2], found[3] + found[4]
        if not (begin < end <= "2400" and max(found[2], found[4]) < "60"):
            raise ValueError("a spell must begin before it ends, on the same day")
        spells.append((begin, end))
    if not spells:
        raise ValueError('write at least one spell, such as ["09:00-18:00"]')
    if any(end > begin for (_, end), (begin, _) in pairwise(sorted(spells))):
        raise ValueError("two spells overlap")
