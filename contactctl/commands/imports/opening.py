"""The input of an import opened; where its bytes stop it, told with all else that would."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from contactctl.commands.imports.checking import checked
from contactctl.errors import ContactctlError, UsageError
from contactctl.files import journal_folder
from contactctl.flags.file_account import team_words
from contactctl.importing.reading.csv_rows import ESCAPE_HINT
from contactctl.importing.reading.input_file import STDIN, InputFile, open_input
from contactctl.importing.reading.misread import MisreadError
from contactctl.runs.flag_words import global_words
from contactctl.shells import call_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from contactctl.commands.imports.call import ImportCall
    from contactctl.commands.imports.file_flags import FileFlags
    from contactctl.commands.imports.sending_flags import SendFlags
    from contactctl.importing.reading.source import Source
    from contactctl.session import Session

    CallOf = Callable[[FileFlags, InputFile], ImportCall]

#: What is piped into the call that a command names: nothing but that is asked of it.
_PIPED = InputFile(cast("Source", None), STDIN, passes_once=True)


@contextmanager
def opened(
    session: Session, reading: FileFlags, sending: SendFlags, call_of: CallOf, *, offline: bool
) -> Iterator[ImportCall]:
    """Open the input of a call; raises :class:`UsageError` and :class:`MachineError`."""
    with ExitStack() as stack:
        try:
            input_file = stack.enter_context(_input(session, reading, sending))
        except MisreadError as error:
            _name_account(error, session)
            if error.better is None or not Path(reading.file).is_file():
                raise
            reading = replace(reading, **error.better)
            if error.through:
                error.command = f"{error.through} | {call_of(reading, _PIPED).command()}"
                error.hint = "the command below turns it into rows"
            else:
                again = opened(session, reading, sending, call_of, offline=offline)
                _tell_all(error, again, offline)
            raise
        try:
            yield call_of(reading, input_file)
        except UsageError as error:
            is_mended = error.command is not None or reading.backslash_escapes
            if not is_mended and _has_escapes(error) and Path(reading.file).is_file():
                reading = replace(reading, backslash_escapes=True)
                again = opened(session, reading, sending, call_of, offline=offline)
                _tell_escapes(error, again, offline)
            _name_account(error, session)
            raise


def _name_account(error: UsageError, session: Session) -> None:
    """Have the pipes that are named end in the account of this call, and not in another."""
    pipe = "| contactctl import -"
    words = call_line([*global_words(session.flags), "import", "-", *team_words(session)])
    error.message = error.message.replace(pipe, f"| {words}")
    error.hint = error.hint and error.hint.replace(pipe, f"| {words}")


def _has_escapes(error: UsageError) -> bool:
    """Tell whether rows cannot be told into cells as they are, and could by their backslashes."""
    return any(ESCAPE_HINT in str(group["kind"]) for group in error.groups)


def _tell_escapes(
    error: UsageError,
    opening: AbstractContextManager[ImportCall],
    offline: bool,  # noqa: FBT001 - as it was given
) -> None:
    """Add the command that reads the backslashes of a file, where nothing else stops it."""
    with suppress(ContactctlError), opening as call:
        checked(call, offline=offline, asks=False)
        error.command = call.command()
        error.hint = "the command below reads backslashes as MySQL and Postgres write them"


def _tell_all(
    error: MisreadError,
    opening: AbstractContextManager[ImportCall],
    offline: bool,  # noqa: FBT001 - as it was given
) -> None:
    """Add what else stops the file, as it is read in the way that fits, and the way out of all."""
    try:
        with opening as call:
            checked(call, offline=offline, asks=False)
            error.command = call.command()
    except UsageError as more:
        error.message = f"{error.message}\nand {error.read_so}: {more.message}"
        error.hint = "; ".join(filter(None, [error.hint, more.hint]))
        error.command, error.groups = more.command, more.groups
    except ContactctlError:  # of the account, say: the file's own fault is told all the same
        return


def _input(
    session: Session, reading: FileFlags, sending: SendFlags
) -> AbstractContextManager[InputFile]:
    return open_input(
        reading.file,
        session.run.stdin,
        journal_folder(session.env),
        form=reading.form,
        delimiter=reading.delimiter,
        encoding=reading.encoding,
        allow_newlines=reading.allow_newlines,
        skip_lines=reading.skip_lines or 0,
        header=reading.header,
        sheet=reading.sheet,
        backslash_escapes=reading.backslash_escapes,
        skip_bad_text=sending.skip_invalid,
    )
