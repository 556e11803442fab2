"""find."""

from typing import Annotated

import typer

from contactctl import answers
from contactctl.answers import CONTACT_FIELDS
from contactctl.changes.lookup import find_one
from contactctl.errors import UsageError
from contactctl.exact_json import JsonObject, JsonValue
from contactctl.flags import FIELDS
from contactctl.flags.contact_flags import RefFlags
from contactctl.flags.options import with_session
from contactctl.flags.shown import list_fields, shown
from contactctl.session import Session

EXAMPLES = {
    "find": (
        "contactctl find ada@example.com",
        "contactctl find --user-id 42 --field plan --field seats",
        "contactctl find ada@example.com --output json | jq .mailingLists",
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


@with_session
def find(session: Session, who: RefFlags, field: Fields = None) -> None:
    """Show one contact; exit 3 if there is none."""
    contact = find_one(session.client, who.to_ref())
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


def _value(session: Session, contact: JsonObject, name: str) -> JsonValue:
    """Return one field; a property that is declared but not set is null.

    Raises :class:`UsageError` for a field that there is not.
    """
    if name in contact:
        return contact[name]
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
