"""Indicator 6: satisfaction from 0 to 100, each client counted once."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rules.indicators.figures import LeftOut, tenths

NEGATIVE = 60.0
"""3 stars of 5, or 6 of 10: a score up to it is a complaint."""

Scale = Literal["stars", "low is good", "ten", "net promoter score", "thumbs", "faces"]


def of_hundred(scale: Scale, score: float, best: int = 5) -> float | None:
    """A score as 0 to 100; None where the scale does not hold it.

    stars: 1 to `best`, as a share of it (4 of 5 is 80, as people here convert by hand); "low is good": the same,
    upside down; ten: 0 to 10, among them one answer about recommending us; "net promoter score": a published one,
    -100 to 100; thumbs: 0 or 1; faces: 0, 1 or 2.
    """
    match scale:
        case "stars" if 1 <= score <= best:
            return score / best * 100
        case "low is good" if 1 <= score <= best:
            return (best + 1 - score) / best * 100
        case "ten" if 0 <= score <= 10:
            return score * 10
        case "net promoter score" if -100 <= score <= 100:
            return (score + 100) / 2
        case "thumbs" if score in (0, 1):
            return score * 100
        case "faces" if score in (0, 1, 2):
            return score * 50
        case _:
            return None


@dataclass(frozen=True, slots=True)
class Given:
    """One answer. `contact` is who gave it; None, of somebody unknown, stands for itself."""

    key: str
    client: str | None
    contact: str | None
    at: datetime
    score: float | None
    """0 to 100; None: its scale is not known, or does not hold it."""


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """`score`: mean of the clients; `of` how many clients there are, `by_client` those that answered."""

    score: float | None
    by_client: dict[str, float]
    of: int
    answers: int
    left_out: tuple[LeftOut, ...] = ()


def satisfaction(given: Iterable[Given], clients: Collection[str], since: datetime, until: datetime) -> Satisfaction:
    """Client: the mean of each contact's latest answer in (`since`, `until`]; firm: the mean of its clients.

    Left out: what has no score that can be read, and what nobody knows the client of.
    """
    latest: dict[tuple[str, str], Given] = {}
    left_out = []
    for one in sorted(given, key=lambda one: (one.at, one.key)):
        if not since < one.at <= until:
            continue
        if one.score is None or one.client is None or one.client not in clients:
            left_out.append(LeftOut(one.key, "scale unknown" if one.score is None else "no client"))
        else:
            latest[one.client, one.contact or one.key] = one
    scores: dict[str, list[float]] = {}
    for (client, _), one in latest.items():
        assert one.score is not None, "those without a score are left out"
        scores.setdefault(client, []).append(one.score)
    by_client = {client: sum(told) / len(told) for client, told in sorted(scores.items())}
    firm = tenths(sum(by_client.values()) / len(by_client)) if by_client else None
    shown = {client: tenths(score) for client, score in by_client.items()}
    return Satisfaction(firm, shown, len(clients), len(latest), tuple(left_out))
