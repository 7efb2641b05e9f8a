"""The line of every value of a TOML file."""

from config.places import lines

TEXT = """\
top = 1

[sources.delivery]  # a comment
kind = "jira"
projects = [
  "APP",  # one
  "PORTAL",
]
status = {"In Wait" = "in_progress", b.c = 1}
dotted.'quoted key' = 2
text = \"\"\"
[not.a.table]
\"\"\"

[[routes]]
to = ["a"]
[routes.match]
client = "x"

[[routes]]
to = ["b",
 "c"]

["\\u5ba2"]
name = "里程碑"
"""


def test_every_value_has_the_line_on_which_its_key_stands() -> None:
    """Quotes, dots, inline tables, lists over several lines, and lists of tables."""
    found = lines(TEXT)

    assert found == {
        ("top",): 1,
        ("sources", "delivery"): 3,
        ("sources", "delivery", "kind"): 4,
        ("sources", "delivery", "projects"): 5,
        ("sources", "delivery", "projects", 0): 6,
        ("sources", "delivery", "projects", 1): 7,
        ("sources", "delivery", "status"): 9,
        ("sources", "delivery", "status", "In Wait"): 9,
        ("sources", "delivery", "status", "b"): 9,
        ("sources", "delivery", "status", "b", "c"): 9,
        ("sources", "delivery", "dotted"): 10,
        ("sources", "delivery", "dotted", "quoted key"): 10,
        ("sources", "delivery", "text"): 11,
        ("routes", 0): 15,
        ("routes", 0, "to"): 16,
        ("routes", 0, "to", 0): 16,
        ("routes", 0, "match"): 17,
        ("routes", 0, "match", "client"): 18,
        ("routes", 1): 20,
        ("routes", 1, "to"): 21,
        ("routes", 1, "to", 0): 21,
        ("routes", 1, "to", 1): 22,
        ("客",): 24,
        ("客", "name"): 25,
    } | {("sources",): 3, ("routes",): 15}


def test_lines_are_counted_alike_with_windows_line_ends() -> None:
    """An editor's choice moves nothing."""
    assert lines(TEXT.replace("\n", "\r\n")) == lines(TEXT)
