"""The part of import that makes properties for columns: shown, asked for, and made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.errors import UsageError
from contactctl.importing.checking.creation import Creation, plan_creation
from contactctl.runs.patience import patient
from contactctl.safe_text import excerpt
from contactctl.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contactctl.commands.imports.call import ImportCall
    from contactctl.importing.columns.rules import ColumnRules
    from contactctl.importing.names.naming import AccountFields
    from contactctl.importing.names.new_properties import NewProperty


def planned(call: ImportCall, rules: ColumnRules, fields: AccountFields) -> Creation:
    """Return what ``--create-properties`` would make, and the columns as they would then be.

    Raises :class:`UsageError` for flags that leave nothing to make.
    """
    if not call.maps.create_properties:
        return Creation((), rules, fields)
    if rules.ignore_unknown:
        raise UsageError(
            "--create-properties keeps the columns that --ignore-unknown leaves out",
            hint="give one of them; --ignore COLUMN leaves a single one out",
        )
    if not fields.typed:
        raise UsageError(
            "--create-properties needs to know which properties there are",
            hint="leave --no-schema and --offline out",
        )
    return plan_creation(call.input_file.source, rules, fields)


def show(call: ImportCall, new: Sequence[NewProperty], *, would: bool) -> None:
    """Say which properties will be made, or would be."""
    if not new:
        return
    them = counted(len(new), "property", "properties")
    head = f"would create {them}:" if would else f"{them} to be created:"
    call.session.output.note("\n".join([head, *map(_line, new)]))


def confirm(call: ImportCall, new: Sequence[NewProperty]) -> None:
    """Ask whether to make the properties, unless ``--yes`` says so; raises :class:`UsageError`."""
    show(call, new, would=False)
    if new and not call.maps.yes:
        them = "this property" if len(new) == 1 else f"these {len(new):,} properties"
        call.session.confirm(f"Create {them} for good?")


def create(call: ImportCall, new: Sequence[NewProperty]) -> None:
    """Make the properties, one after the other; raises as the client does.

    Those that were made when one fails are there for the next call, which makes the others.
    """
    service = patient(call.session, call.patience_s)
    for one in new:
        service.create_property(one.name, one.type)
        call.session.output.note(f"created the property {one.name} ({one.type})")


def _line(one: NewProperty) -> str:
    return f"  {one.name}  {one.type}  from {excerpt(one.column)}"
