"""Reading a project's issues from Jira: searching, paging, and bringing comments and history along."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from connectors import jira_payload as payloads
from connectors.answers import id_of, instant, mapping
from connectors.base import LOOK_BACK, Page, Problem, Record, Ref, VendorChanged
from connectors.jira_fields import CHANGED_FIELDS, FIELDS
from connectors.jira_position import RECENT, Position
from connectors.jira_site import JiraSite

Json = dict[str, Any]

PAGE = 100
IDS_PAGE = 5000
DC_IDS_PAGE = 1000
HISTORIES = 1000
"""Issues whose history one request brings."""


class Created(NamedTuple):
    """A span of time in which issues were created, in milliseconds: from, and before; None: whenever."""

    since: int | None = None
    before: int | None = None


EVER = Created()


class _Found(NamedTuple):
    """A page of a search: issues that are not decoded yet."""

    elements: list[Any]
    is_last: bool


class JiraIssues:
    """The issues of one site, within `since`."""

    def __init__(self, site: JiraSite, since: date | None) -> None:
        self._site = site
        self._since = since

    def read(
        self, project: str, begun: Position | None, custom: tuple[str, ...], created: Created = EVER
    ) -> Iterator[Page]:
        """Pages of a project's issues, oldest change first, with all that hangs on them. `custom` are ids of fields;
        `created` leaves out all others."""
        fields = ",".join((*FIELDS, "comment", *custom))
        decoder = payloads.issue_decoder(custom)
        is_long = begun is not None and begun.is_long_look_due
        since = begun.until - (RECENT if is_long else LOOK_BACK) if begun else None
        until = begun.until if begun else None
        changed_at: dict[str, datetime | None] = {}
        for found in self._changed(self.scope(project, created), since, fields):
            page = _PageInTheMaking([], [], [])
            for element in found.elements:
                self._add(page, payloads.sliced(element, decoder), changed_at)
            cursor = None
            if found.is_last or not self._site.is_cloud or len(changed_at) + PAGE > HISTORIES:
                self._add_histories(page, changed_at)
                until = max(filter(None, (until, *changed_at.values())), default=None)
                changed_at = {}
                settled = found.is_last and begun is not None and until == begun.until and self._is_indexed(until)
                looked = begun.until if begun and is_long and found.is_last else begun.looked if begun else until
                cursor = Position(until, looked, settled).cursor() if until and looked else None
            if page.records or page.problems or cursor:
                yield Page(page.records, cursor, page.whole, page.problems)

    def _is_indexed(self, until: datetime) -> bool:
        """Whether the search has had its time, by Jira's own clock, to show all that changed until then."""
        now = self._site.server_time
        return now is not None and now - until >= LOOK_BACK

    def living_ids(self, project: str) -> Iterator[list[str]]:
        """Ids of the issues in scope; raises rather than leave one out."""
        for elements in self._ids_by_token(project) if self._site.is_cloud else self._ids_by_offset(project):
            yield [payloads.mark_of(one)[0] for one in elements]

    # --- one issue

    def _add(self, page: "_PageInTheMaking", issue: payloads.Sliced, changed_at: dict[str, datetime | None]) -> None:
        """Put an issue, its comments and, on Data Center, its history on the page; note when it changed."""
        id_ = id_of(issue.payload)
        if not id_:
            page.problems.append(Problem("issues", "", "", "is not an object with an id"))
            return
        fields, ref = payloads.fields_of(issue.payload), Ref("issues", id_)
        updated_at = changed_at[id_] = instant(fields.get("updated"))
        comment = fields.pop("comment", None)
        embedded = mapping(comment)
        if not isinstance(comment, dict | None) or not isinstance(embedded.get("comments"), list | None):
            page.problems.append(Problem("issues", id_, "fields.comment", "holds no list of comments"))
        inside = mapping(issue.payload.pop("changelog", None)).get("histories")
        page.records.append(Record("issues", id_, updated_at, issue.payload, body=issue.body))
        elements, is_whole = self._comments(id_, embedded)
        stream = "request_comments" if payloads.is_service_desk(fields) else "comments"
        page.add_comments(stream, ref, map(payloads.comment, elements))
        if is_whole:
            page.whole.extend([("comments", ref), ("request_comments", ref)])
        if isinstance(inside, list):
            page.add_history(ref, updated_at, inside)

    def _comments(self, id_: str, embedded: Mapping[str, Any]) -> tuple[list[Any], bool]:
        """All comments of an issue, and whether they are all for certain: a search shows some, and the true total."""
        listed, total = embedded.get("comments"), embedded.get("total")
        elements: list[Any] = listed if isinstance(listed, list) else []
        if not isinstance(total, int) or total <= len(elements):
            return elements, isinstance(total, int)
        by_id: dict[str, Any] = {}
        totals: set[int | None] = set()
        start = 0
        while True:
            asked = {"startAt": start, "maxResults": PAGE, "orderBy": "created"}
            answer = payloads.page(self._site.get(f"issue/{quote(id_)}/comment", asked), "comments")
            by_id |= {payloads.mark_of(one)[0]: one for one in answer.elements}
            totals.add(answer.total)
            start += len(answer.elements)
            if not answer.elements or start >= (answer.total or 0):
                # One that was deleted between two pages moves another past the border, unseen.
                return list(by_id.values()), totals == {len(by_id)}

    # --- history

    def _add_histories(self, page: "_PageInTheMaking", changed_at: Mapping[str, datetime | None]) -> None:
        """Put the histories of these issues on the page: Data Center shows them inside the issues, on Cloud one request
        brings those of a thousand."""
        if not self._site.is_cloud or not changed_at:
            return
        histories = self._histories(list(changed_at))
        for id_, at in changed_at.items():
            page.add_history(Ref("issues", id_), at, histories.get(id_, []))
        if "" in histories:
            page.problems.append(Problem("issues", "", "histories", "some are of no issue that has an id"))

    def _histories(self, ids: list[str]) -> Mapping[str, list[Any]]:
        """Changelog entries by issue. One issue's entries may be spread over pages."""
        asked: Json = {"issueIdsOrKeys": ids, "fieldIds": CHANGED_FIELDS, "maxResults": 10000}
        histories: dict[str, list[Any]] = {}
        tokens: set[str] = set()
        while True:
            with self._site.governor.reading():
                told = self._site.send("POST", "changelog/bulkfetch", asked)
            answer = payloads.page(told, "issueChangeLogs")
            for element in answer.elements:
                id_, entries = payloads.issue_changes(element)
                histories.setdefault(id_, []).extend(entries)
            if not answer.token:
                return histories
            self._guard(tokens, answer.token)
            asked["nextPageToken"] = answer.token

    # --- searching

    def scope(self, project: str, created: Created = EVER) -> str:
        """JQL of a project's issues. The key is quoted: `OR` is a project somewhere. `since` is a day in the account's
        zone, and asks for the last change: what closed before and was touched since is wanted again anyway."""
        quoted = project.replace("\\", "\\\\").replace('"', '\\"')
        closed = f' AND (statusCategory != Done OR updated >= "{self._since}")' if self._since else ""
        spans = ((">=", created.since), ("<", created.before))
        within = "".join(f" AND created {sign} {at}" for sign, at in spans if at is not None)
        return f'project in ("{quoted}"){closed}{within}'

    def _changed(self, scope: str, since: datetime | None, fields: str) -> Iterator[_Found]:
        """What changed since then (None: everything), oldest change first."""
        if not self._site.is_cloud:
            return self._search_by_updated(scope, since, fields)
        # Bare milliseconds are an instant; a quoted date would be read in the zone of the account's profile.
        changed = f" AND updated >= {int(since.timestamp() * 1000)}" if since else ""
        return self._search(f"{scope}{changed} ORDER BY updated ASC, key ASC", fields, PAGE)

    def _search(self, jql: str, fields: str, size: int) -> Iterator[_Found]:
        """Cloud: pages by token. The server may return fewer than asked, and none at all before the end."""
        asked: Json = {"jql": jql, "fields": fields, "maxResults": size}
        tokens: set[str] = set()
        while True:
            answer = payloads.page(self._site.get("search/jql", asked), "issues")
            is_last = answer.is_last or not answer.token
            yield _Found(answer.elements, is_last)
            if is_last:
                return
            self._guard(tokens, answer.token)
            asked["nextPageToken"] = answer.token

    def _search_by_updated(self, scope: str, since: datetime | None, fields: str) -> Iterator[_Found]:
        """Data Center: pages by the last minute seen, for an offset would skip what moves up while we page.

        Offsets are used inside one minute only; what was seen in that minute already is dropped.
        """
        minute = since
        seen: set[tuple[str, object]] = set()
        start = 0
        while True:
            jql = scope + (f' AND updated >= "{self._in_profile_zone(minute)}"' if minute else "")
            asked = {
                "jql": f"{jql} ORDER BY updated ASC, key ASC",
                "fields": fields,
                "expand": "changelog",
                "startAt": start,
                "maxResults": PAGE,
            }
            answer = payloads.page(self._site.get("search", asked), "issues")
            marks = [payloads.mark_of(one) for one in answer.elements]
            fresh = [one for one, mark in zip(answer.elements, marks, strict=True) if mark not in seen]
            is_last = not marks or start + len(marks) >= (answer.total or 0)
            yield _Found(fresh, is_last)
            if is_last:
                return
            last = instant(marks[-1][1])
            last_minute = last.replace(second=0, microsecond=0) if last else None
            if last_minute is not None and (minute is None or last_minute > minute):
                minute, start, seen = last_minute, 0, set(marks)
            else:
                start, seen = start + len(marks), seen | set(marks)

    def _ids_by_token(self, project: str) -> Iterator[list[Any]]:
        """Cloud: ids by the thousand; a token's pages do not shift."""
        for found in self._search(f"{self.scope(project)} ORDER BY key ASC", "id", IDS_PAGE):
            yield found.elements

    def _ids_by_offset(self, project: str) -> Iterator[list[Any]]:
        """Data Center: ids by offset, each page beginning with the last of the one before.

        If that one is not there, something was deleted meanwhile, and an id may have been skipped: the caller must
        not take it for gone.
        """
        start, last = 0, ""
        while True:
            asked = {"jql": f"{self.scope(project)} ORDER BY key ASC", "fields": "id", "startAt": start}
            answer = payloads.page(self._site.get("search", {**asked, "maxResults": DC_IDS_PAGE}), "issues")
            ids = [payloads.mark_of(one)[0] for one in answer.elements]
            if last and (not ids or ids[0] != last):
                raise VendorChanged(f"{self._site.name}: the issues of {project} changed while they were listed")
            yield answer.elements
            if len(ids) < 2 or start + len(ids) >= (answer.total or 0):
                return
            start, last = start + len(ids) - 1, ids[-1]

    def _guard(self, tokens: set[str], token: str) -> None:
        if token in tokens:
            raise VendorChanged(f"{self._site.name}: Jira gave the same page token twice; reading on would never end")
        tokens.add(token)

    def _in_profile_zone(self, at: datetime) -> str:
        """An instant as quoted JQL takes it: to the minute, in the zone of the account's profile.

        Where the clocks are put back an hour comes twice; we then ask from its first coming.
        """
        zone = ZoneInfo(str(self._site.me.get("timeZone") or "UTC"))
        local = at.astimezone(zone)
        if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
            local = (at - timedelta(hours=2)).astimezone(zone)
        return f"{local:%Y-%m-%d %H:%M}"


@dataclass(frozen=True, slots=True)
class _PageInTheMaking:
    records: list[Record]
    whole: list[tuple[str, Ref | None]]
    problems: list[Problem]

    def add_history(self, issue: Ref, changed_at: datetime | None, entries: list[Any]) -> None:
        """An issue's history, if it tells of anything that is mapped."""
        history = payloads.history(issue.id, entries)
        if history is not None:
            self.records.append(Record("histories", issue.id, changed_at, history.payload, issue, history.body))

    def add_comments(self, stream: str, parent: Ref, listed: Iterable[payloads.Sliced]) -> None:
        """The comments of an issue."""
        for one in listed:
            id_ = id_of(one.payload)
            if id_:
                at = instant(one.payload.get("updated"))
                self.records.append(Record(stream, id_, at, one.payload, parent, one.body))
            else:
                self.problems.append(Problem(parent.stream, parent.id, stream, "holds one without an id"))
