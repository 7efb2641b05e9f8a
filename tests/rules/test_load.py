"""Loading rules: every mistake at once, each where it stands."""

from datetime import date
from pathlib import Path
from textwrap import dedent
from zoneinfo import ZoneInfo

import pytest

from config.mistakes import spelled
from config.settings import RuleSettings, Settings
from rules.files import LIBRARY
from rules.language.nodes import Choice, Column, Constant
from rules.load import RuleFiles, load_rules
from rules.rule import Repeat, Rule, RuleErrors
from rules.titles import Reading

SHIPPED = {path.stem for path in LIBRARY.glob("*.yaml")}
"""Each rule of the library stands in a file of its name."""

GOOD = """\
- id: own-rule
  on: milestone
  when: overdue and moves > params.most
  severity: warning
  params: {most: 2}
  title: "{{ name }}"
  why: Because.
"""


def load(folder: Path, *files: str, **settings: object) -> list[Rule]:
    """The library and these own files."""
    own = folder / "rules.d"
    own.mkdir(exist_ok=True)
    for number, content in enumerate(files):
        (own / f"{number}.yaml").write_text(content, "utf-8")
    return load_rules(Settings.model_validate({"coordinator": "kitty", "folder": folder, **settings}))


def mistakes(folder: Path, *files: str, **settings: object) -> list[str]:
    with pytest.raises(RuleErrors) as refused:
        load(folder, *files, **settings)
    return [str(mistake) for mistake in refused.value.mistakes]


def test_a_firms_own_rule_stands_beside_the_library(tmp_path: Path) -> None:
    """One text serves every reader; one who asks for nothing is told once."""
    rule = load(tmp_path, GOOD)[-1]

    assert (rule.id, rule.params, rule.repeat, rule.is_library) == ("own-rule", {"most": 2}, None, False)
    assert set(rule.titles) == {"en", "zh-Hant-HK", "zh-Hans-CN"}
    assert rule.severity == Constant("warning", "text")


def test_a_title_tells_a_param_as_it_is_set(tmp_path: Path) -> None:
    """A firm's own target too, and no name of a param that is not there."""
    reading = Reading("en", ZoneInfo("Asia/Hong_Kong"), date(2026, 11, 24))
    facts = {"value": 75.0, "met": 9, "counted": 12}

    def said(**rules: object) -> str:
        (rule,) = (rule for rule in load(tmp_path, **rules) if rule.id == "on-time-rate-low")
        return rule.title(facts, reading)

    assert said() == "On time: 75.0 % (9 of 12), below the target of 90 %"
    assert said(rules={"on-time-rate-low": {"target": 92.5}}).endswith("below the target of 92.5 %")
    wrong = mistakes(tmp_path, GOOD.replace('title: "{{ name }}"', 'title: "{{ params.mst }}"'))
    assert any("there is no params.mst; did you mean 'most'?" in mistake for mistake in wrong)


def test_the_key_on_is_a_key(tmp_path: Path) -> None:
    """YAML 1.1 takes it for true, and `no` for false; the rule would lose its view."""
    assert load(tmp_path, GOOD)[-1].view.name == "milestone"


def test_all_mistakes_of_all_files_come_together_with_their_places(tmp_path: Path) -> None:
    """Mending one a day would take a week."""
    first = """\
        - id: Own Rule
          on: milestones
          wehn: overdue
        - id: second
          on: milestone
          when: 'name = ''客戶'' and overdu'
          severity: severe
          params: {most: [1], enabled: true}
          title: {en: "{{ nme }}", fr: x}
          why: Because.
          repeat: 3 days
          examples:
            - {given: {overdue: true}, expect: fires}
            - {given: {due_on: soon, nme: 1}, expect: maybe}
            - {given: {name: x}, then: {moves: [1]}, expect: resolves}
        - just a text
        """
    told = mistakes(tmp_path, dedent(first), "a: [", "id: x\n")

    expected = [
        "rules.d/0.yaml:16:3: a rule is a mapping of id, on, when, severity …",
        "rules.d/1.yaml:1:5: not YAML: expected the node content, but found '<stream end>'",
        "rules.d/2.yaml:1:1: a file of rules is a list: begin each with `- id:`",
        "rules.d/0.yaml:3:3: there is no 'wehn' in a rule; did you mean 'when'?",
        "rules.d/0.yaml:1:3: this rule lacks when, severity, title, why",
        "rules.d/0.yaml:1:7: an id is of small letters, digits and hyphens: milestone-overdue",
        "rules.d/0.yaml:2:7: there is no view 'milestones'; did you mean 'milestone'?",
        "rules.d/0.yaml:8:18: a param is a number, a text, true or false",
        "rules.d/0.yaml:8:23: 'enabled' cannot name a param: small letters, digits and _, and none of the config's own",
        'rules.d/0.yaml:11:11: \'3 days\': write working days as "3wd", hours as "12h", or "never"',
        "rules.d/0.yaml:6:28: there is no 'overdu'; did you mean 'overdue'?",
        "rules.d/0.yaml:7:13: there is no severity 'severe'; known are: critical, high, info, warning",
        "rules.d/0.yaml:9:15: there is no 'nme'; did you mean 'name'?",
        "rules.d/0.yaml:9:28: there is no language 'fr'",
        "rules.d/0.yaml:13:16: overdue is computed: give the stored columns that it is made of",
        "rules.d/0.yaml:14:47: an example is {given: {column: value, …}, expect: fires} or expect: silent, or ",
        "rules.d/0.yaml:15:40: moves is a number",
    ]
    for line, begins in zip(told, expected, strict=True):
        assert line.startswith(begins)


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("when: 客 = 1", "3:9"),
        ("when: overdue and bad", "3:21"),
        ("when: 'name = ''逾期'' and bad'", "3:28"),
        ("when: \"name = '\\u4e00' and bad\"", "3:30"),
        ("when: >\n    name = '逾期'\n    and bad", "5:9"),
        ("when: |\n    name = '逾期'\n      and bad", "5:11"),
        ("when: overdue\n    and\n    bad", "5:5"),
    ],
)
def test_a_mistake_in_an_expression_is_shown_in_the_file_however_it_is_written(
    tmp_path: Path, written: str, place: str
) -> None:
    """Plain, quoted, folded: the column is that of the file, and Chinese before it counts as it shows."""
    (told,) = mistakes(tmp_path, GOOD.replace("when: overdue and moves > params.most", written))

    assert told.startswith(f"rules.d/0.yaml:{place}: ")


def test_a_hash_that_would_cut_the_condition_is_refused(tmp_path: Path) -> None:
    """YAML ends an unquoted text there, silently: half a condition finds other rows."""
    (told,) = mistakes(tmp_path, GOOD.replace("overdue and", "overdue # and"))

    assert "a # ends an unquoted text" in told


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("{nme: x}", "did you mean 'name'?"),
        ("{bd_name: x}", "is found through another table"),
        ("{days_overdue: 3}", "is computed"),
        ("{status_category: doen}", "'doen' is never its value"),
        ("{due_on: next week}", "is not a date"),
        ("{due_on: 2 working hours ago}", "is not a date"),
        ("{due_at: yesterday}", "is not an instant"),
        ("{due_at: 2026-11-24 09:00}", "is not an instant"),
        ("{client_facing: 1}", "client_facing is true or false"),
        ("{moves: true}", "moves is a number"),
        ("{name: 3}", "name is a text"),
        ("{due_on: 2026-13-01}", "this is no value"),
    ],
)
def test_an_example_fills_stored_columns_with_fitting_values(tmp_path: Path, given: str, message: str) -> None:
    """A computed one would be tested against itself."""
    (told,) = mistakes(tmp_path, GOOD + f"  examples: [{{given: {given}, expect: fires}}]\n")

    assert message in told


def test_an_id_stands_once(tmp_path: Path) -> None:
    """Fingerprints and silences hang on it."""
    told = mistakes(tmp_path, GOOD, GOOD.replace("own-rule", "milestone-overdue"), GOOD)

    assert told == [
        "rules.d/1.yaml:1:7: milestone-overdue stands in milestone-overdue.yaml:3:7 already",
        "rules.d/2.yaml:1:7: own-rule stands in rules.d/0.yaml:1:7 already",
    ]


def test_config_overrides_severity_repeat_and_params(tmp_path: Path) -> None:
    """A firm that wants it stricter writes two lines, not a rule."""
    overrides = {"severity": "if(moves > params.most, 'high', 'info')", "repeat": "12h", "most": 5}

    rule = load(tmp_path, GOOD, rules={"own-rule": RuleSettings.model_validate(overrides)})[-1]

    assert rule.params == {"most": 5}
    assert rule.repeat == Repeat(12, "h")
    assert isinstance(rule.severity, Choice)


def test_a_rule_that_config_turns_off_is_not_loaded_but_checked(tmp_path: Path) -> None:
    """It may be turned on again tomorrow."""
    off = {"own-rule": RuleSettings(enabled=False), "milestone-overdue": RuleSettings(enabled=False)}

    left = {rule.id for rule in load(tmp_path, GOOD, rules=off)}

    assert left == {rule.id for rule in load(tmp_path, GOOD)} - off.keys()
    assert mistakes(tmp_path, GOOD.replace("overdue and", "overdu and"), rules=off)


WRONG = {
    "own-rule": RuleSettings.model_validate(
        {"severity": "urgent", "repeat": "often", "mots": 1, "critical": 1, "most": "two"}
    ),
    "milestone-overdu": RuleSettings(),
    "feedback-unhandeld": RuleSettings(),
}
REFUSED = [
    'rules.own-rule.mots: the rule has no such param; did you mean "most"?',
    "rules.own-rule.critical: the rule has no such param; there are most, enabled, repeat, severity",
    "rules.own-rule.most: a number is needed, as in the rule: 2",
    'rules.own-rule.repeat: \'often\': write working days as "3wd", hours as "12h", or "never"',
    "rules.own-rule.severity: there is no severity 'urgent'; known are: critical, high, info, warning",
    'rules.milestone-overdu: there is no such rule; did you mean "milestone-overdue"?',
    'rules.feedback-unhandeld: there is no such rule; did you mean "feedback-unhandled"?',
]


def test_wrong_overrides_are_told_by_table_and_key(tmp_path: Path) -> None:
    """Together with the rest."""
    assert mistakes(tmp_path, GOOD, rules=WRONG) == REFUSED


def files(folder: Path, *contents: str) -> RuleFiles:
    """The library and these own files, as the config's loader sees them."""
    for number, content in enumerate(contents):
        (folder / f"{number}.yaml").write_text(content, "utf-8")
    return RuleFiles(folder)


def test_rules_are_read_once_to_be_checked_and_to_be_run(tmp_path: Path) -> None:
    """What runs is what was found right, whatever becomes of the file; reading is most of what a start costs."""
    own = files(tmp_path, GOOD)
    own.check({})
    for file in tmp_path.glob("*.yaml"):
        file.unlink()

    assert "own-rule" in {rule.id for rule in own.enabled({})}


def test_rules_heed_other_overrides_than_those_they_were_checked_with(tmp_path: Path) -> None:
    """Overrides are laid over anew."""
    own = files(tmp_path, GOOD)
    own.check({})

    assert "own-rule" not in {rule.id for rule in own.enabled({"own-rule": RuleSettings(enabled=False)})}


def test_the_configs_loader_is_told_where_in_its_file_an_override_is_wrong(tmp_path: Path) -> None:
    """It knows the lines."""
    of_config, in_files = files(tmp_path, GOOD).check(WRONG)

    assert [f"{spelled(path)}: {problem}" for path, problem in of_config] == REFUSED
    assert in_files == []


def test_the_configs_loader_is_told_what_is_wrong_in_the_rules_own_files(tmp_path: Path) -> None:
    """So that the mistakes of both are mended in one go; with them, an override is judged all the same."""
    bad = GOOD.replace("overdue and", "overdu and")

    of_config, in_files = files(tmp_path, bad).check({"milestone-overdue": RuleSettings(repeat="often")})

    assert [path for path, _ in of_config] == [("rules", "milestone-overdue", "repeat")]
    (found,) = map(str, in_files)
    assert found == f"{tmp_path.name}/0.yaml:3:9: there is no 'overdu'; did you mean 'overdue'?"


def test_a_file_that_cannot_be_read_may_hold_any_rule(tmp_path: Path) -> None:
    """That it is no YAML is one mistake, and a rule that may stand in it is no second one."""
    known = files(tmp_path, "- id: [")

    of_config, in_files = known.check({"own-rule": RuleSettings()})

    assert (of_config, known.ids, len(in_files)) == ([], None, 1)


@pytest.mark.parametrize(
    "text",
    ["- " * 3000 + "x", "[" * 3000 + "]" * 3000, GOOD + "  examples: [{given: {name: &a [*a]}, expect: fires}]\n"],
)
def test_a_file_that_nests_without_end_is_a_mistake_like_any_other(tmp_path: Path, text: str) -> None:
    """It hurts no other file, and leaves no traceback."""
    (found,) = mistakes(tmp_path, text)

    assert found.startswith("rules.d/0.yaml")


def test_a_severity_that_could_be_anything_is_refused(tmp_path: Path) -> None:
    """No route matches a severity that nobody knows."""
    free = mistakes(tmp_path, GOOD.replace("severity: warning", "severity: name"))
    odd = mistakes(tmp_path, GOOD.replace("severity: warning", "severity: if(overdue, 'criticl', 'high')"))

    assert "this is not always one of info, warning, high, critical" in free[0]
    assert odd == ["rules.d/0.yaml:4:25: 'criticl' is no severity; did you mean 'critical'?"]


def test_a_column_of_severities_is_a_severity(tmp_path: Path) -> None:
    """Feedback brings its own."""
    own = GOOD.replace("on: milestone", "on: feedback").replace("overdue and moves > params.most", "unhandled")
    own = own.replace("severity: warning", "severity: severity").replace("{{ name }}", "{{ subject }}")

    rule = load(tmp_path, own)[-1]

    assert isinstance(rule.severity, Column)


def test_the_configs_loader_is_told_every_id(tmp_path: Path) -> None:
    """So that a route cannot wait for a rule that nobody wrote."""
    library = RuleFiles(tmp_path / "nowhere").ids

    assert library is not None
    assert set(library) > {"feedback-unhandled", "milestone-overdue"}
    assert files(tmp_path, GOOD).ids == {*library, "own-rule"}


def test_a_file_that_cannot_be_read_is_a_mistake_like_any_other(tmp_path: Path) -> None:
    """Big5 from an old editor, say."""
    (tmp_path / "rules.d").mkdir()
    (tmp_path / "rules.d" / "own.yaml").write_bytes("- id: 逾期".encode("big5"))

    (told,) = mistakes(tmp_path)

    assert told.startswith("rules.d/own.yaml: cannot be read")
