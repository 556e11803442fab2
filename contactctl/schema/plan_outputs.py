"""What plans are: the lines of the file, and what the commands print that make and apply them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.exact_json import Number
from contactctl.plans.lines import FILE_KINDS, VERSION, WOULDS
from contactctl.schema.service_outputs import CHANGES, LOST, ROW, ROW_ERROR, ROW_OF_DRY_RUN
from contactctl.schema.shapes import (
    ANY,
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

    from contactctl.exact_json import JsonObject

_LINE = said("of the imported file, null for none", {"type": ["integer", "null"]})
_MARK = said("hash of the line without it, and of every line before it", TEXT)


def _nullable(schema: JsonObject) -> JsonObject:
    return {**schema, "type": ["object", "null"]}


_HEADER = record(
    {
        "contactctl": one_of(*FILE_KINDS),
        "version": {"const": Number(str(VERSION))},
        "account": record(
            {
                "digest": said("tells accounts apart: that of the profile, or of the key", TEXT),
                "key": said("hash of the address and the API key; null for none", TEXT_OR_NULL),
                "team": TEXT_OR_NULL,
                "baseUrl": TEXT,
            },
            optional=("key",),
        ),
        "source": _nullable(record({"name": TEXT, "digest": TEXT, "mapping": TEXT})),
        "created": said("when the first contact was looked up, in UTC", TEXT),
        "counts": _nullable(record(dict.fromkeys(WOULDS, at_least(0)))),
    }
)
_CHANGE = record(
    {"from": ANY, "to": ANY, "name": said("of a mailing list", TEXT)}, optional=("name",)
)
_CONTACT = record(
    {
        "line": _LINE,
        "ref": record({"email": TEXT, "userId": TEXT}, optional=("email", "userId")),
        "id": said("the contact's id, null where there is none yet", TEXT_OR_NULL),
        "would": one_of(*WOULDS),
        "changes": said(
            "by field, lists as mailingLists.ID; a field that is absent is null",
            {"type": "object", "additionalProperties": _CHANGE},
        ),
        "mark": _MARK,
    }
)
_END = record({"end": TRUE, "lines": at_least(0), "digest": _MARK})

#: One line of a plan or an undo file.
PLAN_LINE: JsonObject = {
    "anyOf": [
        said("the first line", _HEADER),
        said("one for each contact", _CONTACT),
        said("the last line; an undo file whose writer was stopped has none", _END),
    ]
}

_SHOWN = ("create", "update", "delete", "nothing", "drifted", "refused", "unknown")
_SUMMARY = record(
    {
        "summary": record(
            {
                "would": said("in a word", one_of("create", "update", "delete", "nothing")),
                "rows": at_least(0),
                **dict.fromkeys(_SHOWN, at_least(0)),
            }
        )
    }
)
_APPLIED_DRY = record(
    {
        "line": said("where in the plan it stands", at_least(1)),
        "email": TEXT_OR_NULL,
        "userId": TEXT_OR_NULL,
        "would": said("drifted where the contact is no longer as planned", one_of(*_SHOWN)),
        "id": TEXT_OR_NULL,
        "changes": {**CHANGES, "type": ["object", "null"]},
        "requests": said(
            "the bodies that would be sent, in their order; an undo may take more than one",
            list_of({"type": "object"}),
        ),
        "error": said("why it would not be written", ROW_ERROR),
        "lost": LOST,
    },
    optional=("lost",),
)

#: What ``import --plan`` prints.
IMPORT_PLAN = Output(
    {"anyOf": [said("one for each row", ROW_OF_DRY_RUN), said("on the last line", _SUMMARY)]},
    flag="--plan",
    lines=True,
)
_DRY_RUN: JsonObject = {
    "anyOf": [said("one for each line", _APPLIED_DRY), said("on the last line", _SUMMARY)]
}
#: By the command's path.
OUTPUTS: Mapping[str, Sequence[Output]] = {
    "apply": (Output(ROW, lines=True), Output(_DRY_RUN, flag="--dry-run", lines=True)),
}
