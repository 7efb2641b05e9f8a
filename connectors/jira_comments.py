"""Our comments on Jira issues: found by a property that carries our key, internal wherever a client could read them."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from connectors import jira_payload as payloads
from connectors.answers import id_of, mapping
from connectors.base import AccessDenied, NotFound, Ref
from connectors.jira_site import JiraSite

MARKER = "milepost"
"""The property that says that a comment is ours, and for which key."""

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
        site, place = self._site, f"issue/{quote(on.id)}/comment"
        service = payloads.is_service_desk(site.issue(on.id, "project"))
        body: dict[str, Any] = {"body": document(text) if site.is_cloud else wiki(text)}
        answer = self._edit(place, known, body) or self._edit(place, self._marked(place, key), body)
        if answer is None:
            marker = {"key": MARKER, "value": {"key": key}}
            answer = site.send("POST", place, {**body, "properties": [marker, _INTERNAL] if service else [marker]})
        written = payloads.an_object(answer)
        id_ = id_of(written)
        if service and written.get("jsdPublic") is not False:
            self._delete(place, id_)
            raise AccessDenied(
                f"{site.name}: {site.who} cannot write internal notes on issue {on.id}, and a client could read the "
                "comment; it was taken back. Make the account an agent of the service project, or take the project "
                "out of comment_back"
            )
        return id_

    def _edit(self, place: str, id_: str | None, body: dict[str, Any]) -> bytes | None:
        """Jira's answer; None where there is no such comment: what somebody deleted is to be said again."""
        try:
            return self._site.send("PUT", f"{place}/{quote(id_)}", body, {"notifyUsers": "false"}) if id_ else None
        except NotFound:
            return None

    def take_back(self, on: Ref, key: str, known: str | None) -> None:
        """Delete our comment for `key`, if there is one."""
        place = f"issue/{quote(on.id)}/comment"
        id_ = known or self._marked(place, key)
        if id_ is not None:
            self._delete(place, id_)

    def _delete(self, place: str, id_: str) -> None:
        try:
            self._site.send("DELETE", f"{place}/{quote(id_)}")
        except NotFound:  # it is gone already
            return

    def _marked(self, place: str, key: str) -> str | None:
        """The id of our comment for `key` among the newest ones, or None."""
        newest = payloads.page(self._site.get(place, {"orderBy": "-created", "maxResults": NEWEST}), "comments")
        written = [mapping(payloads.comment(one).payload) for one in newest.elements]
        me = payloads.user_id(self._site.me)
        ours = [id_of(one) for one in written if payloads.user_id(mapping(one.get("author"))) == me]
        return next((id_ for id_, value in self._markers(ours) if value == {"key": key}), None)

    def _markers(self, ids: list[str]) -> Iterator[tuple[str, object]]:
        """Our property of comments of ours: on Cloud by one request, on Data Center one by one."""
        if not self._site.is_cloud:
            for id_ in ids:
                yield id_, self._property(id_)
        elif ids:
            asked = {"ids": [int(id_) for id_ in ids]}
            with self._site.governor.reading():
                content = self._site.send("POST", "comment/list", asked, {"expand": "properties"})
            for element in payloads.page(content, "values").elements:
                one = mapping(payloads.sliced(element).payload)
                for property_ in map(mapping, one.get("properties") or []):
                    if property_.get("key") == MARKER:
                        yield id_of(one), property_.get("value")

    def _property(self, id_: str) -> object:
        try:
            return payloads.an_object(self._site.get(f"comment/{quote(id_)}/properties/{MARKER}")).get("value")
        except NotFound:
            return None


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
