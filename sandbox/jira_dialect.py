"""How Jira's answers are worded: pages by offset, Data Center's dialect, the text of documents."""

import copy
from typing import Any

from starlette.requests import Request

from sandbox.jira_state import Json


def page(request: Request, rows: list[Json], name: str, *, cap: int, default: int) -> Json:
    """A page by offset, in Jira's envelope."""
    start = int(request.query_params.get("startAt") or 0)
    size = min(int(request.query_params.get("maxResults") or default), cap)
    shown = {"startAt": start, "maxResults": size, "total": len(rows), name: rows[start : start + size]}
    return shown if name == "comments" else {**shown, "isLast": start + size >= len(rows)}


def as_server(data: Any) -> Any:
    """The same in Data Center's dialect: users by name and key, text for documents, no untranslated names."""
    if isinstance(data, list):
        return [as_server(one) for one in data]
    if not isinstance(data, dict):
        return copy.copy(data)
    if data.get("type") == "doc" and "content" in data:
        return plain(data)
    if "accountId" in data:
        name = data["accountId"].rpartition(":")[2]
        kept = {key: value for key, value in data.items() if key not in ("accountId", "accountType")}
        return {**kept, "name": name, "key": f"JIRAUSER{name}"}
    hidden = ("untranslatedName", "hierarchyLevel", "statuscategorychangedate", "fieldId")
    return {key: as_server(value) for key, value in data.items() if key not in hidden}


def plain(body: Any) -> str:
    """The text of a document, or of a body that is text."""
    if isinstance(body, str):
        return body
    paragraphs = ("".join(_words(block)) for block in body.get("content", []))
    return "\n".join(paragraphs)


def _words(node: Json) -> list[str]:
    inside = [word for child in node.get("content", []) for word in _words(child)]
    return [node["text"], *inside] if "text" in node else inside
