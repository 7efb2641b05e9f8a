"""Three hundred titles that want to be more than text, and a database in which nothing has any other name."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

_CALLS = (
    "<script>{}</script>",
    "<img src=x onerror={}>",
    "<svg/onload={}>",
    "<svg><script>{}</script></svg>",
    "<svg><animate onbegin={} attributeName=x dur=1s>",
    "<body onload={}>",
    "<input autofocus onfocus={}>",
    "<details open ontoggle={}>",
    "<video><source onerror={}></video>",
    "<iframe srcdoc='<script>parent.{}</script>'></iframe>",
    "<iframe src=javascript:parent.{}></iframe>",
    "<a href=javascript:{}>x</a>",
    "<form action=javascript:{}><button>x</button></form>",
    "<object data=javascript:{}></object>",
    "<math><mtext><script>{}</script></mtext></math>",
    "<style>@import 'javascript:{}';</style>",
    "<link rel=stylesheet href=javascript:{}>",
    "<base href=javascript:{}//>",
    "<meta http-equiv=refresh content='0;url=javascript:{}'>",
    "<template><script>{}</script></template>",
    "<marquee onstart={}>",
    "javascript:{}",
    "data:text/html,<script>{}</script>",
    "{{{{ {} }}}}",
    "{{% print({}) %}}",
    "${{{}}}",
    "<!--><script>{}</script-->",
    "<noscript><p title='</noscript><img src=x onerror={}>'>",
    "<xmp><p title='</xmp><svg/onload={}>'>",
    "&lt;script&gt;{}&lt;/script&gt;",
)
_FRAMES = (
    "{}",
    '">{}',
    "'>{}",
    "</title>{}",
    "</style>{}",
    "</script>{}",
    "</textarea>{}",
    "]]>{}",
    "\u202e{}\u2066",
    "\ufeff\u200b{}\x0b",
)

HOSTILE = [frame.format(call.format("hurt()")) for frame in _FRAMES for call in _CALLS]
"""Each calls `hurt` where a browser takes it for more than text."""

_TEXTS = {
    "account": ("name", "handle"),
    "agreement": ("reference", "recorded_by"),
    "alert_event": ("note",),
    "answer": ("how", "recorded_by"),
    "change": ("old", "new"),
    "comment": ("text", "url"),
    "company": ("name", "url"),
    "contact": ("name", "job_title", "url"),
    "deal": ("name", "stage_native", "amount_text", "url"),
    "feedback": ("subject", "text", "author_name", "url"),
    "mapping_problem": ("field", "reason", "value"),
    "milestone": ("name", "status_native", "url"),
    "project": ("name", "description", "url"),
    "risk": ("name", "response_plan", "url"),
    "silence": ("reason",),
    "source": ("last_error", "tenant"),
    "work_item": ("name", "status_native", "priority_native", "url"),
}
"""What a vendor or somebody of the firm worded, by table."""


def poison(database: Path) -> int:
    """Give everything a hostile name; how many texts that were."""
    with closing(sqlite3.connect(database)) as connection, connection:
        said = sum(_rewrite(connection, table, name) for table, names in _TEXTS.items() for name in names)
        return said + _rewrite_facts(connection)


def _rewrite(connection: sqlite3.Connection, table: str, name: str) -> int:
    rows = connection.execute(f"SELECT rowid FROM {table} WHERE {name} IS NOT NULL AND {name} != ''").fetchall()
    values = [(HOSTILE[number % len(HOSTILE)], rowid) for number, (rowid,) in enumerate(rows)]
    connection.executemany(f"UPDATE {table} SET {name} = ? WHERE rowid = ?", values)
    return len(values)


def _rewrite_facts(connection: sqlite3.Connection) -> int:
    """What an alert remembers of its subject."""
    titles = count()
    rows = connection.execute("SELECT rowid, facts FROM alert").fetchall()
    told = [(json.dumps(dict(_facts(json.loads(facts), titles))), rowid) for rowid, facts in rows]
    connection.executemany("UPDATE alert SET facts = ? WHERE rowid = ?", told)
    return next(titles)


def _facts(facts: dict[str, Any], titles: Iterator[int]) -> Iterator[tuple[str, Any]]:
    for name, value in facts.items():
        worded = isinstance(value, str) and name in {"name", "subject", "project_name", "owner_name", "author", "url"}
        yield name, HOSTILE[next(titles) % len(HOSTILE)] if worded else value
