"""The people of Lantern Quay Systems. All are invented."""

from typing import Literal

from sandbox.plan import Staff, Vendor

OWN_DOMAIN = "lanternquay.example"

CRM: frozenset[Vendor] = frozenset({"hubspot"})
JIRA: frozenset[Vendor] = frozenset({"jira"})
ASANA: frozenset[Vendor] = frozenset({"asana"})
TRELLO: frozenset[Vendor] = frozenset({"trello"})
NOWHERE: frozenset[Vendor] = frozenset()


def staff() -> list[Staff]:
    """Everyone, numbered from 1: twenty entries for nineteen humans.

    陳嘉欣 and 陈嘉欣 are one, in two tools and two scripts, and nothing but the name says so: the hub may suggest it.
    """
    return [
        Staff("winnie", "Winnie Lau 劉穎怡", _mail("winnie.lau"), "head_of_bd", "en", CRM, NOWHERE, 1),
        Staff("marco", "Marco Yip 葉子朗", _mail("marco.yip"), "bd", "en", CRM, NOWHERE, 2),
        Staff("sandy", "Sandy Mok 莫詠珊", _mail("sandy.mok"), "bd", "zh-Hant-HK", CRM, NOWHERE, 3),
        Staff("kevin", "Kevin Luo 罗建明", _mail("kevin.luo"), "bd", "zh-Hans-CN", CRM, NOWHERE, 4),
        _member("kitty", "Kitty Fung 馮潔儀", "kitty.fung", "coordinator", JIRA | TRELLO | ASANA | CRM, 5),
        _member("jason", "Jason Tse 謝俊傑", "jason.tse", "coordinator", TRELLO | ASANA | CRM, 6),
        _member("zhoumin", "周敏", "zhou.min", "coordinator", JIRA | ASANA | CRM, 7, language="zh-Hans-CN"),
        _member("raymond", "Raymond Ho 何偉文", "raymond.ho", "lead", JIRA, 8, language="en"),
        _member("priya", "Priya Nair", "priya.nair", "lead", JIRA | ASANA | CRM, 9, language="en"),
        _member(
            "leung",
            "Leung Tsz Him 梁子謙",
            "leung.tszhim",
            "engineer",
            JIRA | TRELLO | ASANA,
            10,
            hidden=JIRA,
            capacity=32,
        ),
        _member("chan_kayan", "陳嘉欣", "chan.kayan", "engineer", JIRA, 11, hidden=JIRA, configured=False),
        _member("chen_jiaxin", "陈嘉欣", "chen.jiaxin", "engineer", ASANA, 12, language="zh-Hans-CN", configured=False),
        _member("lamhoyin", "Lam Ho Yin 林浩然", "lam.hoyin", "engineer", TRELLO | ASANA, 13),
        _member("cheungmeiyan", "Cheung Mei Yan 張美恩", "cheung.meiyan", "engineer", TRELLO | JIRA, 14),
        _member("ngkaho", "Ng Ka Ho 吳家豪", "ng.kaho", "engineer", JIRA, 15),
        _member("arjun", "Arjun Mehta", "arjun.mehta", "engineer", JIRA, 16, language="en"),
        _member("liwenbo", "李文博", "li.wenbo", "engineer", JIRA | ASANA, 17, language="zh-Hans-CN"),
        _member("wangxue", "王雪", "wang.xue", "engineer", JIRA | ASANA, 18, language="zh-Hans-CN"),
        _member("ken", "Ken Wan 尹志強", "ken.wan", "admin", JIRA | TRELLO | ASANA, 19, language="en"),
        Staff("grace", "Grace Tam 譚惠", _mail("grace.tam"), "director", "en", CRM, NOWHERE, 20),
    ]


def _mail(local: str) -> str:
    return f"{local}@{OWN_DOMAIN}"


def _member(
    id: str,
    name: str,
    mail: str,
    role: Literal["coordinator", "lead", "engineer", "admin"],
    vendors: frozenset[Vendor],
    number: int,
    *,
    language: str = "zh-Hant-HK",
    hidden: frozenset[Vendor] = NOWHERE,
    configured: bool = True,
    capacity: float | None = None,
) -> Staff:
    """Somebody with accounts in the project tools; Trello never shows the e-mail of another member."""
    return Staff(
        id, name, _mail(mail), role, language, vendors, hidden | (vendors & TRELLO), number, configured, capacity
    )
