"""Check an answer against a vendor's OpenAPI 3.0 document."""

import gzip
import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import yaml


class Document:
    """One vendor's document.

    `nulls`: the vendor sends null for what is absent though the document does not say so. `beyond`: names that it is
    known to send though the document lacks them.
    """

    def __init__(self, path: Path, *, nulls: bool = False, beyond: Collection[str] = ()) -> None:
        content = path.read_bytes()
        text = gzip.decompress(content) if path.suffix == ".gz" else content
        self._document: dict[str, Any] = yaml.safe_load(text) if ".yaml" in path.suffixes else json.loads(text)
        self._nulls = nulls
        self._beyond = frozenset(beyond)

    def mistakes(self, method: str, template: str, status: int, payload: object) -> list[str]:
        """What is wrong with an answer, each with its place; [] where all is well.

        `template` is a path as the document writes it. Raises KeyError for a call or status that it does not know.
        """
        return [
            f"{'.'.join(map(str, error.absolute_path)) or 'answer'}: {error.message[:200]}"
            for error in self._errors(self._schema(method, template, status), payload)
        ]

    def _schema(self, method: str, template: str, status: int) -> Mapping[str, Any]:
        answer = self._resolved(self._document["paths"][template][method.lower()]["responses"][str(status)])
        schema: Mapping[str, Any] = answer["content"]["application/json"]["schema"]
        return schema

    def _resolved(self, node: Any) -> Any:
        while "$ref" in node:
            found: Any = self._document
            for step in node["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            node = found
        return node

    def _errors(self, schema: Mapping[str, Any], payload: object) -> Iterator[Any]:
        # Draft 4 is what OpenAPI 3.0 is made from; its own `nullable` is read below.
        whole = {"allOf": [schema], "components": self._document["components"]}
        for error in jsonschema.Draft4Validator(whole).iter_errors(payload):
            if not self._is_allowed(error):
                yield error

    def _is_allowed(self, error: Any) -> bool:
        if error.instance is None and (self._nulls or error.schema.get("nullable")):
            return True
        if error.validator == "additionalProperties" and isinstance(error.instance, Mapping):
            return set(error.instance) - set(error.schema.get("properties", {})) <= self._beyond
        return bool(error.context) and all(self._is_allowed(inner) for inner in error.context)
