"""A channel of Microsoft Teams, by the address of a workflow that posts what it is sent (learn.microsoft.com, "Create
incoming webhooks with Workflows", read November 2026; the Office 365 connectors before it are being withdrawn).

An adaptive card whose texts are runs, which know no Markdown. The flow belongs to the person who made it and stops when
they leave: it wants a second owner. Limits: 28 KB a card, four requests a second. The answer says that the workflow was
started, not that the card was posted; what fails behind it is seen in the flow's own history.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

from alerts.channels.base import DeliveryError, Permanent
from alerts.channels.posting import Json, Posted
from alerts.channels.robot import Robot, RobotSettings
from alerts.messages import Line, Message

_CARD = "application/vnd.microsoft.card.adaptive"
_PERMANENT = {
    400: "it refuses the card",
    401: "the address is no longer valid: copy it anew",
    403: "the address is no longer valid: copy it anew",
    404: "the workflow was removed or switched off",
    413: "the card is too large",
}


class TeamsSettings(RobotSettings):
    """`[channels.NAME]` with `kind = "teams"`."""

    kind: Literal["teams"] = "teams"


class Teams(Robot):
    """A channel that writes to a channel of Teams."""

    what = "Teams workflow"
    pace = ((4, 1.0),)
    limit_bytes = 27_000

    def form(self, lines: Sequence[Line], message: Message, account: str) -> Json:
        """A message with one card."""
        title, *others = lines
        body: list[Json] = [_block([{**_run(title.text), "weight": "Bolder", "size": "Medium"}])]
        body += [_block(list(_runs(line))) for line in others]
        card: Json = {"type": "AdaptiveCard", "version": "1.4", "body": body, "msteams": {"width": "Full"}}
        if account:
            called = f"<at>{account}</at>"  # of letters, digits and . @ + - _ alone
            body.append({"type": "TextBlock", "text": called})
            entity = {"type": "mention", "text": called, "mentioned": {"id": account, "name": account}}
            card["msteams"] = {"width": "Full", "entities": [entity]}
        return {"type": "message", "attachments": [{"contentType": _CARD, "contentUrl": None, "content": card}]}

    def judge(self, answer: Posted) -> DeliveryError | None:
        """The status says it all; an old connector's 200 may hold a failure in words."""
        status = answer.status
        if status in (200, 202) and "failed with error" not in answer.text:
            return None
        if status in (200, 202):
            return Permanent(f"{self.what}: this is a connector, and it failed: make a workflow in its place")
        return Permanent(f"{self.what}: {_PERMANENT.get(status, 'it refuses the card')} (status {status})")


def _block(runs: Sequence[Json]) -> Json:
    return {"type": "RichTextBlock", "spacing": "Small", "inlines": list(runs)}


def _run(text: str) -> Json:
    return {"type": "TextRun", "text": text}


def _runs(line: Line) -> Iterator[Json]:
    if line.text and (line.label or not line.url):
        yield _run(f"{line.text} " if line.url else line.text)
    if line.url:
        opened = {"type": "Action.OpenUrl", "url": line.url}
        yield {**_run(line.label or line.text), "underline": True, "selectAction": opened}
