"""The words that output schemas are written in (JSON Schema, draft 2020-12)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contactctl.exact_json import JsonObject, JsonValue, Number

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

DIALECT = "https://json-schema.org/draft/2020-12/schema"

TEXT: JsonObject = {"type": "string"}
TEXT_OR_NULL: JsonObject = {"type": ["string", "null"]}
BOOLEAN: JsonObject = {"type": "boolean"}
INTEGER: JsonObject = {"type": "integer"}
NUMBER_OR_NULL: JsonObject = {"type": ["number", "null"]}
ANY: JsonObject = {}
TRUE: JsonObject = {"const": True}


@dataclass(frozen=True, slots=True)
class Output:
    """What a command prints to stdout with ``-o json``.

    ``flag`` is the flag that makes it print this, None where none is needed; with ``lines`` it is
    one value of this shape on each line instead of one in all.
    """

    schema: JsonObject
    flag: str | None = None
    lines: bool = False

    def to_json_object(self) -> JsonObject:
        """Return the output as the document has it."""
        form = "json-lines" if self.lines else "json"
        return {"flag": self.flag, "form": form, "schema": {"$schema": DIALECT, **self.schema}}


def record(
    fields: Mapping[str, JsonValue],
    *,
    optional: Collection[str] = (),
    more: JsonValue = False,
) -> JsonObject:
    """Return the schema of an object; ``more`` is that of fields not named here, False for none.

    Answers of our own are closed. Those that the service gives are open, for it may add to them.
    """
    return {
        "type": "object",
        "properties": dict(fields),
        "required": [name for name in fields if name not in optional],
        "additionalProperties": more,
    }


def list_of(item: JsonValue) -> JsonObject:
    """Return the schema of a list of any length."""
    return {"type": "array", "items": item}


def one_of(*texts: str) -> JsonObject:
    """Return the schema of a text that is one of a few."""
    return {"type": "string", "enum": list(texts)}


def said(words: str, schema: Mapping[str, JsonValue]) -> JsonObject:
    """Return a schema with a description."""
    return {"description": words, **schema}


def at_least(number: int) -> JsonObject:
    """Return the schema of a whole number that has a least value."""
    return {"type": "integer", "minimum": Number(str(number))}
