"""The output of update, create, find, delete and suppression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.schema.shapes import (
    ANY,
    BOOLEAN,
    INTEGER,
    TEXT,
    TEXT_OR_NULL,
    TRUE,
    Output,
    one_of,
    record,
    said,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contactctl.changes.preview import Would
    from contactctl.exact_json import JsonObject

#: A contact's fields (documentation of "Find a contact").
CONTACT: JsonObject = record(
    {
        "id": TEXT,
        "email": TEXT,
        "userId": TEXT_OR_NULL,
        "firstName": TEXT_OR_NULL,
        "lastName": TEXT_OR_NULL,
        "userGroup": TEXT_OR_NULL,
        "source": TEXT_OR_NULL,
        "subscribed": BOOLEAN,
        "optInStatus": said("accepted, pending, rejected, or null", TEXT_OR_NULL),
        "mailingLists": said(
            "the lists that the contact is on, by id",
            {"type": "object", "additionalProperties": BOOLEAN},
        ),
    },
    optional=("userId", "firstName", "lastName", "userGroup", "source", "optInStatus"),
    more=said("a custom property", ANY),
)
SAVED = record({"success": TRUE, "id": said("the contact's id", TEXT)}, more=True)
DONE = record({"success": TRUE, "message": TEXT}, optional=("message",), more=True)
_QUOTA = record({"limit": INTEGER, "remaining": INTEGER}, more=True)


def preview(*would: Would) -> Output:
    """Return the output of ``--dry-run`` for a command that could do one of these."""
    schema = record(
        {
            "would": one_of(*would),
            "request": said("the body, or the query, that would be sent", {"type": "object"}),
            "changes": said(
                "by field, lists as mailingLists.ID; a field that is absent is null",
                {"type": "object", "additionalProperties": record({"from": ANY, "to": ANY})},
            ),
        }
    )
    return Output(schema, flag="--dry-run")


OUTPUTS: Mapping[str, Sequence[Output]] = {
    "update": (Output(SAVED), preview("create", "update", "nothing", "refused", "unknown")),
    "create": (Output(SAVED), preview("create", "refused", "unknown")),
    "find": (
        Output(CONTACT),
        Output(said("the value of the field, null where it is not set", ANY), flag="--field"),
    ),
    "delete": (Output(DONE), preview("delete")),
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
                    "removalQuota": _QUOTA,
                },
                optional=("contact", "removalQuota"),
                more=True,
            )
        ),
    ),
    "suppression remove": (
        Output(
            record(
                {"success": TRUE, "message": TEXT, "removalQuota": _QUOTA},
                optional=("message", "removalQuota"),
                more=True,
            )
        ),
        preview("remove", "refused"),
    ),
}
