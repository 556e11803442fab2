"""find."""

from typing import TYPE_CHECKING, Annotated

import typer

from contactctl import answers
from contactctl.answers import CONTACT_FIELDS
from contactctl.changes.lookup import find_one
from contactctl.contact import DEFAULT_TYPES
from contactctl.errors import UsageError
from contactctl.exact_json import JsonObject, JsonValue
from contactctl.flags import FIELDS
from contactctl.flags.contact_flags import RefFlags
from contactctl.flags.options import with_session
from contactctl.flags.row_flags import RowsFlags
from contactctl.flags.shown import list_fields, shown
from contactctl.session import Session

if TYPE_CHECKING:
    from contactctl.importing.sending.sender import Sender

EXAMPLES = {
    "find": (
        "contactctl find ada@example.com",
        "contactctl find --user-id 42 --field plan --field seats",
        "contactctl find ada@example.com --output json | jq .mailingLists",
        "contactctl find --from people.txt -o json > backup.jsonl",
        "contactctl find --from people.csv --csv > backup.csv",
    ),
}

Fields = Annotated[
    list[str] | None,
    typer.Option(
        "--field",
        metavar="NAME",
        rich_help_panel=FIELDS,
        help="Print only the value of this field; repeatable, one value per line.",
    ),
]
Csv = Annotated[
    bool,
    typer.Option(
        "--csv",
        help="With --from: print CSV, one column per field and one row per contact.",
        rich_help_panel=FIELDS,
    ),
]


@with_session
def find(
    session: Session, who: RefFlags, rows: RowsFlags, field: Fields = None, *, as_csv: Csv = False
) -> None:
    """Show one contact, or many with --from; exit 3 if there is none.

    With --from, the output (-o json, or --csv) is a backup in the order of the file, which import
    restores. A contact that does not exist is reported in its place.
    """
    if rows.are_given(*who, field=field):
        _find_many(session, rows, as_csv=as_csv)
        return
    if as_csv:
        raise UsageError("--csv goes with --from", hint="add --from FILE, or give -o json")
    contact = find_one(session.client, who.to_ref(), may_create=True)
    if field:
        values = {name: _value(session, contact, name) for name in field}
        one = values[field[0]] if len(field) == 1 else values
        lines = [values[name] for name in field]
        session.output.show(answers.bare(one, lines))
        return
    # Types cost a request unless they are cached, and only a drawn custom property shows them.
    drawn_with_types = session.output.for_a_person and not contact.keys() <= {*CONTACT_FIELDS}
    declared = session.account.properties() if drawn_with_types else None
    drawn = shown(session, list_fields(contact), declared)
    session.output.show(answers.contact(contact, drawn))


def _find_many(session: Session, rows: RowsFlags, *, as_csv: bool) -> None:
    """Print every contact that a file names, as it comes in the file."""
    from contactctl.importing.sending.look import PacedFinder
    from contactctl.importing.sending.targeting import FindingSender
    from contactctl.runs.backup import Backup
    from contactctl.runs.many import Task, go_through
    from contactctl.runs.many_call import checked, forecast, opened

    if as_csv and session.output.form == "json":
        raise UsageError("--csv and -o json are two forms", hint="give one of them")
    with opened(session, "find", rows, ["--csv"] if as_csv else []) as call:
        plan = checked(call)
        backup = Backup(session.account)
        tell = backup.teller(session.output, as_csv=as_csv)
        if as_csv and not plan.report.rows:
            session.output.write_lines([backup.header()])
        session.output.note(forecast(call, plan))

        def sends(sender: "Sender", _: object) -> FindingSender:
            return FindingSender(PacedFinder(session.client, sender))

        go_through(call, plan, Task(sends, tell, lambda _: "found"))


def _value(session: Session, contact: JsonObject, name: str) -> JsonValue:
    """Return one field; null for one that every contact has, or that is declared, and not set.

    Raises :class:`UsageError` for a field that there is not.
    """
    if name in contact or name in CONTACT_FIELDS or name in DEFAULT_TYPES:
        return contact.get(name)
    # The service leaves out properties that are not set; only the account can tell a typo.
    declared = session.account.declared_for([name])
    if name in declared:
        return None
    from contactctl.wording import nearest

    near = nearest(name, {**contact, **declared})
    raise UsageError(
        f"a contact has no field {name}",
        hint=f"did you mean {', '.join(near)}?" if near else "see `contactctl properties list`",
    )
