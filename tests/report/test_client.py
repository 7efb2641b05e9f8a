"""The page of one client: what its BD manager opens before a call."""

import pytest
from sqlalchemy import Engine

from tests.alerts.firm import put
from tests.report.asking import MARCO, Asking
from tests.report.browser import Seen
from tests.report.firm import milestone


@pytest.fixture
def asking(engine: Engine) -> Asking:
    """The bank, whose app is late."""
    put(engine, "milestone", milestone(1, name="UAT sign-off", project_key="delivery/project/10"))
    return Asking(engine)


def test_a_client_says_how_it_does_and_whose_it_is(asking: Asking) -> None:
    """Before anything else, with how fresh that is."""
    said = Seen(asking.page("/clients/bank")).text

    assert "Health Red Mobile app revamp: UAT sign-off is 6 wd past the promised 16 Nov" in said
    assert "BD manager Marco Yip" in said
    assert "read until 08:52" in said


@pytest.mark.parametrize("of", ["kite", "nobody", "client/bank", "bank/", "bank%27"])
def test_who_may_not_see_a_client_is_told_what_is_told_of_one_that_is_not_there(asking: Asking, of: str) -> None:
    """Or the answer would tell that there is one."""
    answer = asking.as_(MARCO).get(f"/clients/{of}")

    assert answer.status_code == 404
    assert "Paper Kite" not in answer.text


@pytest.mark.parametrize("language", ["zh-Hant-HK", "zh-Hans-CN"])
def test_a_client_speaks_the_readers_language(asking: Asking, language: str) -> None:
    """It is called as it is called there."""
    assert ("九渡銀行" if language == "zh-Hant-HK" else "Bank of Nine Ferries") in asking.page(
        "/clients/bank", lang=language
    )
