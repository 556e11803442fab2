"""What each command prints with ``-o json``, by the command's path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.schema.outputs import account, contacts, imports, own, profiles, sandbox

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contactctl.schema.shapes import Output

OUTPUTS: Mapping[str, Sequence[Output]] = {
    **contacts.OUTPUTS,
    **imports.OUTPUTS,
    **account.OUTPUTS,
    **profiles.OUTPUTS,
    **sandbox.OUTPUTS,
    **own.OUTPUTS,
}
