"""Our comments on Jira issues: one for each key, recognised by a marker, internal wherever a client could read them.

A property of the comment could hold the key unseen, but no search shows properties: the mapper could not tell ours.
"""

import re
from typing import Any
from urllib.parse import quote

from connectors import jira_payload as payloads
from connectors import own_comment
from connectors.answers import id_of, mapping
from connectors.base import AccessDenied, Ref
from connectors.jira_site import JiraSite

NEWEST = 100
"""Among how many of an issue's comments a doubtful earlier attempt is looked for."""

_INTERNAL = {"key": "sd.public.comment", "value": {"internal": True}}


class JiraComments:
    """Posts, edits and takes back. The SDK's `Comment.update` is not used: it follows an address the vendor gives."""

    def __init__(self, site: JiraSite) -> None:
        self._site = site

    def put(self, on: Ref, text: str, key: str, known: str | None) -> str:
        """Post our comment for `key`, or edit it where it stands; return its id.

        On a service project it is an internal note, which the answer must confirm; what comes out public is taken
        back, and AccessDenied raised.
        """
        place = _place(on)
        service = payloads.is_service_desk(self._site.issue(on.id, "project"))
        marked = f"{text}\n\n{own_comment.mark(key)}"
        body: dict[str, Any] = {"body": document(marked) if self._site.is_cloud else wiki(marked)}
        posted = {**body, "properties": [_INTERNAL]} if service else body

        def written(answer: bytes) -> str:
            comment = payloads.an_object(answer)
            if service and comment.get("jsdPublic") is not False:
                self._delete(place, id_of(comment))
                raise self._came_out_public(on)
            return id_of(comment)

        quietly = {"notifyUsers": "false"}
        return own_comment.put(
            known,
            edit=lambda id_: written(self._site.send("PUT", f"{place}/{quote(id_)}", body, quietly)),
            find=lambda: self._find(place, key),
            post=lambda: written(self._site.send("POST", place, posted)),
        )

    def take_back(self, on: Ref, key: str, known: str | None) -> None:
        """Delete our comment for `key`, if there is one."""
        place = _place(on)
        own_comment.take_back(known, find=lambda: self._find(place, key), delete=lambda id_: self._delete(place, id_))

    def _delete(self, place: str, id_: str) -> None:
        self._site.send("DELETE", f"{place}/{quote(id_)}")

    def _find(self, place: str, key: str) -> str | None:
        """The id of our comment for `key` among the newest ones."""
        newest = payloads.page(self._site.get(place, {"orderBy": "-created", "maxResults": NEWEST}), "comments")
        mark = own_comment.mark(key) if self._site.is_cloud else wiki(own_comment.mark(key))
        me = payloads.user_id(self._site.me)
        for written in (mapping(payloads.comment(one).payload) for one in newest.elements):
            by_us = payloads.user_id(mapping(written.get("author"))) == me
            if by_us and mark in str(written.get("body")):  # a document holds it as one text
                return id_of(written)
        return None

    def _came_out_public(self, on: Ref) -> AccessDenied:
        return AccessDenied(
            f"{self._site.name}: {self._site.who} cannot write internal notes on issue {on.id}, and a client could "
            "read the comment; it was taken back. Make the account an agent of the service project, or take the "
            "project out of comment_back"
        )


def _place(on: Ref) -> str:
    return f"issue/{quote(on.id)}/comment"


_WIKI = re.compile(r"([\\{}\[\]*_+^~|!?#@-])")
_WIKI_AT_START = re.compile(r"(?m)^(\s*)(h[1-6]|bq)\.")


def document(text: str) -> dict[str, Any]:
    """Plain text as an Atlassian document, a paragraph a line: nothing in it is markup."""
    lines = [line for line in text.splitlines() if line.strip()] or [" "]
    return {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": line}]} for line in lines],
    }


def wiki(text: str) -> str:
    """Plain text as wiki markup that shows it as it is."""
    return _WIKI_AT_START.sub(r"\1\2&#46;", _WIKI.sub(r"\\\1", text))
