"""Paging through a Trello board's cards and actions: bare lists, with no total and no token.

A page itself says where the next one begins. One that repeats would be read for ever, and one that leaves something out
would have it taken for deleted: both end in an error, and what was read so far stays.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from connectors.answers import decode, instant, mapping, stamp
from connectors.base import VendorChanged, VendorUnavailable
from connectors.trello_api import TooLarge, TrelloApi

PAGE = 1000
"""The most that one request gives of cards or actions."""

SMALL_PAGE, SMALLEST_PAGE = 250, 50
"""What is asked for where Trello does not answer in its 30 seconds; and the least that can be too large a question."""

_ID = re.compile(r"[0-9a-f]{24}")
"""What Trello takes as a bound. Of these the first eight digits tell the second in which something was made."""

_BORDER = timedelta(milliseconds=1)
"""Bounds by time leave out their own instant."""


def pages_of_cards(api: TrelloApi, board: str, query: Mapping[str, str]) -> Iterator[list[Any]]:
    """Every card of a board; in smaller pages where Trello finds the question too large, or gives no answer.

    Raises VendorChanged for a page that repeats, VendorUnavailable for one that left cards out: perhaps one was moved
    here at that moment.
    """
    limit = PAGE
    before: dict[str, str] = {}
    while True:
        try:
            elements = api.objects(_cards_of(board), limit=str(limit), **before, **query)
        except TooLarge:
            if limit // 2 < SMALLEST_PAGE:
                raise
            limit //= 2
            continue
        except VendorUnavailable:
            if limit <= SMALL_PAGE:
                raise
            limit = SMALL_PAGE
            continue
        cards = [decode(one, "cards") for one in elements]
        yield cards
        if len(cards) < limit:
            return
        # The newest come, in no promised order: the page's smallest id is where the next one begins.
        ids = [id for id in map(_id_of, cards) if id]
        if not ids or min(ids) >= before.get("before", "g"):
            raise VendorChanged(f"{api.name}: Trello repeats a page of the board {board}; reading on would never end")
        _check_newest(api, board, limit, set(ids), odd=len(cards) - len(ids))
        before = {"before": min(ids)}


def _check_newest(api: TrelloApi, board: str, limit: int, ids: Collection[str], odd: int) -> None:
    """Raise VendorUnavailable where the board has other cards between those of a full page, which nothing would ask for
    again. `odd` ones of the page have no id that can be read; asked for by itself it may be."""
    between = api.objects(_cards_of(board), limit=str(limit), fields="id", since=min(ids), before=max(ids))
    left_out = {id for one in between if (id := _id_of(decode(one, "cards")))}.difference(ids)
    if len(left_out) > odd:
        raise VendorUnavailable(f"{api.name}: Trello left {len(left_out)} cards out of a page of the board {board}")


def pages_of_actions(api: TrelloApi, board: str, query: Mapping[str, str]) -> Iterator[list[bytes]]:
    """Every action of a board once, newest first. Raises VendorChanged for a page that repeats or tells no time.

    Several can share a millisecond at a page's border: the next page begins a millisecond later, and what was seen is
    dropped. Where they fill a page, it begins behind the last of them, by its id.
    """
    before: dict[str, str] = {}
    reached: datetime | None = None
    by_id = False
    seen: set[bytes] = set()
    while True:
        page = api.objects(f"/boards/{board}/actions", limit=str(PAGE), **query, **before)
        new = [body for body in page if body not in seen]
        if new:
            yield new
        if len(page) < PAGE:
            return
        id, at = _last_of(page)
        if at is None or (reached and at > reached) or (by_id and not new):
            raise VendorChanged(f"{api.name}: Trello's actions of the board {board} repeat, or tell no time")
        by_id = at == reached
        before = {"before": id if by_id else stamp(at + _BORDER)}
        seen = seen.union(page) if by_id else set(page)
        reached = at


def _cards_of(board: str) -> str:
    return f"/boards/{board}/cards/all"


def _last_of(page: Sequence[bytes]) -> tuple[str, datetime | None]:
    """Id and time of the last action that tells both; ("", None) where none does."""
    for body in reversed(page):
        action = decode(body, "actions")
        id, at = _id_of(action), instant(mapping(action).get("date"))
        if id and at:
            return id, at
    return "", None


def _id_of(element: object) -> str:
    """Its id, where that can bound a page; else ""."""
    id = mapping(element).get("id")
    return id if isinstance(id, str) and _ID.fullmatch(id) else ""
