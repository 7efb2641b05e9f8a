"""The page of one project: all that a BD manager is asked of it, in one place."""

import pytest
from sqlalchemy import Engine

from tests.alerts.firm import put
from tests.report.asking import MARCO, Asking
from tests.report.browser import Seen
from tests.report.firm import milestone, project

APP = "/projects/delivery/project/10"


@pytest.fixture
def asking(engine: Engine) -> Asking:
    """The bank's app, 17 working days late."""
    put(engine, "project", project(12, name="POS", client_key="client/kite"), project(13, name="Nobody's"))
    put(engine, "milestone", milestone(1, name="UAT sign-off", project_key="delivery/project/10"))
    return Asking(engine)


def test_a_project_says_how_it_does_and_whose_it_is(asking: Asking) -> None:
    """Before anything else, with how fresh that is."""
    page = asking.page(APP)
    said = Seen(page).text

    assert "Health Red UAT sign-off is 6 wd past the promised 16 Nov" in said
    assert "Client Bank of Nine Ferries BD manager Marco Yip" in said
    assert "Jira read until 08:52" in said
    assert 'href="/clients/bank"' in page


def test_a_project_of_nobodys_says_so(asking: Asking) -> None:
    """Whoever sees all finds it."""
    assert "Client No client BD manager nobody" in Seen(asking.page("/projects/delivery/project/13")).text


@pytest.mark.parametrize("of", ["delivery/project/12", "delivery/project/13", "delivery/project/99", "%00"])
def test_who_may_not_see_a_project_is_told_what_is_told_of_one_that_is_not_there(asking: Asking, of: str) -> None:
    """Or the answer would tell that there is one."""
    answer = asking.as_(MARCO).get(f"/projects/{of}")

    assert answer.status_code == 404
    assert "POS" not in answer.text


@pytest.mark.parametrize("language", ["zh-Hant-HK", "zh-Hans-CN"])
def test_a_project_speaks_the_readers_language(asking: Asking, language: str) -> None:
    """Names stay as they are."""
    assert "Mobile app revamp" in asking.page(APP, lang=language)
