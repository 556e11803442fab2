"""The output of import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.errors import Outcome, error_codes
from contactctl.schema.shapes import (
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

_ERROR: JsonObject = {
    **record(
        {
            "code": one_of(*error_codes()),
            "message": TEXT,
            "status": said("of HTTP, null where there was none", {"type": ["integer", "null"]}),
            "outcome": said("what is known of the write", one_of(*map(str, Outcome))),
        }
    ),
    "type": ["object", "null"],
}
#: What became of one row.
ROW: JsonObject = record(
    {
        "line": said("where in the file the row begins", at_least(1)),
        "email": TEXT_OR_NULL,
        "userId": TEXT_OR_NULL,
        "status": one_of("done", "failed", "skipped"),
        "id": said("the contact's id, null where nothing was written", TEXT_OR_NULL),
        "attempts": at_least(0),
        "error": _ERROR,
    }
)
_FORECAST: JsonObject = record(
    {
        "would": one_of("update", "nothing"),
        "rows": at_least(0),
        "toSend": said("rows that would be sent", at_least(0)),
        "invalid": said("rows that cannot be sent", at_least(0)),
        "unchanged": said("rows that --changed-only would not send", at_least(0)),
        "repeating": said("rows that repeat an email or user id", at_least(0)),
        "seconds": said("how long it would take", at_least(0)),
        "clears": said(
            "how many rows empty a field, by field",
            {"type": "object", "additionalProperties": at_least(1)},
        ),
        "requests": said(
            "the first requests",
            list_of(record({"line": at_least(1), "request": {"type": "object"}})),
        ),
    }
)

OUTPUTS: Mapping[str, Sequence[Output]] = {
    "import": (Output(ROW, lines=True), Output(_FORECAST, flag="--dry-run"))
}
