"""Runs that were not finished: looked for, named, and gone on with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.files import check_readable, journal_folder
from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contactctl.importing.checking.plan import Plan
    from contactctl.importing.reading.input_file import InputFile
    from contactctl.session import Session

_MADE_CSV = ("--backslash-escapes", "--sheet=")


def has_rows_left(session: Session, plan: Plan, *, resume: bool) -> bool:
    """Tell whether there is anything to send; say so where ``--resume`` finds nothing to resume.

    A job of every night may always give it. Raises :class:`UsageError` for an unfinished run that
    this call is not the same as.
    """
    from contactctl.importing.keeping.journals import Journals

    folder = journal_folder(session.env)
    journals = Journals(folder)
    if not resume or journals.has_unfinished(plan.identity):
        return True
    check_readable(folder, "state")  # else the run may be there, and could not be seen
    journals.check_resumable(plan.identity)
    say_nothing_to_resume(session, plan)
    return False


def say_nothing_to_resume(session: Session, plan: Plan) -> None:
    """Say that no run was left unfinished."""
    name = quoted(plan.source.name)
    session.output.note(
        f"nothing to resume: {name} has no unfinished run, and nothing was sent;"
        " to start over, leave out --resume"
    )


def say_unfinished(session: Session, plan: Plan, resume_command: str) -> None:
    """Say that an earlier run of the same could go on instead of a new one, where there is one."""
    from contactctl.importing.keeping.journals import Journals

    if Journals(journal_folder(session.env)).has_unfinished(plan.identity):
        session.output.note(
            f"an earlier run was not finished; to resume it instead:\n{resume_command}"
        )


def resumed_input(
    input_file: InputFile, words: Sequence[str], *, has_form: bool
) -> tuple[str, list[str]]:
    """Return the file that a resumed run reads, and the words of the call without the file's own.

    A pipe cannot be read again, so that the copy is named, whose name tells no form.
    """
    if not input_file.passes_once:
        return input_file.source.name, [*words]
    # The copy is what they made of it.
    left = [word for word in words if not word.startswith(_MADE_CSV)]
    return input_file.path, [*left, *([] if has_form else [f"--format={input_file.source.form}"])]
