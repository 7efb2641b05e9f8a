"""Lantern Quay Systems Limited 燈埗系統有限公司: one invented firm's year, up to Tuesday 24 November 2026, 09:00.

One module per client; `items` turns titles into work with a life, `tickets` questions into answered ones. The same
plan comes out every time.
"""

from itertools import count

from sandbox.lantern_quay import cloud_hill, nine_ferries, paper_kite, slow_boat, stacked_tower, warm_kettle
from sandbox.lantern_quay.items import ACCEPTED
from sandbox.lantern_quay.office import at, day
from sandbox.lantern_quay.people import staff
from sandbox.plan import ClosurePlan, Plan

CLIENTS = (nine_ferries, paper_kite, slow_boat, warm_kettle, cloud_hill, stacked_tower)


def lantern_quay() -> Plan:
    """The plan of the firm, made anew: whoever gets it may change it."""
    people = staff()
    numbers = count(len(people) + 1)
    chapters = [client.chapter(numbers) for client in CLIENTS]
    return Plan(
        name="Lantern Quay Systems",
        story_now=at("2026-11-24 09:00"),
        first_sync=at("2026-11-24 08:50"),
        staff=people,
        clients=[chapter.client for chapter in chapters],
        companies=[company for chapter in chapters for company in chapter.companies],
        contacts=[contact for chapter in chapters for contact in chapter.contacts],
        projects=[project for chapter in chapters for project in chapter.projects],
        tickets=[ticket for chapter in chapters for ticket in chapter.tickets],
        surveys=[survey for chapter in chapters for survey in chapter.surveys],
        deals=[deal for chapter in chapters for deal in chapter.deals],
        expires={"asana": day("2026-12-01")},
        accepted_labels={"asana": ACCEPTED},
        closures=[
            ClosurePlan(
                region="HK",
                begins_at=at("2026-09-08 17:00"),
                ends_at=at("2026-09-09 15:00"),
                reason="typhoon 8",
                told_by="kitty",
                told_at=at("2026-09-08 16:40"),
            ),
            ClosurePlan(
                region="CN",
                begins_at=at("2026-09-09 09:00"),
                ends_at=at("2026-09-09 18:00"),
                reason="typhoon, Shenzhen suspended work",
                told_by="zhoumin",
                told_at=at("2026-09-09 08:10"),
            ),
        ],
    )
