"""One asking for a page: by whom, of which moment, in which words. Everything that a page reads is read in its one
transaction, so that the figures agree with each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from alerts.delegation import Role
from config.settings import Language, Settings
from report.document import Figure, Tone
from report.filters import NO_FILTERS, Filters, address
from report.freshness import freshness
from report.reading.clients import read_clients
from report.reading.sources import read_sources
from report.rows import ClientRow, Feed, SourceRow
from report.scope import EVERYTHING, Scope
from report.speech import Speech
from rules.moment import Moment
from rules.rule import Rule
from rules.views.reader import ViewReader


class NoSuchThing(LookupError):
    """There is nothing of that name, or nothing that the reader may see: whoever asks is not told which."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads. `name` is one under [people], or "" where nobody signed in: whoever sits at the machine.

    `sees_people`: may see what single people of ours have to do. `role`: what they may decide; None where nobody signed
    in. `form_token`: what each form of theirs sends along as `token`.
    """

    name: str = ""
    scope: Scope = EVERYTHING
    sees_people: bool = True
    language: Language | None = None
    role: Role | None = None
    form_token: str = ""


def language_of(reader: Reader, bd: str, settings: Settings) -> Language:
    """In which a page is shown where its address says nothing of that: in the reader's own; where nobody signed in, in
    that of the BD manager whose clients it is narrowed to (`bd`, a name under [people])."""
    person = None if reader.name else settings.people.get(bd)
    return reader.language or (person.language if person else None) or settings.language


@dataclass(frozen=True)
class Asked:
    """`of` is what of a page's address names the one thing that it is about; "" for the other pages.

    `rules` say what is told of their alerts.
    """

    connection: Connection
    settings: Settings
    moment: Moment
    rules: Sequence[Rule]
    reader: Reader
    language: Language
    filters: Filters = NO_FILTERS
    of: str = ""
    is_demo: bool = False

    @cached_property
    def speech(self) -> Speech:
        """The words."""
        return Speech(self.language, self.moment.zone, self.moment.today)

    def t(self, key: str, **values: object) -> str:
        """The text of `key`."""
        return self.speech.t(key, **values)

    # --- whose

    @cached_property
    def clients(self) -> Mapping[str, ClientRow]:
        """Those that the reader may see, by their keys, whatever the filter says."""
        return read_clients(self.connection, self.reader.scope)

    @cached_property
    def scope(self) -> Scope:
        """What of the reader's this page is about: narrowed by the filters `client` and `bd`, but for an address that
        asks for others, as one that is passed on does: whoever does not see all sees what is theirs."""
        scope = self.reader.scope
        if self.asks_for_others and not scope.is_all:
            return scope
        if self.filters.client:
            scope = scope.within({f"client/{self.filters.client}"})
        if self.filters.bd:
            bd = f"person/{self.filters.bd}"
            scope = scope.within({key for key, client in self.clients.items() if client.bd == bd})
        return scope

    @cached_property
    def views(self) -> ViewReader:
        """What reads the views, of what this page is about: to ask a view for the first time takes milliseconds."""
        return ViewReader(self.connection, self.moment, self.scope.allows)

    @property
    def asks_for_others(self) -> bool:
        """Whether the filter names a client or a BD manager of whom the reader sees nothing: a shared address does."""
        client, bd = f"client/{self.filters.client}", f"person/{self.filters.bd}"
        return bool(
            (self.filters.client and client not in self.clients)
            or (self.filters.bd and bd not in {one.bd for one in self.clients.values()})
        )

    def client_name(self, key: str | None) -> str:
        """What a client is called in the reader's language; what nobody's is called, for none."""
        client = self.clients.get(key or "")
        return (client.name(self.language) if client else None) or self.t("no_client")

    def person_name(self, key: str | None) -> str:
        """What one of [people] is called; "" for nobody. `key` with or without "person/"."""
        person = self.settings.people.get((key or "").removeprefix("person/"))
        return person.name if person else (key or "").removeprefix("person/")

    @property
    def bd_managers(self) -> Mapping[str, str]:
        """Those who answer for the clients of this page, in the order of the config: what each is called, by their name
        under [people]."""
        bound = {client.bd for key, client in self.clients.items() if self.scope.holds(key)}
        return {name: one.name for name, one in self.settings.people.items() if f"person/{name}" in bound}

    # --- where

    def here(self, path: str, **changed: Any) -> str:
        """The address of a page with the filters of this one but for what is `changed`."""
        query = self.filters.query(**changed)
        return address(path, query | self._language(query))

    def to(self, path: str, **filters: Any) -> str:
        """The address of another page, with these filters alone."""
        query = NO_FILTERS.query(**filters)
        return address(path, query | self._language(query))

    def client_page(self, key: str | None) -> str | None:
        """The address of the page of a client, by its key; None where the reader may see none of it."""
        if key is None or key not in self.clients:
            return None
        return self.to("/clients/" + key.removeprefix("client/"))

    def project_page(self, key: str | None) -> str | None:
        """The address of the page of a project that the reader may see, by its key; None for none."""
        return self.to("/projects/" + key) if key else None

    def _language(self, query: Mapping[str, str]) -> dict[str, str]:
        """Said where that address would not have it by itself."""
        own = language_of(self.reader, query.get("bd", ""), self.settings)
        return {} if self.language == own else {"lang": self.language}

    # --- how fresh

    @cached_property
    def sources(self) -> Sequence[SourceRow]:
        """How far each source can be believed."""
        return read_sources(self.connection, self.settings, self.moment.now)

    @cached_property
    def stale(self) -> frozenset[str]:
        """The names of the sources that cannot be believed."""
        return frozenset(row.name for row in self.sources if row.stale)

    def figure(
        self,
        key: str,
        value: float | None,
        label: str,
        href: str,
        *,
        text: str = "",
        tone: Tone = "",
        feed: Feed | None = None,
    ) -> Figure:
        """A headline number; grey where a source that feeds it is stale. Without a `feed` it rests on all of them."""
        sources = [row for row in self.sources if feed is None or feed in row.feeds]
        stale = any(row.stale for row in sources)
        return Figure(
            key=key,
            value=value,
            text=text or self.speech.number(value),
            label=label,
            href=href,
            freshness=freshness(self.speech, sources),
            tone="grey" if stale else tone,
            stale=stale,
        )

    @property
    def now(self) -> datetime:
        """The moment it is asked of."""
        return self.moment.now
