"""What no single value of the config shows: names that must exist, and what two may not share."""

import pytest

from tests.config.kinds import read
from tests.config.test_loading import SMALL, mistakes

CLIENTS = (
    SMALL
    + """
[clients.harbour]
name = {en = "Harbour Ltd", zh-Hant-HK = "海港"}
bd = "may"
domains = ["harbour.example"]
projects = ["delivery:APP"]
crm = ["delivery:company:143"]

[clients.ferries]
name = "Bank of Nine Ferries"
domains = ["nineferries.example", "mail.com.hk"]
projects = ["delivery:NFA"]
"""
)


def only(text: str) -> str:
    (found,) = mistakes(text)
    return found.split(": ", 1)[1]


def test_what_fits_together_is_read() -> None:
    """The ground that the refusals below stand on."""
    assert set(read(CLIENTS).settings.clients) == {"harbour", "ferries"}


@pytest.mark.parametrize(
    ("wrong", "right", "says"),
    [
        ('coordinator = "may"', 'coordinator = "kitty"', 'coordinator: "kitty" is none of [people]'),
        ('bd = "may"', 'bd = "mai"', 'clients.harbour.bd: "mai" is none of [people]; did you mean "may"?'),
        ('bd = "may"', 'calendar = "sz"', 'clients.harbour.calendar: "sz" is none of [calendars]'),
        ('email = "may@acme.example"', 'email = "may@acme.example"\ncalendar = "defualt"', 'did you mean "default"?'),
        ('zh-Hant-HK = "海港"', 'zh-HK = "海港"', 'clients.harbour.name.zh-HK: "zh-HK" is none of the languages'),
        ('"delivery:NFA"', '"delivry:NFA"', 'projects[1]: "delivry" is none of [sources]; did you mean "delivery"?'),
        ('"delivery:NFA"', '"NFA"', 'clients.ferries.projects[1]: write "SOURCE:KEY"'),
        ('"delivery:NFA"', '"delivery:"', 'clients.ferries.projects[1]: write "SOURCE:KEY"'),
        ('"delivery:company:143"', '"delivery:143"', 'clients.harbour.crm[1]: write "SOURCE:company:ID"'),
        ('"delivery:company:143"', '"crm:company:1"', 'clients.harbour.crm[1]: "crm" is none of [sources]'),
        ('"delivery:NFA"', '"delivery:APP"', 'clients.ferries.projects[1]: "harbour" in [clients] has it already'),
        ('"nineferries.example"', '"Harbour.example"', 'clients.ferries.domains[1]: "harbour" in [clients] has it'),
        ('"nineferries.example"', '"gmail.com"', "domains[1]: anybody may write from gmail.com"),
        ('"nineferries.example"', '"@nineferries.example"', "clients.ferries.domains[1]: write a domain"),
        ('to = ["email:coordinator"]', 'to = ["mail:may"]', 'routes[1].to[1]: "mail" is none of [channels]'),
        ('to = ["email:coordinator"]', 'to = ["email:boss"]', 'routes[1].to[1]: "boss" is none of bd, owner'),
        ('to = ["email:coordinator"]', "to = []", "routes[1].to: write at least one channel"),
        ("[[routes]]", '[[routes]]\nmatch = {severity = "high"}', "routes[1]: the last route must match everything"),
        ('[[routes]]\nto = ["email:coordinator"]', "", "routes: channels without a route tell nobody"),
    ],
)
def test_a_name_that_leads_nowhere_is_a_mistake(wrong: str, right: str, says: str) -> None:
    """Else a message would have no reader, or a project no client, and nobody would know."""
    assert wrong in CLIENTS

    assert says in only(CLIENTS.replace(wrong, right))


@pytest.mark.parametrize(
    ("match", "says"),
    [
        ('client = "harbor"', 'routes[1].match.client: "harbor" is none of [clients]; did you mean "harbour"?'),
        ('source = "boards"', 'routes[1].match.source: "boards" is none of [sources]'),
        ('rule = "milestone-late"', 'routes[1].match.rule: "milestone-late" is none of the rules'),
    ],
)
def test_a_route_asks_for_what_there_is(match: str, says: str) -> None:
    """A route that never matches sends its messages elsewhere without a word."""
    first = f'[[routes]]\nmatch = {{{match}}}\nto = ["email:may"]\n\n[[routes]]'

    assert says in only(CLIENTS.replace("[[routes]]", first))


@pytest.mark.parametrize(
    ("added", "says"),
    [
        ('[people.bd]\nname = "B"\nemail = "b@acme.example"', '"bd" is a role in routes'),
        ('[people.mei]\nname = "M"\nemail = "May@ACME.example"', 'people.mei.email: "may" in [people] has it already'),
        (
            '[people.ray]\nname = "R"\nemail = "r@acme.example"\naccounts = ["boards:1"]',
            'people.ray.accounts[1]: "boards" is none of [sources]',
        ),
        ("[calendars.default]", "calendars.default: the default calendar is [calendar]"),
        ('[calendars.sz]\nhours = ["9-18"]', "calendars.sz.hours: write the working hours of a day"),
        ('[calendars.sz]\nhours = ["13:00-09:00"]', "calendars.sz.hours: a spell must begin before it ends"),
        ('[calendars.sz]\nhours = ["09:60-10:00"]', "calendars.sz.hours: a spell must begin before it ends"),
        ('[calendars.sz]\nhours = ["09:00-13:00", "12:00-18:00"]', "calendars.sz.hours: two spells overlap"),
        ("[calendars.sz]\nhours = []", "calendars.sz.hours: write at least one spell"),
        ("[calendars.sz]\nworkdays = []", "calendars.sz.workdays: write at least one day"),
        (
            "[calendar]\ndays_off = [2026-12-24]\nextra_workdays = [2026-12-24]",
            "calendar: 2026-12-24 stands in days_off and in extra_workdays",
        ),
        ("[rules.milestone-overdeu]", 'is none of the rules; did you mean "milestone-overdue"?'),
        ("[rules.milestone-overdue]\ncritical_day = 5", 'no such param; did you mean "critical_days"?'),
        ("[rules.feedback-unhandled]\ncritical_days = 5", "rules.feedback-unhandled.critical_days: the rule has no"),
        ("[rules.milestone-overdue]\nenabled = 7", "rules.milestone-overdue.enabled: write true or false"),
    ],
)
def test_what_is_added_must_fit_what_is_there(added: str, says: str) -> None:
    """Each of these would otherwise be found by somebody who waits for a message."""
    assert says in only(f"{CLIENTS}\n{added}\n")


def test_a_day_has_spells_up_to_its_end() -> None:
    """A night shift's last spell may end at midnight, and spells may touch."""
    text = SMALL + '[calendars.night]\nhours = ["18:00-22:00", "22:00-24:00"]\n'

    assert read(text).settings.calendars["night"].hours == ("18:00-22:00", "22:00-24:00")


def test_one_wrong_value_hides_no_other_of_its_part() -> None:
    """The client's language is wrong, and its BD manager is checked all the same."""
    found = mistakes(CLIENTS.replace('bd = "may"', 'bd = "mai"\nlanguage = "zh"'))

    assert [one.split(": ")[1] for one in found] == ["clients.harbour.bd", "clients.harbour.language"]


def test_a_source_that_is_wrong_is_still_one() -> None:
    """Its kind is misspelt: that is one mistake, and its projects make no second."""
    assert only(CLIENTS.replace('kind = "jira"', 'kind = "jria"')).startswith("sources.delivery.kind")


def test_a_domain_of_our_own_is_no_clients() -> None:
    """Else our own answers would be taken for the client's questions."""
    text = 'team_domains = ["nineferries.example"]\n' + CLIENTS

    assert "it cannot be a client's too" in only(text)
