"""What an example of a rule may give a column."""

from pathlib import Path

import pytest

from rules import given
from rules.views.base import Stored
from rules.yaml_file import YamlFile
from tests.rules.language_rows import VIEW


def column(name: str) -> Stored:
    (found,) = (column for column in VIEW.columns if isinstance(column, Stored) and column.name == name)
    return found


def test_labels_are_given_as_a_list(tmp_path: Path) -> None:
    """As they stand in the tool."""
    (tmp_path / "a.yaml").write_text("[client feedback, 逾期]", "utf-8")
    root = YamlFile(tmp_path / "a.yaml", "a.yaml").root
    assert root is not None

    assert given.read(column("labels"), root.value) == ["client feedback", "逾期"]


@pytest.mark.parametrize("value", ["client", [1], 3, {"a": "b"}])
def test_anything_else_is_refused_with_how_to_write_them(value: object) -> None:
    """A single label is a list of one."""
    with pytest.raises(ValueError, match="labels is a list of texts"):
        given.read(column("labels"), value)
