"""The output of lists and properties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.schema.outputs.contacts import DONE, preview
from contactctl.schema.shapes import (
    BOOLEAN,
    TEXT,
    TEXT_OR_NULL,
    Output,
    list_of,
    record,
    said,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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

OUTPUTS: Mapping[str, Sequence[Output]] = {
    "lists": (Output(list_of(_LIST)),),
    "properties list": (Output(list_of(_PROPERTY)),),
    "properties create": (Output(DONE), preview("create", "refused")),
}
