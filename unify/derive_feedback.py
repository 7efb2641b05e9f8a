"""What became of feedback: since when the client waits, the first answer and its basis, answered, handled.

Pure: rows and policy in, derived columns out. Design: "Feedback", "Waiting since", "First response", "Handled". Only
what a client wrote starts the clock and only what our people did stops it: whatever the hub, a bot or somebody of
unknown side wrote does neither.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from unify.derived import Row, Values

Basis = Literal["visible", "internal", "manual"]

_BEST_FIRST: tuple[Basis, ...] = ("visible", "manual", "internal")
"""Which of several answers at one instant is told: a mail that went out, before the note that it did."""

HAPPY = 60.0
"""A score above it, given without a word, asks for no answer."""

_SPOKEN = ("call", "meeting", "communication")
"""Messages that reach the client by their nature."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the config says of answers: `handled_when` and `answers_count`."""

    handled_when: Literal["answered", "closed"] = "answered"
    answers_count: Literal["any", "visible"] = "any"

    def counts(self, basis: Basis) -> bool:
        """Whether an answer on that basis stops the clock."""
        return self.answers_count == "any" or basis != "internal"


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that counts."""

    at: datetime
    basis: Basis


def derive_feedback(feedback: Row, messages: Iterable[Row], given: Iterable[Row], policy: Policy) -> Values:
    """The derived columns of one piece of feedback.

    `messages`: the living `comment` rows about it; `given`: its `answer` rows, recorded with `milepost answered`.

    1. What the client said: the feedback itself, and every client-side message.
    2. What answers: team messages, answers given elsewhere; the CRM's own stamps where nobody's messages can be read.
    3. The client waits since the oldest of 1 that nothing of 2 comes after. Closing settles what came before it.
    """
    said, answers = _conversation(feedback, list(messages), list(given), policy)
    received = feedback["received_at"] or min(said, default=None)
    after = (answer for answer in answers if received and answer.at > received)
    first = min(after, key=lambda answer: (answer.at, _BEST_FIRST.index(answer.basis)), default=None)
    last_answer = max((answer.at for answer in answers), default=None)
    unanswered = [at for at in said if last_answer is None or at >= last_answer]
    closed = feedback["status_category"] in ("done", "cancelled")
    open_still = [at for at in unanswered if not (closed and _settles(feedback["closed_at"], at))]
    waiting_since = min(open_still, default=None)
    return {
        "waiting_since": waiting_since,
        "first_response_at": first.at if first else None,
        "response_basis": first.basis if first else None,
        "answered": bool(answers) and not unanswered,
        "handled": waiting_since is None and (closed or policy.handled_when == "answered"),
    }


def _conversation(
    feedback: Row, messages: Sequence[Row], given: Sequence[Row], policy: Policy
) -> tuple[list[datetime], list[Answered]]:
    """The instants at which the client said something, and the answers that count; in no order."""
    about = [message for message in messages if message["created_at"] and _belongs(feedback, message)]
    theirs = [message for message in about if message["side"] == "client"]
    said = [message["created_at"] for message in theirs]
    if feedback["received_at"] and _asks(feedback):
        said.append(feedback["received_at"])
    answers = [Answered(m["created_at"], basis_of(m)) for m in about if m["side"] == "team"]
    if rests_on_stamps(feedback, about):
        said += _instants(feedback, "last_received_at")
        answers += [Answered(at, "visible") for at in _instants(feedback, "native_first_response_at", "last_sent_at")]
    answers += [Answered(row["answered_at"], "manual") for row in given]
    return said, [answer for answer in answers if policy.counts(answer.basis)]


def rests_on_stamps(feedback: Row, messages: Iterable[Row]) -> bool:
    """Whether none of the messages that the client wrote or saw can be read, so that the CRM's own stamps tell."""
    about = (message for message in messages if message["created_at"] and _belongs(feedback, message))
    return not any(one["side"] == "client" or (one["side"] == "team" and basis_of(one) == "visible") for one in about)


def basis_of(message: Row) -> Basis:
    """Whether the client saw a team message: a public reply, an outgoing mail, a call or meeting; else internal."""
    reached = message["visible"] or message["kind"] in _SPOKEN or message["direction"] == "outbound"
    return "visible" if reached else "internal"


def _asks(feedback: Row) -> bool:
    """Whether the feedback itself is something to answer.

    A survey is where its score is bad or it says something. That of comments is nothing by itself: it begins with
    the first of them that a client wrote.
    """
    if feedback["origin"] == "comment":
        return False
    if feedback["origin"] == "survey":
        return bool(feedback["text"].strip()) or (feedback["score"] is not None and feedback["score"] <= HAPPY)
    return True


def _belongs(feedback: Row, message: Row) -> bool:
    """Whether a message is about this feedback.

    One on its own row is. A mail or survey hangs on a contact only: there what we sent or said to them is an answer,
    and what they wrote besides is feedback of its own.
    """
    own = {feedback["key"], feedback["item_key"]}
    if own & {message["on_key"], *message["on_keys"]}:
        return True
    return bool(message["key"] != feedback["key"] and message["side"] == "team" and basis_of(message) == "visible")


def _settles(closed_at: datetime | None, said_at: datetime) -> bool:
    """Whether closing settled what was said then; without its time it settled everything."""
    return closed_at is None or said_at <= closed_at


def _instants(feedback: Row, *columns: str) -> list[datetime]:
    return [at for column in columns if (at := feedback[column])]
