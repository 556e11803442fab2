"""The output of the sandbox commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.schema.outputs.contacts import CONTACT
from contactctl.schema.shapes import BOOLEAN, TEXT, TRUE, Output, record, said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OUTPUTS: Mapping[str, Sequence[Output]] = {
    "sandbox serve": (Output(record({"address": said("printed once requests are taken", TEXT)})),),
    "sandbox dump": (Output(CONTACT, lines=True),),
    "sandbox reset": (Output(record({"success": TRUE, "path": TEXT})),),
    "sandbox path": (Output(record({"path": TEXT})),),
    "sandbox suppress": (Output(record({"success": TRUE, "isSuppressed": BOOLEAN})),),
}
