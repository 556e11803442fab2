"""What is printed of each contact where --from names many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.errors import error_codes
from contactctl.schema.service_outputs import CONTACT
from contactctl.schema.shapes import TEXT, TEXT_OR_NULL, Output, one_of, record, said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contactctl.exact_json import JsonObject

_FLAG = "--from"
_NOBODY: JsonObject = record(
    {
        "id": {"type": "null"},
        "email": TEXT_OR_NULL,
        "userId": TEXT_OR_NULL,
        "error": said(
            "not_found where there is no such contact",
            record(
                {
                    "code": one_of(*error_codes()),
                    "message": TEXT,
                    "status": said(
                        "of HTTP, null where there was none", {"type": ["integer", "null"]}
                    ),
                }
            ),
        ),
    }
)
_FOUND: JsonObject = {
    "anyOf": [
        said("a contact with every field; null where it has no value", CONTACT),
        said("a row without a contact", _NOBODY),
    ]
}

#: By the command's path, behind what the command prints of one contact.
OUTPUTS: Mapping[str, Output] = {"find": Output(_FOUND, flag=_FLAG, lines=True)}
