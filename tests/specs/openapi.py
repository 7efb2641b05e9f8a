"""Check requests and answers against a vendor's OpenAPI 3.0 or Swagger 2.0 document."""

import gzip
import json
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import yaml


class Document:
    """One vendor's document.

    `nulls`: the vendor sends null for what is absent though the document does not say so. `beyond`: names that it is
    known to send, or to take, though the document lacks them. `wrong`: properties that the document describes wrongly,
    by their path in an answer, a list's elements as `*`.
    """

    def __init__(
        self, path: Path, *, nulls: bool = False, beyond: Collection[str] = (), wrong: Collection[str] = ()
    ) -> None:
        content = path.read_bytes()
        text = gzip.decompress(content) if path.suffix == ".gz" else content
        self._document: dict[str, Any] = yaml.safe_load(text) if ".yaml" in path.suffixes else json.loads(text)
        self._nulls = nulls
        self._beyond = frozenset(beyond)
        self._wrong = frozenset(wrong)

    def template(self, method: str, path: str) -> str:
        """The path as the document writes it; of several that fit, the one with the fewest placeholders.

        Raises KeyError where there is none for this method.
        """
        fitting: list[str] = [
            template
            for template, operations in self._document["paths"].items()
            if method.lower() in operations and re.fullmatch(_pattern(template), path)
        ]
        if not fitting:
            raise KeyError(f"{method} {path}")
        return min(fitting, key=lambda template: template.count("{"))

    def request_mistakes(self, method: str, template: str, query: Collection[str], sent: object) -> list[str]:
        """What of a request the document does not know: names in the query, and what is wrong in a body of JSON."""
        known = {parameter["name"] for parameter in self._parameters(method, template)} | self._beyond
        unknown = [f"{name}: no parameter of this call" for name in query if name not in known]
        operation = self._document["paths"][template][method.lower()]
        if sent is None:
            return unknown
        if "requestBody" not in operation:
            names = sent if isinstance(sent, Mapping) else ()
            return unknown + [f"{name}: no argument of this call" for name in names if name not in known]
        described = self._resolved(operation["requestBody"])["content"]["application/json"]["schema"]
        return unknown + self._told(described, sent)

    def mistakes(self, method: str, template: str, status: int, payload: object) -> list[str]:
        """What is wrong with an answer, each with its place; [] where all is well, or the document does not say.

        `template` is a path as the document writes it. Raises KeyError for a call or status that it does not know.
        """
        return self._told(self._schema(method, template, status), payload)

    def _told(self, schema: Mapping[str, Any], payload: object) -> list[str]:
        return [
            f"{'.'.join(map(str, error.absolute_path)) or 'answer'}: {error.message[:200]}"
            for error in self._errors(schema, payload)
        ]

    def _parameters(self, method: str, template: str) -> list[Any]:
        """Those of the path and those of the operation."""
        path = self._document["paths"][template]
        listed = [*path.get("parameters", []), *path[method.lower()].get("parameters", [])]
        return [self._resolved(parameter) for parameter in listed]

    def _schema(self, method: str, template: str, status: int) -> Mapping[str, Any]:
        """What an answer must be; {} where the document does not say."""
        answers = self._document["paths"][template][method.lower()]["responses"]
        # YAML reads an unquoted status as a number.
        answer = self._resolved(answers[status] if status in answers else answers[str(status)])
        in_openapi = answer.get("content", {}).get("application/json", {})
        described: Mapping[str, Any] = (in_openapi or answer).get("schema", {})
        return described

    def _resolved(self, node: Any) -> Any:
        while "$ref" in node:
            found: Any = self._document
            for step in node["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            node = found
        return node

    def _errors(self, schema: Mapping[str, Any], payload: object) -> Iterator[Any]:
        # Draft 4 is what OpenAPI 3.0 is made from; its own `nullable` is read below.
        whole: dict[str, Any] = {"allOf": [schema]}
        whole |= {name: self._document[name] for name in ("components", "definitions") if name in self._document}
        for error in jsonschema.Draft4Validator(whole).iter_errors(payload):
            if not self._is_allowed(error):
                yield error

    def _is_allowed(self, error: Any) -> bool:
        if error.instance is None and (self._nulls or error.schema.get("nullable")):
            return True
        if ".".join("*" if isinstance(step, int) else str(step) for step in error.absolute_path) in self._wrong:
            return True
        if error.validator == "additionalProperties" and isinstance(error.instance, Mapping):
            return set(error.instance) - set(error.schema.get("properties", {})) <= self._beyond
        return bool(error.context) and all(self._is_allowed(inner) for inner in error.context)


def _pattern(template: str) -> str:
    """A template as a regular expression: a placeholder takes one step of a path."""
    return "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"({[^}]+})", template))
