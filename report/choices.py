"""The filters that stand on a page, as they are set."""

from collections.abc import Iterable, Mapping
from datetime import date

from config.language import month
from report.asked import Asked
from report.document import Choice, Option


def clients(asked: Asked) -> Choice:
    """One of the clients that the reader may see; of a BD manager's page, one of theirs: it is handed on."""
    bd = f"person/{asked.filters.bd}" if asked.filters.bd else None
    shown = [key for key, client in asked.clients.items() if bd in (None, client.bd)]
    names = {key.removeprefix("client/"): asked.client_name(key) for key in shown}
    return choice(asked, "client", asked.t("client"), names)


def bd_managers(asked: Asked) -> Choice:
    """One of those who answer for these."""
    keys = dict.fromkeys(client.bd for client in asked.clients.values() if client.bd)
    return choice(
        asked, "bd", asked.t("bd_manager"), {key.removeprefix("person/"): asked.person_name(key) for key in keys}
    )


def choice(asked: Asked, name: str, label: str, options: Mapping[str, str]) -> Choice:
    """One of `options`, by what the address says for each; or all."""
    chosen = getattr(asked.filters, name)
    everything: Iterable[tuple[str, str]] = [("", asked.t("filter.all")), *options.items()]
    return Choice(name, label, [Option(value, text, value == chosen) for value, text in everything])


def one_of(asked: Asked, name: str, label: str, options: Mapping[str, str]) -> Choice:
    """One of `options`, the first unless told."""
    chosen = getattr(asked.filters, name) or next(iter(options))
    return Choice(name, label, [Option(value, text, value == chosen) for value, text in options.items()])


def months(asked: Asked, label: str, chosen: date, among: Iterable[date]) -> Choice:
    """A month, by its first day."""
    return Choice(
        "month",
        label,
        [Option(f"{first:%Y-%m}", month(asked.language, first), first == chosen.replace(day=1)) for first in among],
    )


def order(asked: Asked, options: Mapping[str, str]) -> Choice:
    """What a list is sorted by, the first of `options` unless told."""
    return one_of(asked, "sort", asked.t("filter.sort"), options)
