"""Rules from YAML: the library that is shipped, and a firm's own beside its config.

Every mistake of every file is found before any is told, each with its file, line and column. What the config says of
a rule (`[rules.ID]`) is laid over it here, with the same checks; the config's loader asks for them by `RuleFiles`, and
tells what is wrong together with its own.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from config.language import LANGUAGES
from config.mistakes import Found, Mistake, spelled
from config.nearest import did_you_mean
from config.settings import Language, RuleSettings, Settings
from rules.fields import (
    EXAMPLE,
    OWN_SETTINGS,
    example,
    expression,
    param_name,
    param_value,
    placed,
    read_repeat,
    read_severity,
    title,
    type_of,
    written_lasting,
    written_repeat,
    wrong,
)
from rules.files import LIBRARY, Files, read_file, read_files
from rules.language.nodes import Condition, Parameter, Value
from rules.language.parse import read_condition
from rules.language.text import LanguageError, nearest
from rules.rule import Example, Place, Repeat, Rule, RuleErrors, RuleMistake
from rules.titles import Title
from rules.views import VIEWS, View
from rules.yaml_file import Part

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_REQUIRED = ("id", "on", "when", "severity", "title", "why")
_KEYS = (*_REQUIRED, "params", "for", "repeat", "examples")

_T = TypeVar("_T")


class RuleFiles:
    """The library and the rules in the folder `own`, read once, for the config's loader and for whoever runs them."""

    def __init__(self, own: Path) -> None:
        self._files = read_files(own)
        self._latest: tuple[Mapping[str, RuleSettings], _Loader, list[Rule]] | None = None

    @property
    def ids(self) -> Collection[str] | None:
        """The ids of the rules there are, right or wrong; None where a file could not be read."""
        if not self._files.all_were_read:
            return None
        ids = (part.named.get("id") for part in self._files.rules)
        return {part.text for part in ids if part is not None and part.text}

    def named(self, rule_id: str, overrides: Mapping[str, RuleSettings]) -> Rule | None:
        """The rule of that id with these overrides, also one that is off; None: there is none, or it is wrong."""
        return next((rule for rule in self._read(overrides)[1] if rule.id == rule_id), None)

    def check(self, overrides: Mapping[str, RuleSettings]) -> tuple[Sequence[Found], Sequence[Mistake]]:
        """What is wrong with these overrides, by their way in the config, and what in the files themselves."""
        loader, _ = self._read(overrides)
        return loader.wrong_overrides, [
            Mistake(place.file, place.line or None, "", mistake.message, place.column or None)
            for mistake in loader.mistakes
            for place in (mistake.place,)
        ]

    def enabled(self, overrides: Mapping[str, RuleSettings]) -> list[Rule]:
        """Every enabled rule, the library's first, with these overrides in force. Raises RuleErrors with all mistakes;
        those of overrides have no line here, where only their values are known."""
        loader, rules = self._read(overrides)
        loader.raise_mistakes()
        return [rule for rule in rules if loader.overrides(rule.id).enabled]

    def _read(self, overrides: Mapping[str, RuleSettings]) -> tuple["_Loader", list[Rule]]:
        if self._latest is None or self._latest[0] != overrides:
            loader = _Loader(self._files, overrides)
            self._latest = (dict(overrides), loader, loader.read())
        return self._latest[1:]


def load_rules(settings: Settings) -> list[Rule]:
    """Every enabled rule of the library and of the firm's own folder. Raises RuleErrors."""
    return RuleFiles(settings.folder / settings.rules_dir).enabled(settings.rules)


def load_file(path: Path, overrides: Mapping[str, RuleSettings]) -> list[Rule]:
    """The rules of one file, with what the config says of them; enabled or not. Raises RuleErrors."""
    files = read_file(path)
    ids = {part.named["id"].text for part in files.rules if "id" in part.named}
    loader = _Loader(files, {name: own for name, own in overrides.items() if name in ids})
    rules = loader.read()
    loader.raise_mistakes()
    return rules


class _Loader:
    """One reading of all rules with these overrides: what is wrong with either is collected."""

    def __init__(self, files: Files, settings: Mapping[str, RuleSettings]) -> None:
        self._files = files
        self._settings = settings
        self._seen: dict[str, Place] = {}
        self.mistakes = list(files.mistakes)
        self.wrong_overrides: list[Found] = []

    def read(self) -> list[Rule]:
        rules = [rule for part in self._files.rules if (rule := _RuleReader(self, part).read()) is not None]
        for rule_id in self._settings:
            if rule_id not in self._seen and self._files.all_were_read:
                self.refuse(rule_id, "", f"there is no such rule{_one_of_those(rule_id, self._seen)}")
        return rules

    def raise_mistakes(self) -> None:
        """Raise RuleErrors with all of them, if there are any."""
        own = (RuleMistake(Place(spelled(path)), said) for path, said in self.wrong_overrides)
        if wrong := [*self.mistakes, *own]:
            raise RuleErrors(wrong)

    def overrides(self, rule_id: str) -> RuleSettings:
        return self._settings.get(rule_id, RuleSettings())

    def claim(self, rule_id: str, place: Place) -> None:
        """Ids are never reused: fingerprints and silences hang on them."""
        if rule_id in self._seen:
            self.mistakes.append(RuleMistake(place, f"{rule_id} stands in {self._seen[rule_id]} already"))
        self._seen.setdefault(rule_id, place)

    def refuse(self, rule_id: str, key: str, problem: str) -> None:
        """Something in the config's `[rules.ID]` is wrong."""
        self.wrong_overrides.append((("rules", rule_id, key) if key else ("rules", rule_id), problem))


def _one_of_those(name: str, names: Collection[str]) -> str:
    """The end of a message about an unknown name: the nearest right one, or all there are."""
    return did_you_mean(name, names) or f"; there are {', '.join(names)}"


class _RuleReader:
    """Reads one rule; whatever is wrong goes to the loader's list, and the reading goes on."""

    def __init__(self, loader: _Loader, part: Part) -> None:
        self.loader, self.part = loader, part
        self.fields: dict[str, Part] = {}

    def read(self) -> Rule | None:
        """The rule, or None where it has mistakes."""
        before = len(self.loader.mistakes)
        self._collect_fields()
        rule_id = self._checked("id", self._id) or ""
        own = self.loader.overrides(rule_id)
        view = self._checked("on", self._view)
        params = self._params(rule_id, own)
        repeat = self._repeat(rule_id, own)
        lasting = self._checked("for", written_lasting)
        if view is None:
            return None
        when = self._checked("when", lambda part: self._condition(part, view, params))
        severity = self._severity(rule_id, own, view, params)
        texts = {key: self._checked(key, lambda part: self._texts(part, view, params)) for key in ("title", "why")}
        examples = self._checked("examples", lambda part: self._examples(part, view)) or ()
        if len(self.loader.mistakes) > before or when is None or severity is None:
            return None
        return Rule(
            id=rule_id,
            view=view,
            when=when,
            severity=severity,
            params=params,
            titles=texts["title"] or {},
            why=texts["why"] or {},
            repeat=repeat,
            place=self.part.place,
            is_library=self.part.file.folder == LIBRARY,
            examples=tuple(examples),
            lasting=lasting,
        )

    def _collect_fields(self) -> None:
        for key, value in self.part.fields or ():
            name = key.text or ""
            if name not in _KEYS:
                self._say(key.place, f"there is no {name!r} in a rule; {nearest(name, _KEYS)}")
            elif name in self.fields:
                self._say(key.place, f"{name} is written twice")
            else:
                self.fields[name] = value
        missing = [name for name in _REQUIRED if name not in self.fields]
        if missing:
            self._say(self.part.place, f"this rule lacks {', '.join(missing)}")

    def _checked(self, key: str, read: Callable[[Part], _T]) -> _T | None:
        """What `read` makes of the field; None where it is missing or wrong."""
        if key not in self.fields:
            return None
        with self._collecting():
            return read(self.fields[key])
        return None

    @contextmanager
    def _collecting(self) -> Iterator[None]:
        try:
            yield
        except RuleErrors as error:
            self.loader.mistakes.extend(error.mistakes)

    def _say(self, place: Place, message: str) -> None:
        self.loader.mistakes.append(RuleMistake(place, message))

    # --- fields ---

    def _id(self, part: Part) -> str:
        text = part.text or ""
        if not _ID.fullmatch(text):
            raise wrong(part, "an id is of small letters, digits and hyphens: milestone-overdue")
        self.loader.claim(text, part.place)
        return text

    def _view(self, part: Part) -> View:
        name = part.text or ""
        if name not in VIEWS:
            raise wrong(part, f"there is no view {name!r}; {nearest(name, VIEWS)}")
        return VIEWS[name]

    def _condition(self, part: Part, view: View, params: Mapping[str, Parameter]) -> Condition:
        with placed(part):
            return read_condition(expression(part), view.terms, params)

    def _severity(self, rule_id: str, own: RuleSettings, view: View, params: Mapping[str, Parameter]) -> Value | None:
        written = self._checked("severity", lambda part: self._written_severity(part, view, params))
        if own.severity is None:
            return written
        try:
            return read_severity(own.severity, view, params)
        except LanguageError as error:
            self.loader.refuse(rule_id, "severity", error.message)
            return None

    def _written_severity(self, part: Part, view: View, params: Mapping[str, Parameter]) -> Value:
        with placed(part):
            return read_severity(expression(part), view, params)

    def _params(self, rule_id: str, own: RuleSettings) -> dict[str, Parameter]:
        params: dict[str, Parameter] = {}
        part = self.fields.get("params")
        if part is not None and part.fields is None:
            self._say(part.place, "params are names with a number, a text, true or false")
        for key, value in (part.fields or ()) if part is not None else ():
            with self._collecting():
                params[param_name(key)] = param_value(value)
        for name, changed in own.params.items():
            if name not in params:
                known = [*params, *sorted(OWN_SETTINGS)]
                self.loader.refuse(rule_id, name, f"the rule has no such param{_one_of_those(name, known)}")
            elif type_of(changed) != type_of(params[name]):
                needed = f"{type_of(params[name])} is needed, as in the rule: {json.dumps(params[name])}"
                self.loader.refuse(rule_id, name, needed)
            else:
                params[name] = changed
        return params

    def _repeat(self, rule_id: str, own: RuleSettings) -> Repeat | None:
        if own.repeat is not None:
            try:
                return read_repeat(own.repeat)
            except ValueError as error:
                self.loader.refuse(rule_id, "repeat", str(error))
        return self._checked("repeat", written_repeat)

    def _texts(self, part: Part, view: View, params: Mapping[str, Parameter]) -> Mapping[Language, Title]:
        """By language, or one text for every reader."""
        if part.text is not None:
            return dict.fromkeys(LANGUAGES, title(part, view, params))
        if not part.fields:
            raise wrong(part, "write a text, or one for each language: {en: …, zh-Hant-HK: …, zh-Hans-CN: …}")
        texts: dict[Language, Title] = {}
        for key, value in part.fields:
            language = next((language for language in LANGUAGES if language == key.text), None)
            if language is None:
                raise wrong(key, f"there is no language {key.text!r}; {nearest(key.text or '', LANGUAGES)}")
            with self._collecting():
                texts[language] = title(value, view, params)
        return texts

    def _examples(self, part: Part, view: View) -> Sequence[Example]:
        if part.items is None:
            raise wrong(part, f"examples are a list; each is {EXAMPLE}")
        examples = []
        for item in part.items:
            with self._collecting():
                examples.append(example(item, view))
        return examples
