"""The pages about rules and views say what the rules and views say."""

from pathlib import Path

from rules.pages import pages, write
from rules.views import VIEWS

COMMITTED = Path(__file__).parents[2] / "docs" / "rules"


def test_the_committed_pages_are_those_of_the_rules() -> None:
    """A rule that changes without its page tells people the wrong thing: `make docs` writes them."""
    assert {path.name: path.read_text("utf-8") for path in COMMITTED.glob("*.md")} == pages()


def test_every_column_of_every_view_is_explained() -> None:
    """They are the whole vocabulary of whoever writes a rule."""
    page = pages()["README.md"]

    for view in VIEWS.values():
        for column in view.columns:
            assert f"| `{column.name}` |" in page, f"{view.name}.{column.name}"


def test_a_condition_is_told_in_words() -> None:
    """A BD manager who was woken by it does not read SQL."""
    page = pages()["milestone-overdue.md"]

    assert "- `overdue`: Open, and its day (or instant) has passed." in page
    assert "critical_days = 7" in page
    assert "3 working days" in page


def test_labels_of_an_example_are_shown() -> None:
    """Whoever copies the example must see what it gives."""
    assert "| `labels: [受阻]`, `updated_at: 20 days ago` | fires |" in pages()["item-blocked.md"]


def test_the_page_of_a_rule_that_is_no_more_goes(tmp_path: Path) -> None:
    """Else it would be found, and believed."""
    (tmp_path / "milestone-lost.md").write_text("# milestone-lost\n")

    write(tmp_path)

    assert {path.name for path in tmp_path.iterdir()} == set(pages())
