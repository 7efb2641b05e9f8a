"""What no single value of the config shows: names that must exist, and what two may not share."""

from pathlib import Path

import pytest

from alerts.channels.kinds import CHANNEL_KINDS
from config.loading import ConfigError, Loaded, load_text
from tests.config.kinds import CHANNELS, ENVIRON, SOURCES, read
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
        (
            'coordinator = "may"',
            'coordinator = "may"\non_duty = ["may", "mai"]',
            'on_duty[2]: "mai" is none of [people]; did you mean "may"?',
        ),
        ('bd = "may"', 'bd = "mai"', 'clients.harbour.bd: "mai" is none of [people]; did you mean "may"?'),
        ('name = "Bank of Nine Ferries"', 'name = ""', "clients.ferries.name: write a name"),
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
        ('to = ["email:coordinator"]', 'to = ["email"]', 'routes[1].to[1]: who gets it? write "email:bd", or'),
        ('to = ["email:coordinator"]', 'to = ["email:"]', 'routes[1].to[1]: "" is none of bd, owner'),
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
        (
            '[people.ray]\nname = "R"\nemail = "r@acme.example"\ncover = "mai"',
            'people.ray.cover: "mai" is none of [people]; did you mean "may"?',
        ),
        (
            '[people.ray]\nname = "R"\nemail = "r@acme.example"\ncover = "ray"',
            "people.ray.cover: ray -> ray goes round in a circle",
        ),
        (
            '[people.ray]\nname = "R"\nemail = "r@acme.example"\ncover = "sue"\n'
            '[people.sue]\nname = "S"\nemail = "s@acme.example"\ncover = "ray"',
            "people.ray.cover: ray -> sue -> ray goes round in a circle: nobody would be left to be told",
        ),
        (
            '[people.ray]\nname = "R"\nemail = "r@acme.example"\naway = ["24 Dec"]',
            'people.ray.away[1]: write the first and the last day, "2026-12-24..2027-01-02", or one day',
        ),
        (
            '[people.ray]\nname = "R"\nemail = "r@acme.example"\naway = ["2026-12-24..2026-12-02"]',
            "people.ray.away[1]: the last day comes before the first",
        ),
        ("[calendars.default]", "calendars.default: the default calendar is [calendar]"),
        ('[calendars.sz]\nhours = ["9-18"]', "calendars.sz.hours: write the working hours of a day"),
        ('[calendars.sz]\nhours = ["13:00-09:00"]', "calendars.sz.hours: a spell must begin before it ends"),
        ('[calendars.sz]\nhours = ["09:60-10:00"]', "calendars.sz.hours: a spell must begin before it ends"),
        ('[calendars.sz]\nhours = ["09:00-13:00", "12:00-18:00"]', "calendars.sz.hours: two spells overlap"),
        ("[calendars.sz]\nhours = []", "calendars.sz.hours: write at least one spell"),
        ("[calendars.sz]\nworkdays = []", "calendars.sz.workdays: write at least one day"),
        ('[calendars.sz]\nhalf_day_ends = "noon"', "calendars.sz.half_day_ends: write a time of day"),
        (
            '[calendars.sz]\nhalf_days = [2026-12-24]\nhalf_day_ends = "09:00"',
            "calendars.sz.half_day_ends: work begins at 09:00",
        ),
        (
            "[calendar]\ndays_off = [2026-12-24]\nextra_workdays = [2026-12-24]",
            "calendar: 2026-12-24 stands in days_off and in extra_workdays",
        ),
        ("[rules.milestone-overdeu]", "rules.milestone-overdeu: no such rule"),
        ("[rules.milestone-overdue]\ncritical_day = 5", "rules.milestone-overdue.critical_day: no such param"),
        ("[rules.milestone-overdue]\nenabled = 7", "rules.milestone-overdue.enabled: write true or false"),
        ('[rules.milestone-overdue]\nenabled = "no"', "rules.milestone-overdue.enabled: write true or false"),
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
    """A flag of the client's is wrong, and its BD manager is checked all the same."""
    found = mistakes(CLIENTS.replace('bd = "may"', 'bd = "mai"\nconfidential = "maybe"'))

    assert [one.split(": ")[1] for one in found] == ["clients.harbour.bd", "clients.harbour.confidential"]


def test_a_client_has_no_language_yet() -> None:
    """Nothing is written to clients: a key that does nothing is refused, not believed."""
    [found] = mistakes(CLIENTS.replace('bd = "may"', 'bd = "may"\nlanguage = "en"'))

    assert "clients.harbour.language: unknown key" in found


def test_a_source_that_is_wrong_is_still_one() -> None:
    """Its kind is misspelt: that is one mistake, and its projects make no second."""
    assert only(CLIENTS.replace('kind = "jira"', 'kind = "jria"')).startswith("sources.delivery.kind")


def judged(kind: str) -> list[str]:
    """What is said of a source with that line for its kind, and more that is wrong."""
    source = f'[sources.delivery]\n{kind}\ntokn = "x"\nurl = "http://acme.example"\nkee = 1\nevery = 5'
    return [one.split(": ", 1)[1] for one in mistakes(f"{SMALL.split('[sources')[0]}{source}\n")]


def test_a_kind_that_is_misspelt_hides_nothing() -> None:
    """The source is judged by the kind that was meant: mending the kind alone would bring the next round."""
    assert judged('kind = "trelo"') == [
        "sources.delivery.token: is missing",
        "sources.delivery.key: is missing",
        'sources.delivery.kind: write one of "jira", "trello", "asana", "hubspot"; did you mean "trello"?',
        'sources.delivery.tokn: unknown key; did you mean "token"?',
        'sources.delivery.url: write an address that begins with "https://"; "http://" only for this machine itself',
        'sources.delivery.kee: unknown key; did you mean "key"?',
        'sources.delivery.every: write a number and a unit: "30s", "10m", "2h", "7d"',
    ]


@pytest.mark.parametrize("kind", ['kind = "linear"', "", "kind = 5"])
def test_without_a_kind_that_was_meant_all_is_told_that_none_takes(kind: str) -> None:
    """Whether a key is missing depends on the kind; that nobody has a `tokn` does not."""
    of_kind, *others = (one.removeprefix("sources.delivery.") for one in judged(kind))

    assert of_kind.startswith("kind: ")
    assert [one.split(":")[0] for one in others] == ["tokn", "url", "kee", "every"]
    assert 'kee: unknown key; did you mean "key"?' in others


def test_a_strange_key_hides_no_mistake_about_the_whole() -> None:
    """Two rounds of mending are one too many."""
    text = SMALL + '[channels.team]\nkind = "slack"\nchanel = "C1"\ntoken = "env:SLACK_TOKEN"\n'

    with pytest.raises(ConfigError) as refusal:
        load_text(text, ENVIRON, source_kinds=SOURCES, channel_kinds=CHANNEL_KINDS)

    assert [mistake.problem for mistake in refusal.value.mistakes] == [
        "token needs channel: the id of the channel (C…)",
        'unknown key; did you mean "channel"?',
    ]


def test_a_webhook_writes_to_its_channel_alone() -> None:
    """A message to a person by it would be parked, each one anew."""
    hook = '[channels.team]\nkind = "slack"\nwebhook = "env:SLACK_TOKEN"\n\n[[routes]]'
    text = SMALL.replace("[[routes]]", hook).replace("email:coordinator", "team")

    assert read(text).settings.routes[0].to == ("team",)
    assert only(text.replace('"team"', '"team:may"')) == (
        'routes[1].to[1]: this channel has one place to write to; write "team" alone'
    )


def test_a_rehearsal_needs_a_channel_that_reaches_the_coordinator() -> None:
    """By a group's alone, all would read what was written for one; a broken channel is one mistake, not two."""
    group = '[channels.team]\nkind = "slack"\nwebhook = "env:SLACK_TOKEN"\n\n[[routes]]'
    text = "rehearsal_until = 2026-11-25\n" + SMALL.replace("[[routes]]", group).replace("email:coordinator", "team")
    mail = text[text.index("[channels.email]") : text.index("[channels.team]")]

    assert read(text).settings.rehearsal_until is not None
    assert only(text.replace(mail, "")).startswith(
        "rehearsal_until: the coordinator alone reads a rehearsal, and no channel reaches a person"
    )
    assert "channels.email" in only(text.replace('host = "smtp.acme.example"\n', ""))


@pytest.mark.parametrize(
    ("folder", "says"),
    [("rule.d", "there is no such folder"), ("milepost.toml", "this is a file; name the folder")],
)
def test_own_rules_are_where_the_file_says(tmp_path: Path, folder: str, says: str) -> None:
    """A slip there would switch them all off without a word; the default's folder need not be there."""
    (tmp_path / "milepost.toml").touch()

    def load(rules_dir: str) -> Loaded:
        text = f'rules_dir = "{rules_dir}"\n{SMALL}'
        return load_text(text, ENVIRON, source_kinds=SOURCES, channel_kinds=CHANNELS, folder=tmp_path)

    assert load("rules.d").settings.rules_dir == str(tmp_path / "rules.d")
    with pytest.raises(ConfigError, match=f"milepost.toml:1: rules_dir: {says}"):
        load(folder)


@pytest.mark.parametrize("section", ["people", "clients", "channels", "sources", "calendars"])
def test_a_section_that_is_no_table_is_one_mistake(section: str) -> None:
    """Nobody can tell which names it would have: whoever is named elsewhere may be among them."""
    others = [table for table in CLIENTS.split("\n\n") if f"[{section}." not in table]

    assert only(f'{section} = "x"\n' + "\n\n".join(others)) == f"{section}: write tables: [{section}.NAME]"


def test_a_domain_of_our_own_is_no_clients() -> None:
    """Else our own answers would be taken for the client's questions."""
    text = 'team_domains = ["nineferries.example"]\n' + CLIENTS

    assert "it cannot be a client's too" in only(text)
