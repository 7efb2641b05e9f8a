"""The pages in docs/rules, made from the rules and views themselves, so that they cannot tell anything else.

`python -m rules.pages docs/rules` writes them (`make docs`); a test holds the committed ones to it.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from config.language import LANGUAGES
from rules.files import LIBRARY
from rules.views import VIEWS, View
from rules.views.base import Age, Computed, Stored, ViewColumn
from rules.yaml_file import Part, YamlFile

_QUOTED = re.compile(r"'[^']*'")
_NAME = re.compile(r"(?<![.\w])[a-z_]+\b(?!\()")

_INTRODUCTION = """\
# Rules

A rule looks at every row of a view, about once a minute, and says which of them somebody should know of. Those that
are shipped, each with its texts and examples:

{rules}

`milepost rules list` shows those that are on, and of one that cannot fire what it lacks: data that no source delivers.
`milepost rules check` reads them and runs their examples, `milepost why` tells what they say of one thing. What a rule
says is changed in `milepost.toml` under `[rules.ID]` (`enabled`, `severity`, `repeat`, and its params); rules of your
own are YAML files of the same form in the folder that `rules_dir` names: [write one](../write-your-own-rule.md) in ten
minutes. What a condition may say is told in [the language of rules](../rule-language.md).

## The views

The columns below are all that a condition, a severity or a title can name. *Earlier values*: "in the history" are
those whose changes are kept, "fixed" is what does not change, "not kept" has its present value only, and "reckoned" is
made of others at the moment that a rule looks. A missing value makes a comparison false, and its `not` true. In a title
`client`, `project`, `bd` and `owner` read as names.

{views}"""


def pages() -> dict[str, str]:
    """File name -> Markdown, of every page."""
    parts = list(_rules())
    listed = "\n".join(f"- [{_id(part)}]({_id(part)}.md): {_what(part).partition('. ')[0]}." for part in parts)
    views = "\n".join(_view(view) for view in VIEWS.values())
    return {
        "README.md": _INTRODUCTION.format(rules=listed.replace("..", "."), views=views),
        **{f"{_id(part)}.md": _rule(part) for part in parts},
    }


def _rules() -> Iterator[Part]:
    for path in sorted(LIBRARY.glob("*.yaml")):
        root = YamlFile(path, path.name).root
        assert root is not None
        yield from root.items or ()


def _id(part: Part) -> str:
    return part.named["id"].text or ""


def _what(part: Part) -> str:
    """The comment that stands above a rule: what it finds, and when it does not apply."""
    lines = part.file.text.splitlines()[: part.place.line - 1]
    said: list[str] = []
    while lines and lines[-1].startswith("#"):
        said.insert(0, lines.pop().removeprefix("#").strip())
    return " ".join(said)


def _rule(part: Part) -> str:
    fields = part.named
    view = VIEWS[fields["on"].text or ""]
    when, severity = fields["when"].text or "", fields["severity"].text or ""
    return f"""\
# {_id(part)}

{_what(part)}

**Why.** {_texts(fields["why"])["en"]}

**Looks at** every row of the view [{view.name}](README.md#{view.name}).{_needs(when, view)}

**Fires when** `{when}`:

{_meanings(when, view)}

**Severity.** `{severity}`{_severity_meaning(severity, view)}

**Told again** after {_repeat(fields.get("repeat"))}, as long as nobody takes it and it is not over.

## Params

{_params(part)}

## Texts

{_list(_texts(fields["title"]))}

Why, as readers are told:

{_list(_texts(fields["why"]))}

## Examples

Run by `milepost rules check`, and by the tests.

| a row with | the rule |
|---|---|
{_examples(fields.get("examples"))}
"""


def _meanings(text: str, view: View) -> str:
    """What the columns mean that a condition names."""
    named = set(_NAME.findall(_QUOTED.sub("", text)))
    return "\n".join(f"- `{column.name}`: {column.meaning}" for column in view.columns if column.name in named)


def _needs(text: str, view: View) -> str:
    """The data that not every firm has and that a column of the condition needs, with what brings it."""
    named = set(_NAME.findall(_QUOTED.sub("", text)))
    needs = (need for column in view.columns if column.name in named for need in column.needs)
    said = dict.fromkeys(f"{need.data} ({', '.join((*need.kinds, need.cure))})" for need in needs)
    return f" Not every firm has what it asks for: {'; '.join(said)}." if said else ""


def _severity_meaning(text: str, view: View) -> str:
    meanings = _meanings(text, view)
    return f", where\n\n{meanings}" if meanings else "."


def _repeat(part: Part | None) -> str:
    told = part.text if part is not None else "never"
    if not told or told == "never":
        return "no time at all"
    amount = int(told.rstrip("wdh"))
    unit = "working day" if told.endswith("wd") else "hour"
    return f"{amount} {unit}{'s' if amount > 1 else ''}"


def _params(part: Part) -> str:
    params = part.named.get("params")
    if params is None or not params.fields:
        return "None."
    lines = "\n".join(f"{name.text} = {value.text}" for name, value in params.fields)
    return f"With their defaults, as `milepost.toml` may set them:\n\n```toml\n[rules.{_id(part)}]\n{lines}\n```"


def _texts(part: Part) -> Mapping[str, str]:
    """By language; a text that is written once is for every reader."""
    if part.text is not None:
        return dict.fromkeys(LANGUAGES, part.text.strip())
    return {name: (text.text or "").strip() for name, text in part.named.items()}


def _list(texts: Mapping[str, str]) -> str:
    return "\n".join(f"- {language}: `{text}`" for language, text in texts.items())


def _examples(part: Part | None) -> str:
    rows = []
    for item in (part.items if part is not None else None) or ():
        told, what = item.named, {"fires": "fires", "silent": "is silent", "resolves": "fires, and then resolves"}
        then = f"; then {_columns(told['then'])}" if "then" in told else ""
        rows.append(f"| {_columns(told['given'])}{then} | {what[told['expect'].text or '']} |")
    return "\n".join(rows)


def _columns(row: Part) -> str:
    """What an example gives of a row."""
    return ", ".join(f"`{name.text}: {_given(value)}`" for name, value in row.fields or ())


def _given(part: Part) -> str:
    """A value as it is written; of a list each."""
    if part.items is None:
        return part.text or ""
    return f"[{', '.join(one.text or '' for one in part.items)}]"


def _view(view: View) -> str:
    rows = "\n".join(
        f"| `{column.name}` | {_kind(column)} | {column.meaning} | {_history(column)} |" for column in view.columns
    )
    return f"### {view.name}\n\n| column | type | meaning | earlier values |\n|---|---|---|---|\n{rows}\n"


def _kind(column: ViewColumn) -> str:
    if column.kind == "names":
        return "names, by language"
    words = column.closed if isinstance(column, Stored) else ()
    return f"{column.kind}: {', '.join(words)}" if words else column.kind


def _history(column: ViewColumn) -> str:
    match column:
        case Computed() | Age():
            return "reckoned"
        case Stored(history=history):
            return {"tracked": "in the history", "fixed": "fixed", "untracked": "not kept"}[history]


def write(folder: Path) -> None:
    """Write every page into `folder`, and remove those of rules that are no more."""
    made = pages()
    for stale in folder.glob("*.md"):
        if stale.name not in made:
            stale.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
