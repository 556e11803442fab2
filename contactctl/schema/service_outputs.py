"""What the commands print that ask the service: contacts, lists, properties, import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.contact import FIELDS
from contactctl.errors import Outcome, error_codes
from contactctl.importing.row import KINDS
from contactctl.schema.shapes import (
    ANY,
    BOOLEAN,
    INTEGER,
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

    from contactctl.changes.preview import Would
    from contactctl.contact import StandardField
    from contactctl.exact_json import JsonObject


def _shape(field: StandardField) -> JsonObject:
    if field.type == "lists":
        return said(
            "the lists that the contact is on, by id",
            {"type": "object", "additionalProperties": BOOLEAN},
        )
    if field.name == "opt_in_status":
        return said("accepted, pending, rejected, or null", TEXT_OR_NULL)
    # A date comes as text, of a form that the documentation does not give.
    kind = "string" if field.type == "date" else field.type
    return {"type": kind} if field.always else {"type": [kind, "null"]}


_SHOWN = tuple(one for one in FIELDS if one.role != "property")
#: A contact's fields (documentation of "Find a contact").
CONTACT: JsonObject = record(
    {one.wire_name: _shape(one) for one in _SHOWN},
    optional=[one.wire_name for one in _SHOWN if not one.always],
    more=said("a custom property", ANY),
)
SAVED = record({"success": TRUE, "id": said("the contact's id", TEXT)}, more=True)
DONE = record({"success": TRUE, "message": TEXT}, optional=("message",), more=True)
_DELETED = record(
    {"success": TRUE, "message": TEXT, "contact": said("as it was before", CONTACT)},
    optional=("message",),
    more=True,
)
#: How many suppressions may be removed.
QUOTA = record({"limit": INTEGER, "remaining": INTEGER}, more=True)


#: The fields that differ, before and after.
CHANGES = said(
    "by field, lists as mailingLists.ID; a field that is absent is null",
    {"type": "object", "additionalProperties": record({"from": ANY, "to": ANY})},
)


def preview(*would: Would, flag: str = "--dry-run") -> Output:
    """Return the output of ``--dry-run`` for a command that could do one of these."""
    schema = record(
        {
            "would": one_of(*would),
            "request": said("the body, or the query, that would be sent", {"type": "object"}),
            "changes": CHANGES,
            "reason": said("why it would be refused", TEXT),
        },
        optional=("reason",),
    )
    return Output(schema, flag=flag)


#: Why a row failed.
ROW_ERROR: JsonObject = {
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
LOST = said(
    "what an undo could not bring back: fields, lists, id and workflows; left out where it is none",
    {"type": "array", "items": TEXT},
)
ROW: JsonObject = record(
    {
        "line": said("where in the file the row begins", at_least(1)),
        "email": TEXT_OR_NULL,
        "userId": TEXT_OR_NULL,
        "status": one_of("done", "failed", "skipped"),
        "change": said(
            "what the look-up before the write showed, null without --lookup",
            {"type": ["string", "null"], "enum": [*KINDS, None]},
        ),
        "changes": {**CHANGES, "type": ["object", "null"]},
        "id": said("the contact's id, null where nothing was written", TEXT_OR_NULL),
        "attempts": at_least(0),
        "error": ROW_ERROR,
        "lost": LOST,
    },
    optional=("lost",),
)
#: What would become of one row.
ROW_OF_DRY_RUN = record(
    {
        "line": said("where in the file the row begins", at_least(1)),
        "email": TEXT_OR_NULL,
        "userId": TEXT_OR_NULL,
        "would": said(
            "unknown where the contact was not looked up, or could not be",
            one_of("create", "update", "nothing", "refused", "unknown"),
        ),
        "id": said("the contact's id, null where there is none yet", TEXT_OR_NULL),
        "changes": {**CHANGES, "type": ["object", "null"]},
        "request": said("the body that would be sent, null for none", {"type": ["object", "null"]}),
        "error": said("why it would be refused", ROW_ERROR),
    }
)
_SCALAR: JsonObject = {"type": ["string", "number", "boolean", "null"]}
_RESPELLED = record(
    {
        "column": TEXT,
        "kind": said("how the values are respelled", TEXT),
        "count": at_least(1),
        "example": record({"from": _SCALAR, "to": _SCALAR}),
    }
)
_SUMMARY_OF_DRY_RUN = record(
    {
        "would": said("of all rows", one_of("create", "update", "nothing", "refused", "unknown")),
        "reason": said("why nothing may be written, where that is so", TEXT),
        "rows": said("rows that were taken", at_least(0)),
        "toSend": said("rows that would be sent", at_least(0)),
        "create": at_least(0),
        "update": at_least(0),
        "nothing": at_least(0),
        "refused": at_least(0),
        "unknown": at_least(0),
        "replacesUserId": said("contacts that would get another user id", at_least(0)),
        "changesAddress": said("contacts that would get another address", at_least(0)),
        "contacts": said("how many contacts the rows name", at_least(0)),
        "repeating": said("rows that repeat an email or user id", at_least(0)),
        "seconds": said("how long the import would take", at_least(0)),
        "clears": said(
            "how many rows empty a field, by field",
            {"type": "object", "additionalProperties": at_least(1)},
        ),
        "leftOut": said("columns that a flag for columns in general leaves out", list_of(TEXT)),
        "unmetWords": said(
            "listed words of consent that no row has, by column and flag",
            {
                "type": "object",
                "additionalProperties": {"type": "object", "additionalProperties": list_of(TEXT)},
            },
        ),
        "creates": said(
            "properties that would be made, each with its type",
            {"type": "object", "additionalProperties": TEXT},
        ),
        "normalised": said(
            "values that are sent in another spelling, by column and kind", list_of(_RESPELLED)
        ),
        "placeholders": said(
            "how many cells say nothing and are sent as text, by column and text",
            {
                "type": "object",
                "additionalProperties": {"type": "object", "additionalProperties": at_least(1)},
            },
        ),
    },
    optional=("reason",),
)
_DRY_RUN: JsonObject = {
    "anyOf": [
        said("one for each row", ROW_OF_DRY_RUN),
        said("on the last line", record({"summary": _SUMMARY_OF_DRY_RUN})),
    ]
}


#: What the client asks of an answer is needed; the service may leave the rest out.
_LIST = record(
    {"id": TEXT, "name": TEXT, "description": TEXT_OR_NULL, "isPublic": BOOLEAN},
    optional=("description", "isPublic"),
    more=True,
)
_PROPERTY = record(
    {"key": TEXT, "type": said("string, number, boolean or date", TEXT), "label": TEXT},
    optional=("label",),
    more=True,
)

#: By the command's path.
OUTPUTS: Mapping[str, Sequence[Output]] = {
    "update": (
        Output(SAVED),
        preview("create", "update", "nothing", "refused", "unknown"),
        preview("create", "update", "nothing", flag="--plan"),
    ),
    "create": (
        Output(SAVED),
        preview("create", "refused", "unknown"),
        preview("create", flag="--plan"),
    ),
    "find": (
        Output(CONTACT),
        Output(
            said("the value or null; of several fields an object of them", ANY),
            flag="--field",
        ),
    ),
    "delete": (
        Output(_DELETED),
        preview("delete"),
        preview("delete", flag="--plan"),
    ),
    "suppression check": (
        Output(
            record(
                {
                    "isSuppressed": BOOLEAN,
                    "contact": record(
                        {"id": TEXT, "email": TEXT, "userId": TEXT_OR_NULL},
                        optional=("userId",),
                        more=True,
                    ),
                    "removalQuota": QUOTA,
                },
                optional=("contact", "removalQuota"),
                more=True,
            )
        ),
    ),
    "suppression remove": (
        Output(
            record(
                {"success": TRUE, "message": TEXT, "removalQuota": QUOTA},
                optional=("message", "removalQuota"),
                more=True,
            )
        ),
        preview("remove", "refused"),
    ),
    "import": (Output(ROW, lines=True), Output(_DRY_RUN, flag="--dry-run", lines=True)),
    "lists": (Output(list_of(_LIST)),),
    "properties list": (Output(list_of(_PROPERTY)),),
    "properties create": (Output(DONE), preview("create", "refused")),
}
