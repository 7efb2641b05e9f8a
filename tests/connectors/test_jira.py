"""Jira, read over real HTTP: nothing is missed, nothing is asked twice, and every refusal says who must act."""

import json
import threading
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from connectors import jira_issues
from connectors.answers import instant
from connectors.base import AccessDenied, Cursor, NotFound, Record, Ref, VendorChanged, VendorUnavailable
from connectors.governor import Governor
from connectors.jira import LIMITS, Jira
from connectors.jira_payload import history, issue_changes
from sandbox.http import Fault
from sandbox.jira import TOKEN, JiraSandbox
from sandbox.plan import Message
from tests.connectors.jira_firm import NOW, connected, firm, hours_ago, items, sandbox, settings, signed_off

SEARCH = r"GET /rest/api/3/search/jql"


def ids(records: Iterable[Record], stream: str) -> list[str]:
    """Ids of the records of one stream, in their order."""
    return [record.id for record in records if record.stream == stream]


def entries(records: Sequence[Record]) -> dict[str, int]:
    """How many different entries of its history each issue came with."""
    told = {record.id: record.payload["histories"] for record in records if record.stream == "histories"}
    return {issue: len({entry["id"] for entry in history}) for issue, history in told.items()}


# --- what a page holds


def test_an_issue_comes_with_its_comments_and_its_history() -> None:
    """A page is whole by itself: what hangs on an issue is committed with it."""
    with connected() as site:
        (page,) = site.pages("issues")

    issue = Ref("issues", "10050")
    assert [record.stream for record in page.records] == ["issues", "comments", "comments", "histories"]
    assert all(record.parent == issue for record in page.records[1:])
    assert ("comments", issue) in page.whole


def test_a_record_keeps_the_vendors_own_bytes() -> None:
    """What is kept must be what was sent, whole, though only a part of it is decoded."""
    with connected() as site:
        record = site.records("issues")[0]

    assert "avatarUrls" not in record.payload["fields"]["assignee"]
    assert json.loads(record.body)["fields"]["assignee"]["timeZone"] == "Asia/Hong_Kong"
    assert "timeZone" not in record.payload["fields"]["assignee"]


def test_comments_that_the_search_cut_off_are_fetched() -> None:
    """A search shows 100 comments at most, with the true total; the client's last word may be the one left out."""
    talk = tuple(Message("sam", hours_ago(400 - n), f"Message {n}", number=n + 1) for n in range(230))
    item = signed_off()
    item.messages = talk
    with connected(sandbox(firm([item]))) as site:
        (page,) = site.pages("issues")

    assert len(set(ids(page.records, "comments"))) == 230
    assert ("comments", Ref("issues", "10050")) in page.whole
    assert len(site.asked("/comment")) == 3


def test_comments_that_moved_while_they_were_paged_are_not_called_complete() -> None:
    """One deleted between two pages hides another: saying "these are all" would then delete a living comment."""
    item = signed_off()
    item.messages = tuple(Message("sam", hours_ago(400 - n), f"Message {n}", number=n + 1) for n in range(150))
    box = sandbox(firm([item]))
    rest = [{"id": one["id"], "body": "x"} for one in box.state.comments["10050"][101:]]  # the hundredth moved up
    moved = json.dumps({"startAt": 100, "maxResults": 100, "total": 149, "comments": rest})
    box.app.faults.append(Fault(r"GET .*/comment$", status=200, body=moved, after=1))
    with connected(box) as site:
        (page,) = site.pages("issues")

    assert len(ids(page.records, "comments")) == 149
    assert ("comments", Ref("issues", "10050")) not in page.whole


def test_history_is_read_in_bulk_and_only_of_our_fields() -> None:
    """One request for the history of a whole batch of issues: one for each would be ten thousand."""
    with connected(sandbox(firm([signed_off(50), signed_off(51)]))) as site:
        records = site.records("issues")

    assert entries(records) == {"10050": 2, "10051": 2}
    assert len(site.asked("/changelog/bulkfetch")) == 1


def test_ten_pages_of_issues_share_one_request_for_history() -> None:
    """The fewest requests: 1000 issues are what one bulk answer covers."""
    with connected(sandbox(firm(items(1050)))) as site:
        pages = site.pages("issues")

    assert sum(len(page.records) for page in pages) == 1050
    assert len(site.asked("/search/jql")) == 11
    assert len(site.asked("/changelog/bulkfetch")) == 2


def test_one_issues_history_may_be_spread_over_pages() -> None:
    """The bulk answer is sorted by date, not by issue: each page may bring some of any issue."""
    box = sandbox(firm([signed_off(50), signed_off(51)]))
    box.changes_cap = 1
    with connected(box) as site:
        records = site.records("issues")

    assert entries(records) == {"10050": 2, "10051": 2}
    assert len(site.asked("/changelog/bulkfetch")) == 4


def test_a_history_that_is_no_list_is_passed_on_for_the_mapper_to_name() -> None:
    """Left out, an issue without a history would look like one to which nothing ever happened."""
    id_, listed = issue_changes({"issueId": "10050", "changeHistories": {"name": ["y"]}})
    told = history(id_, listed)

    assert told is not None
    assert told.payload == {"id": "10050", "histories": [{"items": {"name": ["y"]}}]}


def test_fields_are_named_and_never_asked_for_wholesale() -> None:
    """`*all` multiplies an answer's size and brings fields that change without `updated` moving."""
    with connected() as site:
        site.pages("issues")

    (search,) = site.asked("/search/jql")
    assert "duedate" in search
    assert "customfield_10015" in search, "the start date is a custom field, found by its name"
    assert "*" not in search


# --- going on from where it ended


def test_a_second_reading_brings_what_changed_and_little_else() -> None:
    """Only the look-back is read again."""
    box = sandbox(firm(items(30)))
    with connected(box) as site:
        site.pages("issues")
        box.move_due(100, date(2026, 12, 1), "mei", hours_ago(0.1))

        changed = site.records("issues")

    assert "10100" in ids(changed, "issues")
    assert len(ids(changed, "issues")) <= 2
    assert entries(changed)["10100"]


def test_a_change_in_a_year_that_cannot_be_hides_no_later_one() -> None:
    """A cursor at the year 9999 would be the last one."""
    box = sandbox(firm(items(3)))
    box.state.issues["10102"]["fields"]["updated"] = "9999-12-31T00:00:00.000+0800"
    with connected(box) as site:
        site.pages("issues")
        box.move_due(100, date(2026, 12, 1), "mei", hours_ago(0.1))

        assert "10100" in ids(site.records("issues"), "issues")


def test_times_are_asked_for_as_epoch_milliseconds() -> None:
    """A quoted date is read in the zone of the account's profile: eight hours are lost in silence."""
    with connected() as site:
        site.pages("issues")
        site.pages("issues")

    assert "updated+%3E%3D+1" in site.asked("/search/jql")[-1]


def test_a_pass_cut_off_goes_on_behind_its_last_histories(monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash repeats the pages whose histories were not there yet; it skips none."""
    monkeypatch.setattr(jira_issues, "HISTORIES", jira_issues.PAGE)
    with connected(sandbox(firm(items(250)))) as site:
        reading = site.jira.read("issues", "APP", None)
        first = next(reading)
        rest = [record.id for page in site.jira.read("issues", "APP", first.cursor) for record in page.records]

    everything = {str(10100 + n) for n in range(250)}
    assert {record.id for record in first.records} | set(rest) == everything
    assert len(rest) < 200, "what was read long before is not read again"


def test_a_project_key_that_is_a_word_of_jql_is_quoted() -> None:
    """A project called OR exists; unquoted, its key breaks the query."""
    with connected(sandbox(firm(key="OR"))) as site:
        assert site.records("issues", "OR")


def test_an_empty_page_with_a_token_is_not_the_end() -> None:
    """The server may return fewer than asked at will, even none."""
    box = sandbox(firm(items(150)))
    empty = json.dumps({"issues": [], "nextPageToken": "CAE00000000", "isLast": False})
    with connected(box) as site:
        site.jira.check()
        first = next(iter(site.jira.read("issues", "APP", None)))
        assert first.records
        box.app.faults.append(Fault(SEARCH, status=200, body=empty, after=1))
        found = {record.id for page in site.jira.read("issues", "APP", None) for record in page.records}

    assert len(found) >= 100


def test_a_history_is_kept_though_the_last_page_is_empty_and_no_time_can_be_read() -> None:
    """It comes with the last page, of which nothing else may be left to keep."""
    issue = {"id": "10050", "key": "APP-50", "fields": {"updated": "soon", "comment": {"comments": [], "total": 0}}}
    pages = (
        {"issues": [issue], "nextPageToken": "next", "isLast": False},
        {"issues": [], "isLast": True},
    )
    box = sandbox()
    with connected(box) as site:
        site.jira.check()
        for page in pages:
            box.app.faults.append(Fault(SEARCH, status=200, body=json.dumps(page)))
        told = [record for page in site.jira.read("issues", "APP", None) for record in page.records]

    assert entries(told) == {"10050": 2}


def test_a_token_that_comes_twice_is_an_error_and_no_endless_loop() -> None:
    """Jira has been seen to hand out the same token again and again."""
    same = json.dumps({"issues": [], "nextPageToken": "again", "isLast": False})
    box = sandbox()
    box.app.faults.append(Fault(SEARCH, status=200, body=same, times=3))
    with connected(box) as site, pytest.raises(VendorChanged, match="token twice"):
        site.pages("issues")


# --- as few requests as possible


def test_a_quiet_project_costs_no_search_once_it_was_looked_at_twice() -> None:
    """The list of projects shows when each last changed; it and the search are indexed apart, hence the second look."""
    with connected() as site:
        site.round()
        site.round()
        searches = len(site.asked("/search/jql"))
        quiet = site.round()

    assert len(site.asked("/search/jql")) == searches
    assert quiet == 5, "fields, statuses, types, projects, versions"


def test_a_change_in_a_quiet_project_is_seen() -> None:
    """Sparing requests must not cost a change."""
    box = sandbox()
    with connected(box) as site:
        for _ in range(3):
            site.round()
        box.add_message(50, Message("sam", NOW, "Any news?"))
        site.pages("projects", "")

        assert len(ids(site.records("issues"), "comments")) == 3


def test_nothing_changed_costs_two_requests_at_most_in_a_project_not_known_to_be_quiet() -> None:
    """One search, one history."""
    with connected() as site:
        site.pages("issues")
        before = site.governor.requests
        site.pages("issues")

    assert site.governor.requests - before <= 2


# --- scope


def test_closed_items_older_than_since_are_left_out_and_open_ones_kept() -> None:
    """`since` spares the past, not the work that is still open."""
    old_open, old_closed, new_closed = items(3, minutes_apart=0)
    old_closed.status, old_closed.done_at = "done", hours_ago(1200)
    new_closed.status, new_closed.done_at = "done", hours_ago(10)
    with connected(sandbox(firm([old_open, old_closed, new_closed])), since="2026-11-01") as site:
        found = ids(site.records("issues"), "issues")
        living = {id_ for some in site.jira.living_ids("issues", "APP") for id_ in some}

    assert set(found) == {"10100", "10102"}
    assert living == set(found)


def test_without_projects_in_the_config_all_that_the_account_sees_are_read() -> None:
    """An empty list means everything; a named one is asked for by its key."""
    with connected() as everything, connected(projects=("APP",)) as named:
        assert list(everything.jira.parts("issues")) == ["APP"]
        assert [record.payload["key"] for record in named.records("projects", "")] == ["APP"]
    assert "keys=APP" in named.asked("/project/search")[0]


@pytest.mark.parametrize("stream", ["versions", "issues"])
def test_a_configured_project_that_cannot_be_seen_is_an_error_and_no_deletion(stream: str) -> None:
    """A search in it might simply be empty, and pass for "all issues are gone"."""
    with connected(projects=("APP", "GONE")) as site:
        assert list(site.jira.parts(stream)) == ["APP", "GONE"]
        with pytest.raises(NotFound, match="does not see the project GONE"):
            list(site.jira.living_ids(stream, "GONE"))
        with pytest.raises(NotFound, match="does not see the project GONE"):
            site.pages(stream, "GONE")


def test_a_list_that_lacks_a_configured_project_is_no_whole_one() -> None:
    """What is listed is kept; the other project may come into sight again, and until then its row stays."""
    with connected(projects=("APP", "GONE")) as site:
        pages = site.jira.read("projects", "", None)

        assert [record.payload["key"] for record in next(pages).records] == ["APP"]
        with pytest.raises(NotFound, match="GONE"):
            next(pages)


def test_check_names_every_project_that_cannot_be_seen() -> None:
    """Each is a note: the others are read meanwhile."""
    with connected(projects=("GONE", "APP", "LOST")) as site:
        account = site.jira.check()

    assert account.sees == "1 project"
    assert [note.partition(":")[0] for note in account.notes] == [
        "hub@lanternquay.example does not see the project GONE",
        "hub@lanternquay.example does not see the project LOST",
    ]


def test_versions_are_read_whole_each_time() -> None:
    """They carry neither a time of change nor a history: a slip shows only by comparing."""
    box = sandbox()
    with connected(box) as site:
        site.pages("versions")
        box.move_due(7, date(2026, 12, 24), "mei", NOW)
        (page,) = site.pages("versions")

    assert page.records[0].payload["releaseDate"] == "2026-12-24"
    assert list(page.whole) == [("versions", None)]


def test_a_deleted_issue_is_missing_among_the_living() -> None:
    """Nothing tells of a deletion: only the list of what is left."""
    box = sandbox(firm([signed_off(50), signed_off(51)]))
    box.delete(50)
    with connected(box) as site:
        assert [list(some) for some in site.jira.living_ids("issues", "APP")] == [["10051"]]
    assert "maxResults=5000" in site.asked("/search/jql")[0]


# --- odd answers


def test_half_a_character_costs_neither_the_record_nor_the_page() -> None:
    """The fast decoder refuses a lone surrogate; the page is then read by the patient one."""
    item = signed_off()
    item.odd = {"summary": "broken \ud83d"}
    with connected(sandbox(firm([item, *items(2)]))) as site:
        records = site.records("issues")

    assert len(ids(records, "issues")) == 3
    assert len(ids(records, "comments")) == 2
    odd = next(record for record in records if record.id == "10050")
    assert odd.payload["fields"]["summary"] == "broken \ud83d"
    assert json.loads(odd.body)["id"] == "10050"


@pytest.mark.parametrize("field", ["status", "assignee", "fixVersions", "parent", "project", "issuetype"])
@pytest.mark.parametrize("odd", [[], [1], {"a": 1}, 7, "text", 1e30, None])
def test_a_field_of_another_kind_costs_no_record(field: str, odd: object) -> None:
    """A list where an object belongs: the record is read in full, and the mapper says what it cannot read."""
    item = signed_off()
    item.odd = {field: odd}
    with connected(sandbox(firm(items(1)))) as site:
        site.jira.check()
        issue = {"id": "1", "key": "APP-1", "fields": {"updated": "2026-11-01T00:00:00.000+0800", field: odd}}
        page = json.dumps({"issues": [issue, {"id": "2", "fields": {}}, [], "x", None], "isLast": True})
        site.box.app.faults.append(Fault(SEARCH, status=200, body=page))
        (read,) = site.pages("issues")

    assert ids(read.records, "issues") == ["1", "2"]
    assert len(read.problems) == 3


def test_an_answer_that_is_no_list_of_issues_is_ours_to_mend() -> None:
    """Going on as if nothing had changed would be the worst of answers."""
    box = sandbox()
    box.app.faults.append(Fault(SEARCH, status=200, body='{"values": []}'))
    with connected(box) as site, pytest.raises(VendorChanged, match="no list of issues"):
        site.pages("issues")


def test_a_page_in_html_is_ours_to_mend() -> None:
    """A proxy's log-in page comes with status 200."""
    box = sandbox()
    box.app.faults.append(Fault(SEARCH, status=200, body="<html>"))
    with connected(box) as site, pytest.raises(VendorChanged, match="not JSON"):
        site.pages("issues")


# --- who must act


def test_check_says_who_we_are_and_what_we_see() -> None:
    """One request each for address, credential and permission."""
    with connected() as site:
        account = site.jira.check()

    assert (account.id, list(account.tenants), account.sees) == (
        "712020:hub",
        ["https://lanternquay.atlassian.net"],
        "1 project",
    )


def test_a_wrong_credential_names_the_setting_and_hides_the_token() -> None:
    """A refused token is for a person to mend: say which setting, never its value."""
    box = sandbox()
    box.tokens.clear()
    with connected(box) as site, pytest.raises(AccessDenied, match="env:JIRA_TOKEN") as refusal:
        site.jira.check()

    assert TOKEN not in str(refusal.value)


def test_an_empty_answer_to_a_wrong_credential_is_no_empty_project() -> None:
    """Jira lets anybody search: with an expired token the answer is 200 and empty, which would pass for deletion."""
    box = sandbox()
    with connected(box) as site:
        site.jira.check()
        box.tokens.clear()
        with pytest.raises(AccessDenied, match="refuses"):
            list(site.jira.living_ids("issues", "APP"))


def test_a_token_with_scopes_is_told_where_it_works() -> None:
    """On the site's own address such a token is a plain 401."""
    governor = Governor("delivery", limits=LIMITS, stop=threading.Event(), redact=str)
    jira = Jira(settings("https://firm.atlassian.net"), governor)

    assert "api.atlassian.com/ex/jira" in str(jira._site._wrong_credential())


def test_a_wrong_address_is_told_from_a_wrong_credential() -> None:
    """Something answers there, but it is no Jira."""
    box = sandbox()
    with connected(box) as site:
        site.box.app.faults.append(Fault("serverInfo", status=404, body="<html>"))
        with pytest.raises(NotFound, match="no Jira answers at"):
            site.jira.check()


def test_no_network_is_told_from_both() -> None:
    """Nobody must act but wait."""
    with connected() as site:
        pass
    with pytest.raises(VendorUnavailable, match="refuses the connection"):
        site.jira.check()


def test_a_captcha_is_for_a_person_with_a_browser() -> None:
    """Data Center locks the API after failed log-ins until somebody logs in by hand."""
    box = sandbox(deployment="Server")
    denied = {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=https://jira.example/login"}
    box.app.faults.append(Fault("myself", status=403, headers=denied))
    with connected(box) as site, pytest.raises(AccessDenied, match="with a browser"):
        site.jira.check()


def test_a_missing_permission_is_for_an_admin() -> None:
    """403 names what was refused."""
    box = sandbox()
    box.app.faults.append(Fault("myself", status=403, body='{"errorMessages": ["No licence."]}'))
    with connected(box) as site, pytest.raises(AccessDenied, match=r"may not GET myself \(No licence.\)"):
        site.jira.check()


def test_an_account_that_sees_no_project_is_told_so() -> None:
    """It would otherwise be a hub that finds nothing, and no alert would ever come."""
    box = sandbox()
    box.state.projects.clear()
    with connected(box) as site, pytest.raises(AccessDenied, match="Browse Projects"):
        site.jira.check()


def test_the_removed_search_is_not_used() -> None:
    """It has answered 410 since August 2025."""
    with connected() as site:
        site.round()
    assert not any(seen.path == "/rest/api/3/search" for seen in site.box.app.log)


def test_no_request_escapes_the_governor() -> None:
    """The SDK asks for server and fields by itself unless it is kept from it."""
    with connected() as site:
        site.round()
    assert len(site.box.app.log) == site.governor.requests


# --- Data Center


def test_data_center_gives_the_same_records_through_its_older_api() -> None:
    """v2 paths, offsets, users by name, history inside the issue."""
    with connected() as cloud, connected(sandbox(deployment="Server")) as server:
        ours, theirs = cloud.records("issues"), server.records("issues")

    assert [(one.stream, one.id) for one in ours] == [(one.stream, one.id) for one in theirs]
    assert {seen.path.split("/")[3] for seen in server.box.app.log} == {"2"}
    assert all(seen.headers["authorization"].startswith("Bearer ") for seen in server.box.app.log)


def test_data_center_is_paged_by_the_last_minute_seen() -> None:
    """An issue edited while we page moves to the end and pulls the next one over the border: an offset skips it."""
    box = sandbox(firm(items(350)), "Server")
    with connected(box) as site:
        found: list[str] = []
        for number, page in enumerate(site.jira.read("issues", "APP", None)):
            found += ids(page.records, "issues")
            if number == 0:
                for edited in range(100, 120):
                    box.state.touch(box.state.issues[str(10000 + edited)], NOW)

    assert set(found) == {str(10100 + n) for n in range(350)}


def test_many_issues_of_one_minute_are_all_read_on_data_center() -> None:
    """A bulk edit touches hundreds in one minute: inside it, offsets are all there is."""
    with connected(sandbox(firm(items(250, minutes_apart=0)), "Server")) as site:
        found = ids(site.records("issues"), "issues")

    assert sorted(found) == sorted({str(10100 + n) for n in range(250)})


@pytest.mark.parametrize("zone", ["Asia/Hong_Kong", "America/New_York", "UTC"])
def test_data_center_is_asked_in_the_zone_of_the_accounts_profile(zone: str) -> None:
    """Sending UTC silently loses hours."""
    box = sandbox(firm(items(30)), "Server")
    box.profile_zone = ZoneInfo(zone)
    with connected(box) as site:
        site.pages("issues")
        box.state.touch(box.state.issues["10100"], NOW - timedelta(minutes=3))
        again = ids(site.records("issues"), "issues")

    assert "10100" in again
    assert len(again) <= 3


def test_ids_that_shift_while_they_are_listed_are_an_error_and_no_deletion() -> None:
    """On Data Center a deletion moves the rest up; the one that slips past the border would pass for gone."""
    box = sandbox(firm(items(150)), "Server")
    box.page_cap = 100
    with connected(box) as site:
        listing = site.jira.living_ids("issues", "APP")
        next(listing)
        box.delete(110)
        with pytest.raises(VendorChanged, match="changed while they were listed"):
            list(listing)


# --- settings


@pytest.mark.parametrize(
    "given",
    [
        {"token": None},
        {"token": None, "email": "", "user": "hub"},
        {"user": "hub", "password": {"reference": "env:P", "value": "x"}},
    ],
)
def test_settings_allow_one_way_to_sign_in(given: dict[str, object]) -> None:
    """Half a credential, or two, is a mistake to find in the file and not at the vendor."""
    with pytest.raises(ValidationError, match="give email and token"):
        settings("https://firm.atlassian.net", **given)


def test_a_cursor_is_only_ours_to_read() -> None:
    """One of another version means: read everything."""
    with connected() as site:
        pages = list(site.jira.read("issues", "APP", Cursor('{"v": 99}')))

    assert pages[0].records


def test_a_page_of_several_decoders_reads_the_same() -> None:
    """The projection is an economy, no filter: what it declares reads as in full."""
    box: JiraSandbox = sandbox()
    with connected(box) as site:
        record = site.records("issues")[0]
    whole = json.loads(record.body)["fields"]

    for name in ("summary", "duedate", "labels", "created", "updated", "description"):
        assert record.payload["fields"][name] == whole[name]
    assert instant(whole["updated"]) == record.updated_at
