"""Values of the config from the environment: `MILEPOST_SOURCES__DELIVERY__URL` stands over `sources.delivery.url`."""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from operator import or_
from typing import Any

from pydantic import create_model
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource

from config.mistakes import KeyPath, keys_of
from config.nearest import did_you_mean
from config.settings import ChannelSettings, Secret, Settings, SourceSettings

PREFIX = "MILEPOST_"
_NOT_FROM_HERE = {"folder", "routes"}


class _Variable(EnvSettingsSource):
    """One variable, decoded as pydantic-settings does: lists and tables are JSON, everything else is its own text."""

    def __init__(self, fields: type[BaseSettings], name: str, value: str) -> None:
        super().__init__(fields, case_sensitive=False, env_prefix=PREFIX, env_nested_delimiter="__")
        self.env_vars = {name.lower(): value}
        self._name = name

    def decode_complex_value(self, field_name: str, field: FieldInfo | None, value: Any) -> Any:
        """Never raises: what is no JSON stays a text, and is judged where the whole file is."""
        if field is not None and field.annotation in (Secret, Secret | None):
            return value if value.startswith(("env:", "file:")) else f"env:{self._name}"
        try:
            decoded = json.loads(value)
        except (ValueError, RecursionError):
            return value
        return decoded if field is None or isinstance(decoded, list | dict) else value


def overrides(
    environ: Mapping[str, str],
    source_kinds: Iterable[type[SourceSettings]],
    channel_kinds: Iterable[type[ChannelSettings]],
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each `MILEPOST_…` variable and the part of the tree that it sets: none, if the name is of no use."""
    names = [name for name in sorted(environ) if name.upper().startswith(PREFIX)]
    if not names:
        return
    fields: dict[str, Any] = {
        name: (field.annotation, field) for name, field in Settings.model_fields.items() if name not in _NOT_FROM_HERE
    }
    fields["sources"] = (dict[str, reduce(or_, source_kinds, SourceSettings)], {})  # type: ignore[misc]  # made as we run
    fields["channels"] = (dict[str, reduce(or_, channel_kinds, ChannelSettings)], {})  # type: ignore[misc]  # likewise
    model = create_model("Variables", __base__=BaseSettings, **fields)
    for name in names:
        yield name, _Variable(model, name, environ[name])()


def put_over(tree: dict[str, Any], part: Mapping[str, Any], path: KeyPath = ()) -> Iterator[KeyPath]:
    """Put `part` over `tree`, table by table; yields the path of each value and table that it set."""
    for key, value in part.items():
        here = (*path, key)
        if isinstance(value, dict):
            if not isinstance(tree.get(key), dict):
                tree[key] = {}
                yield here
            yield from put_over(tree[key], value, here)
        else:
            tree[key] = value
            yield here


def unknown(variable: str) -> str:
    """What to say of a variable that sets nothing."""
    first = variable.upper().removeprefix(PREFIX).split("__")[0].lower()
    if first == "routes":
        return "routes come from the file alone"
    return f"sets nothing that the config knows{did_you_mean(first, keys_of(Settings))}"
