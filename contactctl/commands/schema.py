"""schema."""

import typer

from contactctl.commands.options import with_session
from contactctl.session import Session

EXAMPLES = {
    "schema": (
        "contactctl schema > contactctl.json",
        "contactctl schema | jq '.commands[] | select(.path == [\"update\"])'",
    )
}


@with_session
def schema(session: Session, context: typer.Context) -> None:
    """Print everything about this program as one JSON object, for programs and agents.

    Every command with its arguments and flags, the exit codes, the error codes, and the JSON
    Schema of every answer that a command gives with --output json, errors included.
    """
    from contactctl.schema.document import to_document

    session.output.write_json(to_document(context))
