"""Jira issues for measuring: of the shape, size and variety of real ones, with a comment and two entries of history."""

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

SITE = "https://bench.atlassian.example"
FIRST = datetime(2025, 6, 2, 1, 0, tzinfo=UTC)
STEP = timedelta(minutes=5)
"""When the first issue changed last, and how much later each of the others did."""

FIRST_ID = 100_000
NUMBER, UPDATED = "000000000", "0000-00-00T00:00:00.000+0800"
"""What stands in a written issue where its number and the time of its change belong."""

Json = dict[str, Any]

_VOCABULARY = (
    "client approved layout draft before sprint review access point survey floor ceiling cable route switch rack "
    "firewall rule exception change window rollback plan invoice module export rounding tax field mapping customer "
    "portal sign-in timeout certificate renewal proxy header upload attachment limit mobile view landscape keyboard "
    "translation glossary missing label search result ranking stale cache nightly batch import duplicate contact "
    "merge history audit trail permission group project lead handover checklist training session recording minutes "
    "warehouse scanner barcode printer driver firmware update battery stock count variance report dashboard filter "
    "agreed date moved because supplier shipment customs clearance delay typhoon signal office closed weekend cover "
    "上線 日期 客戶 確認 報告 測試 環境 資料 轉移 完成 等候 回覆 更新 合約 付款 驗收 會議 紀錄 需求 變更"
)
_WORDS = _VOCABULARY.split()

STATUSES = (("10000", "To Do", "new"), ("10001", "In Progress", "indeterminate"), ("10002", "Done", "done"))
ISSUE_TYPES = (("10001", "Story"), ("10002", "Task"), ("10004", "Bug"), ("10000", "Epic"))
_PEOPLE = ("May Chan", "Ken Lau", "Ada Wong", "Felix Ho", "Iris Yip", "Tom Leung", "Joyce Ng", "Sam Cheung")


def stamp(at: datetime) -> str:
    """An instant as Jira writes it."""
    return (at + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%S.000+0800")


class Texts:
    """Writes what people write; the same seed writes the same."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def sentence(self, words: int) -> str:
        """So many words."""
        return " ".join(self._chance.choices(_WORDS, k=words)).capitalize() + "."

    def document(self, paragraphs: int) -> Json:
        """An Atlassian document."""
        texts = [" ".join(self.sentence(self._chance.randint(6, 16)) for _ in range(4)) for _ in range(paragraphs)]
        content = [{"type": "paragraph", "content": [{"type": "text", "text": text}]} for text in texts]
        return {"type": "doc", "version": 1, "content": content}

    def pick(self, of: Any) -> Any:
        """One of them."""
        return self._chance.choice(of)

    def user(self) -> Json:
        """One of our people, as Jira shows them."""
        number = self._chance.randrange(len(_PEOPLE))
        name = _PEOPLE[number]
        picture = f"{SITE}/avatar/{number}"
        return {
            "self": f"{SITE}/rest/api/3/user?accountId=712020:{number:08x}",
            "accountId": f"712020:{number:08x}",
            "emailAddress": f"{name.split()[0].lower()}@acme.example",
            "avatarUrls": {size: f"{picture}?size={size}" for size in ("48x48", "24x24", "16x16", "32x32")},
            "displayName": name,
            "active": True,
            "timeZone": "Asia/Hong_Kong",
            "accountType": "atlassian",
        }


def status(id_: str, name: str, category: str) -> Json:
    """A status with its category."""
    number = {"new": 2, "indeterminate": 4, "done": 3}[category]
    return {
        "self": f"{SITE}/rest/api/3/status/{id_}",
        "description": "",
        "iconUrl": f"{SITE}/images/icons/statuses/generic.png",
        "name": name,
        "id": id_,
        "statusCategory": {
            "self": f"{SITE}/rest/api/3/statuscategory/{number}",
            "id": number,
            "key": category,
            "colorName": "blue-gray",
            "name": name,
        },
    }


def issue_type(id_: str, name: str) -> Json:
    """A type of issues."""
    return {
        "self": f"{SITE}/rest/api/3/issuetype/{id_}",
        "id": id_,
        "description": "",
        "iconUrl": f"{SITE}/images/icons/issuetypes/{id_}.svg",
        "name": name,
        "untranslatedName": name,
        "subtask": False,
        "hierarchyLevel": 1 if name == "Epic" else 0,
    }


PROJECT: Json = {
    "self": f"{SITE}/rest/api/3/project/10000",
    "id": "10000",
    "key": "BENCH",
    "name": "Bench",
    "projectTypeKey": "software",
    "simplified": False,
    "avatarUrls": {size: f"{SITE}/project-avatar?size={size}" for size in ("48x48", "24x24", "16x16", "32x32")},
}
VERSION: Json = {
    "self": f"{SITE}/rest/api/3/version/10100",
    "id": "10100",
    "name": "Release 1",
    "archived": False,
    "released": False,
    "releaseDate": "2026-12-18",
    "projectId": 10000,
}


def created(seed: int) -> datetime:
    """When the issue that is written from that seed was."""
    return FIRST - timedelta(days=30, minutes=seed)


def written_issue(seed: int) -> bytes:
    """An issue as a search shows it, with `NUMBER` and `UPDATED` where its own belong."""
    texts = Texts(seed)
    state, kind = texts.pick(STATUSES), texts.pick(ISSUE_TYPES[:3] if seed % 50 else ISSUE_TYPES[3:])
    done = state[2] == "done"
    comment = {
        "self": f"{SITE}/rest/api/3/issue/{NUMBER}/comment/{NUMBER}",
        "id": NUMBER,
        "author": texts.user(),
        "body": texts.document(1),
        "updateAuthor": texts.user(),
        "created": UPDATED,
        "updated": UPDATED,
        "jsdPublic": True,
    }
    place = f"{SITE}/rest/api/3/issue/{NUMBER}"
    fields = {
        "summary": texts.sentence(9),
        "description": texts.document(2),
        "status": status(*state),
        "statuscategorychangedate": UPDATED,
        "resolution": {"self": f"{SITE}/rest/api/3/resolution/1", "id": "1", "name": "Done"} if done else None,
        "resolutiondate": UPDATED if done else None,
        "assignee": texts.user(),
        "reporter": texts.user(),
        "creator": texts.user(),
        "duedate": f"2026-{texts.pick(range(1, 13)):02d}-{texts.pick(range(1, 28)):02d}" if seed % 3 else None,
        "created": stamp(created(seed)),
        "updated": UPDATED,
        "labels": [texts.pick(_WORDS[:60])],
        "priority": {"self": f"{SITE}/rest/api/3/priority/3", "iconUrl": f"{SITE}/3.svg", "name": "Medium", "id": "3"},
        "issuetype": issue_type(*kind),
        "fixVersions": [{key: VERSION[key] for key in ("self", "id", "name", "archived", "released", "releaseDate")}],
        "project": PROJECT,
        "comment": {"comments": [comment], "self": f"{place}/comment", "maxResults": 1, "total": 1, "startAt": 0},
    }
    issue = {"expand": "renderedFields", "id": NUMBER, "self": place, "key": f"BENCH-{NUMBER}", "fields": fields}
    return encoded(issue)


def written_history(seed: int) -> bytes:
    """What the bulk changelog says of an issue: a date that was moved, and a status."""
    texts = Texts(seed)
    moved = {
        "field": "duedate",
        "fieldtype": "jira",
        "fieldId": "duedate",
        "from": "2026-03-02",
        "fromString": "2026-03-02 00:00:00.0",
        "to": "2026-04-13",
        "toString": "2026-04-13 00:00:00.0",
    }
    begun = {
        "field": "status",
        "fieldtype": "jira",
        "fieldId": "status",
        "from": "10000",
        "fromString": "To Do",
        "to": "10001",
        "toString": "In Progress",
    }
    entries = [
        {"id": f"{entry}{NUMBER}", "author": texts.user(), "created": 1750000000 + seed, "items": [item]}
        for entry, item in ((1, moved), (2, begun))
    ]
    return encoded({"issueId": NUMBER, "changeHistories": entries})


def encoded(answer: object) -> bytes:
    """JSON as Jira sends it: compact, and Chinese as itself."""
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
