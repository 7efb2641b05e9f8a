"""The floor: what reading and keeping the same pages costs where nothing is done but that.

A bare loop: each page is fetched by `http.client` and decoded by `json`; its issues, comments and history are upserted
by `sqlite3` in three tables, one commit a page. No model, no raw payloads, no recovery: nobody would want it, and
nothing honest is faster.
"""

import http.client
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

Json = dict[str, Any]

BULK = 1000
FIELDS = "summary,status,assignee,reporter,duedate,created,updated,issuetype,description,comment"

_TABLES = """
    CREATE TABLE issue (id TEXT PRIMARY KEY, key TEXT, kind TEXT, summary TEXT, status TEXT, category TEXT,
        assignee TEXT, reporter TEXT, due TEXT, created TEXT, updated TEXT, description TEXT) WITHOUT ROWID;
    CREATE TABLE comment (id TEXT PRIMARY KEY, issue TEXT, author TEXT, created TEXT, updated TEXT, body TEXT)
        WITHOUT ROWID;
    CREATE TABLE history (id TEXT PRIMARY KEY, issue TEXT, author TEXT, created TEXT, field TEXT, old TEXT, new TEXT)
        WITHOUT ROWID;
"""


def copy(url: str, path: Path, synchronous: str) -> int:
    """Read every issue of the project at `url` into a new database at `path`; return how many there were."""
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute(f"PRAGMA synchronous = {synchronous}")
    database.executescript(_TABLES)
    count = 0
    ids: list[str] = []
    site = http.client.HTTPConnection(url.removeprefix("http://"))
    for issues in _pages(site):
        _keep_issues(database, issues)
        count += len(issues)
        ids += [issue["id"] for issue in issues]
        if len(ids) >= BULK:
            _keep_histories(database, site, ids)
            ids = []
    if ids:
        _keep_histories(database, site, ids)
    site.close()
    database.close()
    return count


def _pages(site: http.client.HTTPConnection) -> Iterator[list[Json]]:
    path = f"/rest/api/3/search/jql?jql={quote('project = BENCH ORDER BY updated')}&maxResults=100&fields={FIELDS}"
    token = ""
    while True:
        site.request("GET", path + (f"&nextPageToken={token}" if token else ""))
        page = json.loads(site.getresponse().read())
        yield page["issues"]
        if page["isLast"]:
            return
        token = page["nextPageToken"]


def _keep_issues(database: sqlite3.Connection, issues: list[Json]) -> None:
    rows, comments = [], []
    for issue in issues:
        fields = issue["fields"]
        rows.append(
            (
                issue["id"],
                issue["key"],
                fields["issuetype"]["name"],
                fields["summary"],
                fields["status"]["name"],
                fields["status"]["statusCategory"]["key"],
                fields["assignee"]["accountId"],
                fields["reporter"]["accountId"],
                fields["duedate"],
                fields["created"],
                fields["updated"],
                _text(fields["description"]),
            )
        )
        for comment in fields["comment"]["comments"]:
            said = (comment["author"]["accountId"], comment["created"], comment["updated"], _text(comment["body"]))
            comments.append((comment["id"], issue["id"], *said))
    _upsert(database, "issue", rows)
    _upsert(database, "comment", comments)
    database.commit()


def _keep_histories(database: sqlite3.Connection, site: http.client.HTTPConnection, ids: list[str]) -> None:
    site.request("POST", "/rest/api/3/changelog/bulkfetch", json.dumps({"issueIdsOrKeys": ids}))
    page = json.loads(site.getresponse().read())
    rows = [
        (f"{entry['id']}.{number}", log["issueId"], entry["author"]["accountId"], entry["created"], *_change(item))
        for log in page["issueChangeLogs"]
        for entry in log["changeHistories"]
        for number, item in enumerate(entry["items"])
    ]
    _upsert(database, "history", rows)
    database.commit()


def _change(item: Json) -> tuple[str, str, str]:
    return item["fieldId"], item["fromString"], item["toString"]


def _text(document: Json) -> str:
    return "\n".join(text["text"] for block in document["content"] for text in block["content"])


def _upsert(database: sqlite3.Connection, table: str, rows: list[tuple[Any, ...]]) -> None:
    columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    update = ", ".join(f"{name} = excluded.{name}" for name in columns[1:])
    places = ", ".join("?" * len(columns))
    database.executemany(f"INSERT INTO {table} VALUES ({places}) ON CONFLICT (id) DO UPDATE SET {update}", rows)
