"""What is printed of each contact where --from names many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.errors import error_codes
from contactctl.schema.service_outputs import CONTACT, QUOTA, ROW, ROW_ERROR
from contactctl.schema.shapes import TEXT, TEXT_OR_NULL, Output, at_least, one_of, record, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contactctl.exact_json import JsonObject

_FLAG = "--from"
_ERROR: JsonObject = record(
    {
        "code": one_of(*error_codes()),
        "message": TEXT,
        "status": said("of HTTP, null where there was none", {"type": ["integer", "null"]}),
    }
)
_LINE = said("where in the file the row begins", at_least(1))
_NOBODY: JsonObject = record(
    {
        "id": {"type": "null"},
        "email": TEXT_OR_NULL,
        "userId": TEXT_OR_NULL,
        "error": said("not_found where there is no such contact", _ERROR),
    }
)
_FOUND: JsonObject = {
    "anyOf": [
        said("a contact with every field; null where it has no value", CONTACT),
        said("a row without a contact", _NOBODY),
    ]
}

_CHECKED: JsonObject = record(
    {
        "line": _LINE,
        "email": TEXT_OR_NULL,
        "userId": TEXT_OR_NULL,
        "id": TEXT_OR_NULL,
        "isSuppressed": said("null where nobody knows", {"type": ["boolean", "null"]}),
        "removalQuota": {**QUOTA, "type": ["object", "null"]},
        "error": {**_ERROR, "type": ["object", "null"]},
    }
)


def _written(would: str) -> JsonObject:
    """Return the row of a command that writes, and that of its dry run."""
    shown = record(
        {
            "line": _LINE,
            "email": TEXT_OR_NULL,
            "userId": TEXT_OR_NULL,
            "would": one_of(would, "nothing", "refused", "unknown"),
            "id": TEXT_OR_NULL,
            "error": ROW_ERROR,
        }
    )
    return {"anyOf": [said("what became of a row", ROW), said("of --dry-run", shown)]}


#: By the command's path, behind what the command prints of one contact.
OUTPUTS: Mapping[str, Output] = {
    path: Output(schema, flag=_FLAG, lines=True)
    for path, schema in {
        "find": _FOUND,
        "delete": _written("delete"),
        "suppression check": _CHECKED,
        "suppression remove": _written("remove"),
    }.items()
}
