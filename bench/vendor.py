"""A Jira Cloud that costs nearly nothing: N issues, encoded beforehand, for measuring who reads them.

`python -m bench.vendor --issues N [--projects P] [--think-ms MS]` prints its port and serves until its standard input
ends. It answers what our connector asks, and of what others ask (`bench.peers`) the history inside the issues; whether
that is what Jira says is the sandbox's business.
N issues in each project (one, unless said), 100 a page, oldest change first; it thinks MS before each answer.
"""

import argparse
import json
import re
import sys
import threading
from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from bench.issues import (
    FIRST,
    FIRST_ID,
    ISSUE_TYPES,
    NUMBER,
    PROJECT,
    SITE,
    STATUSES,
    STEP,
    UPDATED,
    VERSION,
    created,
    encoded,
    issue_type,
    stamp,
    status,
    written_history,
    written_issue,
)

PAGE = 100
EVER = datetime.min.replace(tzinfo=UTC)
TEXTS = 1000
"""So many different issues are written; the others are like them but for their ids, keys and times."""


class Site:
    """What the site holds, and its answers by path."""

    def __init__(self, issues: int, projects: int = 1) -> None:
        """`issues` of each project."""
        self.issues = issues
        self.requests = 0
        self._changed = 0
        self._edition = 0
        self._counting = threading.Lock()
        self._written = [written_issue(seed) for seed in range(min(issues, TEXTS))]
        self._histories = [written_history(seed) for seed in range(min(issues, TEXTS))]
        self._changelogs = [as_changelog(history) for history in self._histories]
        self._spans: dict[object, list[int]] = {}
        keys = [project_key(number) for number in range(projects)]
        self._projects = [{**PROJECT, "id": str(10000 + number), "key": key} for number, key in enumerate(keys)]
        self._small: dict[str, bytes] = {
            "serverInfo": encoded({"baseUrl": SITE, "deploymentType": "Cloud", "version": "1001.0.0"}),
            "myself": encoded({"accountId": "712020:hub", "displayName": "Hub", "timeZone": "Asia/Hong_Kong"}),
            "field": encoded([{"id": "summary", "name": "Summary", "custom": False, "schema": {"type": "string"}}]),
            "status": encoded([status(*one) for one in STATUSES]),
            "issuetype": encoded([issue_type(*one) for one in ISSUE_TYPES]),
            **{f"project/{key}/versions": encoded([VERSION] if key == PROJECT["key"] else []) for key in keys},
        }

    def count(self) -> None:
        """One request more."""
        with self._counting:
            self.requests += 1

    def get(self, path: str, asked: dict[str, list[str]]) -> bytes | None:
        """The answer to a GET; None: there is no such thing."""
        match path:
            case "search/jql":
                return self._search(asked)
            case "project/search":
                told = {"totalIssueCount": self.issues, "lastIssueUpdateTime": stamp(self._updated(self.issues - 1))}
                shown = [{**one, "insight": told} for one in self._projects]
                return encoded({"values": shown, "isLast": True, "total": len(shown)})
            case _:
                return self._small.get(path)

    def change(self, issues: int) -> None:
        """The last `issues` of each project change: always so many."""
        self._changed, self._edition = issues, self._edition + 1

    def _edition_of(self, index: int) -> int:
        """How often an issue has changed while we serve."""
        return self._edition if index >= self.issues - self._changed else 0

    def _updated(self, index: int) -> datetime:
        """When an issue changed last: later ones later."""
        return FIRST + STEP * (index + self.issues * self._edition_of(index))

    def _search(self, asked: dict[str, list[str]]) -> bytes:
        """A page from the token on, or from the first issue that changed since the instant that the JQL names."""
        jql = asked["jql"][0]
        named = re.search(r'project in \("(\w+)"\)', jql)
        key = named[1] if named else str(PROJECT["key"])
        if "ORDER BY key DESC" in jql:
            return b'{"issues":[%b],"isLast":true}' % self._named(key, self.issues - 1)
        spans = (re.search(rf"created {sign} (\d+)", jql) for sign in (">=", "<"))
        found = self._created_within(*(_instant(span[1]) if span else None for span in spans))
        since = re.search(r"updated >= (\d+)", jql)
        start = bisect_left(found, _instant(since[1]), key=self._updated) if since else 0
        start = int(asked.get("nextPageToken", [start])[0])
        end = min(start + PAGE, len(found))
        follows = b'"isLast":true' if end >= len(found) else b'"nextPageToken":"%d","isLast":false' % end
        issues = [self._issue(key, index) for index in found[start:end]]
        if "changelog" in asked.get("expand", [""])[0]:
            issues = [self._expanded(issue, index) for issue, index in zip(issues, found[start:end], strict=True)]
        return b'{"issues":[%b],%b}' % (b",".join(issues), follows)

    def _created_within(self, since: datetime | None, before: datetime | None) -> Sequence[int]:
        """The issues that were created then, in the order of their last change."""
        if since is None and before is None:
            return range(self.issues)
        asked = (since, before, self._edition)
        if asked not in self._spans:
            texts = range(len(self._written))
            within = {n for n in texts if (since or EVER) <= created(n) and (before is None or created(n) < before)}
            self._spans[asked] = [index for index in range(self.issues) if self._text_of(index) in within]
        return self._spans[asked]

    def _text_of(self, index: int) -> int:
        return (index + self._edition_of(index)) % len(self._written)

    def _named(self, key: str, index: int) -> bytes:
        """What an issue is called, and when it was created."""
        id_ = FIRST_ID + project_number(key) * self.issues + index
        fields = {"created": stamp(created(self._text_of(index)))}
        return encoded({"id": str(id_), "key": f"{PROJECT['key']}-{id_}", "fields": fields})

    def named(self, body: bytes) -> bytes:
        """Those of some issues that are there, by their keys."""
        asked = [int(key.rpartition("-")[2]) - FIRST_ID for key in json.loads(body)["issueIdsOrKeys"]]
        issues = [self._named(project_key(at // self.issues), at % self.issues) for at in asked if at >= 0]
        return b'{"issues":[%b],"issueErrors":[]}' % b",".join(issues)

    def _issue(self, key: str, index: int) -> bytes:
        written = self._written[self._text_of(index)]
        updated = stamp(self._updated(index)).encode()
        number = project_number(key)
        id_ = b"%d" % (FIRST_ID + number * self.issues + index)
        if number:
            own = b'"id":"%d","key":"%b"' % (10000 + number, key.encode())
            written = written.replace(b'"id":"10000","key":"BENCH"', own)
        return written.replace(NUMBER.encode(), id_).replace(UPDATED.encode(), updated)

    def _expanded(self, issue: bytes, index: int) -> bytes:
        """With its history, as `expand` of a search gives it."""
        changelog = self._changelogs[index % len(self._changelogs)].replace(NUMBER.encode(), b"%d" % (FIRST_ID + index))
        return issue[:-1] + b',"changelog":%b,"transitions":[]}' % changelog

    def histories(self, body: bytes) -> bytes:
        """The bulk changelog of the issues that are asked for."""
        asked = [int(id_) for id_ in json.loads(body)["issueIdsOrKeys"]]
        return b'{"issueChangeLogs":[%b]}' % b",".join(map(self._history, asked))

    def _history(self, id_: int) -> bytes:
        written = self._histories[(id_ - FIRST_ID) % len(self._histories)]
        return written.replace(NUMBER.encode(), b"%d" % id_)


def as_changelog(history: bytes) -> bytes:
    """An issue's history as a search shows it, where times are texts."""
    entries = json.loads(history)["changeHistories"]
    for entry in entries:
        entry["created"] = stamp(datetime.fromtimestamp(entry["created"], UTC))
    return encoded({"startAt": 0, "maxResults": len(entries), "total": len(entries), "histories": entries})


def _instant(milliseconds: str) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


def project_key(number: int) -> str:
    """BENCH, BENCH1, BENCH2 …"""
    return f"{PROJECT['key']}{number or ''}"


def project_number(key: str) -> int:
    """The number in a project's key."""
    return int(key.removeprefix(str(PROJECT["key"])) or 0)


def handler(site: Site, think_s: float) -> type[BaseHTTPRequestHandler]:
    """What answers for `site`, each time after so many seconds."""

    never = threading.Event()

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each small answer waits 40 ms for the reader's acknowledgement
        wbufsize = -1

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/requests":  # ours, not Jira's, and not counted
                self._answer(b"%d" % site.requests)
                return
            if parts.path == "/change":
                site.change(int(parts.query))
                self._answer(b"")
                return
            site.count()
            self._answer(site.get(self._place(parts.path), parse_qs(parts.query)))

        def do_POST(self) -> None:
            site.count()
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answers = {"changelog/bulkfetch": site.histories, "issue/bulkfetch": site.named}
            answer = answers.get(self._place(urlsplit(self.path).path))
            self._answer(answer(body) if answer else None)

        def _place(self, path: str) -> str:
            return path.removeprefix("/rest/api/").partition("/")[2]

        def _answer(self, content: bytes | None) -> None:
            never.wait(think_s)
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Type", "application/json;charset=UTF-8")
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Answers


def main() -> None:
    """Serve until standard input ends, which it does when whoever started us is gone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, required=True)
    parser.add_argument("--projects", type=int, default=1)
    parser.add_argument("--think-ms", type=int, default=0)
    asked = parser.parse_args()
    answers = handler(Site(asked.issues, asked.projects), asked.think_ms / 1000)
    with ThreadingHTTPServer(("127.0.0.1", 0), answers) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_port, flush=True)
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    main()
