"""What the doctor found, as a program reads it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conftest import Done


def findings(done: Done) -> dict[str, dict[str, Any]]:
    """Return the findings in JSON by name; nothing but them was printed."""
    assert done.err == ""
    document = json.loads(done.out)
    assert set(document) == {"status", "checks"}
    return {check["name"]: check for check in document["checks"]}
