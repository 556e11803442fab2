"""What the commands print that are about this machine and the program itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.doctor.check import STATUSES
from contactctl.errors import Outcome, error_codes
from contactctl.schema.service_outputs import CONTACT
from contactctl.schema.shapes import (
    ANY,
    BOOLEAN,
    INTEGER,
    NUMBER_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    TRUE,
    Output,
    at_least,
    list_of,
    one_of,
    record,
    said,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contactctl.exact_json import JsonObject, JsonValue


_PROFILE: Mapping[str, JsonValue] = {
    "name": TEXT,
    "active": BOOLEAN,
    "team": TEXT_OR_NULL,
    "keySource": one_of("file", "variable", "command"),
    "keyName": said("the variable or the program, null for a key in the file", TEXT_OR_NULL),
    "readOnly": BOOLEAN,
    "onlyDomains": list_of(TEXT),
    "expectTeam": TEXT_OR_NULL,
    "baseUrl": TEXT,
}
_SETTING = record(
    {
        "value": said("null where there is none; an API key is masked", TEXT_OR_NULL),
        "source": TEXT,
        "problem": TEXT_OR_NULL,
    }
)
_LOADABLE = ("lists", "properties", "suppressed", "contacts")
_LOADED = record(dict.fromkeys(_LOADABLE, INTEGER), optional=_LOADABLE)
_PLACES = ("profilesFile", "dataFolder", "cacheFolder", "stateFolder", "sandboxFile")
_ACCESS = ("address", "apiKey", "team", "writes", "onlyDomains", "expectedTeam", "overruled")


#: Problems of one kind in one column of a file.
_GROUP = record(
    {
        "column": said("null for rows as a whole", TEXT_OR_NULL),
        "kind": TEXT,
        "count": at_least(1),
        "hint": TEXT_OR_NULL,
        "examples": list_of(
            record(
                {
                    "value": said("cut when it is long; null for a row", TEXT_OR_NULL),
                    "line": at_least(1),
                }
            )
        ),
    },
)
_COUNTS = ("done", "failed", "skipped")
#: What stands on the last line of stderr when a command fails with ``-o json``.
ERROR: JsonObject = record(
    {
        "error": record(
            {
                "code": one_of(*error_codes()),
                "message": TEXT,
                "status": said("of HTTP, null where there was none", {"type": ["integer", "null"]}),
                "outcome": said(
                    "what is known of the write; none of rows_failed and of commands that read",
                    one_of(*map(str, Outcome)),
                ),
                **{name: said("rows, of rows_failed alone", at_least(0)) for name in _COUNTS},
                "groups": said("what is wrong with the rows of a file", list_of(_GROUP)),
                "attempts": at_least(0),
                "hint": TEXT_OR_NULL,
            },
            optional=("outcome", "groups", *_COUNTS),
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
        "needsOneOf": said("empty where nothing is", list_of(TEXT)),
        "readOnly": said("changes no contact, no account and nothing here", BOOLEAN),
        "destructive": said("may remove what no other command brings back", BOOLEAN),
        "exitCodes": list_of(INTEGER),
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
            record(
                {
                    "code": one_of(*error_codes()),
                    "exitCode": INTEGER,
                    "retry": said("the same call may succeed later", BOOLEAN),
                    "meaning": TEXT,
                }
            ),
        ),
        "variables": list_of(record({"name": TEXT, "meaning": TEXT})),
        "grammars": list_of(
            record(
                {
                    "flag": TEXT,
                    "form": TEXT,
                    "pattern": said("a regular expression over the whole value", TEXT),
                    "meaning": TEXT,
                }
            )
        ),
        "error": said("a JSON Schema: the last line of stderr after a failure", _SCHEMA),
        "planLine": said("a JSON Schema: one line of a plan or an undo file", _SCHEMA),
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

_KEPT = record(
    {
        "kind": one_of(
            "finished_run",
            "unfinished_run",
            "stdin_copy",
            "leftover",
            "sent_memory",
            "cache",
            "sandbox",
            "applied_plans",
        ),
        "path": TEXT,
        "of": said("what it is of, in words", TEXT),
        "savedAt": TEXT,
        "goesAt": said("null where no single day is known", TEXT_OR_NULL),
        "running": said("a run under way needs it", BOOLEAN),
    }
)

#: By the command's path.
OUTPUTS: Mapping[str, Sequence[Output]] = {
    "profile add": (Output(record({**_PROFILE, "checked": BOOLEAN})),),
    "profile list": (Output(list_of(record(_PROFILE))),),
    "profile use": (Output(record({"active": TEXT})),),
    "profile show": (
        Output(
            record(
                dict.fromkeys(("profile", *_ACCESS, *_PLACES), _SETTING),
                # Where nothing is chosen there is nothing to say of these.
                optional=_ACCESS,
            )
        ),
    ),
    "profile check": (
        Output(
            record(
                {
                    "success": TRUE,
                    "teamName": said("null where the service names none", TEXT_OR_NULL),
                    "profile": said("null for a key in the environment", TEXT_OR_NULL),
                    "baseUrl": TEXT,
                }
            )
        ),
    ),
    "profile remove": (Output(record({"removed": TEXT})),),
    "sandbox serve": (Output(record({"address": said("printed once requests are taken", TEXT)})),),
    "sandbox load": (Output(record({"success": TRUE, "loaded": _LOADED})),),
    "sandbox dump": (
        Output(CONTACT, lines=True),
        Output(record({"contacts": list_of(CONTACT)}, more=True), "--all"),
    ),
    "sandbox reset": (Output(record({"success": TRUE, "path": TEXT})),),
    "sandbox path": (Output(record({"path": TEXT})),),
    "sandbox suppress": (Output(record({"success": TRUE, "isSuppressed": BOOLEAN})),),
    "forget": (Output(record({"kept": list_of(_KEPT), "removed": list_of(_KEPT)})),),
    "completion": (
        Output(record({"shell": one_of("bash", "zsh", "fish", "powershell"), "script": TEXT})),
    ),
    "schema": (Output(_DOCUMENT),),
    "help": (Output(record({"help": said("as text prints it", TEXT)})),),
    "version": (Output(record({"version": TEXT})),),
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
