"""The output of the commands about the program itself: completion, schema, doctor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.doctor.check import STATUSES
from contactctl.errors import Outcome, error_codes
from contactctl.schema.shapes import (
    ANY,
    BOOLEAN,
    INTEGER,
    NUMBER_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    Output,
    at_least,
    list_of,
    one_of,
    record,
    said,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contactctl.exact_json import JsonObject

#: What stands on the last line of stderr when a command fails with ``-o json``.
ERROR: JsonObject = record(
    {
        "error": record(
            {
                "code": one_of(*error_codes()),
                "message": TEXT,
                "status": said("of HTTP, null where there was none", {"type": ["integer", "null"]}),
                "outcome": said("what is known of a write", one_of(*map(str, Outcome))),
                "attempts": at_least(0),
                "hint": TEXT_OR_NULL,
            }
        )
    }
)

_SCHEMA = said("a JSON Schema", {"type": "object"})
_VALUE: JsonObject = {
    "type": one_of("string", "boolean", "integer", "number"),
    "metavar": TEXT_OR_NULL,
    "allowedValues": {"type": ["array", "null"], "items": TEXT},
    "minimum": NUMBER_OR_NULL,
    "maximum": NUMBER_OR_NULL,
    "default": said("null where leaving it out means something else than any value", ANY),
    "repeatable": BOOLEAN,
    "required": BOOLEAN,
    "help": TEXT,
}
_FLAG = record(
    {
        "names": list_of(TEXT),
        "negativeNames": said("give the flag with one of these to mean false", list_of(TEXT)),
        **_VALUE,
    }
)
_ARGUMENT = record({"name": TEXT, **_VALUE})
_OUTPUT = record(
    {
        "flag": said("the flag that makes the command print this, null for none", TEXT_OR_NULL),
        "form": one_of("json", "json-lines"),
        "schema": _SCHEMA,
    }
)
_COMMAND = record(
    {
        "path": said("the words after the program's name", list_of(TEXT)),
        "summary": TEXT,
        "help": TEXT,
        "examples": list_of(TEXT),
        "arguments": list_of(_ARGUMENT),
        "flags": list_of(_FLAG),
        "outputs": list_of(_OUTPUT),
    }
)
_DOCUMENT = record(
    {
        "program": TEXT,
        "version": TEXT,
        "summary": TEXT,
        "globalFlags": list_of(_FLAG),
        "exitCodes": list_of(record({"code": INTEGER, "meaning": TEXT})),
        "errorCodes": list_of(
            record({"code": one_of(*error_codes()), "exitCode": INTEGER}),
        ),
        "error": said("a JSON Schema: the last line of stderr after a failure", _SCHEMA),
        "commands": list_of(_COMMAND),
    }
)

_FINDING = record(
    {
        "name": TEXT,
        "status": one_of(*STATUSES),
        "detail": TEXT,
        "hint": said("what to do", TEXT_OR_NULL),
    }
)

OUTPUTS: Mapping[str, Sequence[Output]] = {
    "completion": (
        Output(record({"shell": one_of("bash", "zsh", "fish", "powershell"), "script": TEXT})),
    ),
    "schema": (Output(_DOCUMENT),),
    "doctor": (
        Output(
            record(
                {
                    "status": said("the worst of them", one_of(*STATUSES)),
                    "checks": list_of(_FINDING),
                }
            )
        ),
    ),
}
