"""What import asks at a terminal about columns that stop a file, one question a column."""

from __future__ import annotations

from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING

from contactctl.commands.imports.way_out import MOST_NAMED, can_be_named
from contactctl.contact import FLAG_FIELDS
from contactctl.errors import UsageError
from contactctl.exact_json import to_json
from contactctl.importing.consent.consent import (
    ANY_WORD,
    EMPTY_WORD,
    NEGATED,
    UNDECIDED,
    split_names,
)
from contactctl.importing.reading.input_file import STDIN
from contactctl.safe_text import excerpt, quoted
from contactctl.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contactctl.commands.imports.call import ImportCall
    from contactctl.importing.checking.plan import FaultyColumnsError
    from contactctl.importing.consent.consent_columns import ColumnWords, UndecidedConsentError
    from contactctl.importing.names.naming import AccountFields
    from contactctl.importing.names.unknown_columns import UnknownColumn
    from contactctl.importing.reading.source import Source
    from contactctl.session import Session

_NEVER = "--never-resubscribe"
_LOOKED_AT_ROWS = 200
_MOST_SAMPLES = 3
_OUT, _ALL_OUT, _HELP = "-", "--", "?"
_HOW = (
    "Enter accepts what is in brackets, - leaves a column out,\n"
    "-- leaves out all that are left, ? lists the fields."
)


class NoAnswerError(Exception):
    """Nobody answers any more; the file is refused as it would be without questions."""


def may_ask(call: ImportCall, error: FaultyColumnsError) -> bool:
    """Tell whether questions can be asked, and could get over what stops the file."""
    output = call.session.output
    is_chatty = output.form == "text" and not output.quiet
    is_ready = error.consent is None or error.consent.is_ready
    return is_chatty and is_ready and call.session.can_ask and call.input_file.name != STDIN


class Questions:
    """Asks about the columns of one file.

    ``check`` raises :class:`UsageError` for flags that do not fit the file. Every method that asks
    raises :class:`NoAnswerError` where the input ends.
    """

    def __init__(
        self, session: Session, fields: AccountFields, check: Callable[[Sequence[str]], None]
    ) -> None:
        self._session = session
        self._fields = fields
        self._check = check

    def about(self, error: FaultyColumnsError, source: Source) -> list[str]:
        """Return the flags that the answers come to."""
        count = len(error.unknown) + (len(error.consent.columns) if error.consent else 0)
        need = counted(count, "column needs an answer", "columns need an answer")
        self._say(f"{excerpt(source.name)}: {need}")
        consent = self._about_consent(error.consent) if error.consent else []
        return [*self._about_unknown(error.unknown, source), *consent]

    def _about_unknown(self, unknown: Sequence[UnknownColumn], source: Source) -> list[str]:
        if not unknown:
            return []
        self._say(_HOW)
        samples = _samples(source, [column.name for column in unknown])
        words: list[str] = []
        left: list[UnknownColumn] = []
        for at, column in enumerate(unknown):
            answer = self._field_for(column, samples.get(column.name, []), words)
            if answer == _ALL_OUT:
                left += unknown[at:]
                break
            if answer == _OUT:
                left.append(column)
            else:
                words += ["--map", f"{column.name}={answer}"]
        return [*words, *_left_out(left)]

    def _field_for(
        self, column: UnknownColumn, samples: Sequence[str], words: Sequence[str]
    ) -> str:
        usual = column.suggestions[0] if column.suggestions else _OUT
        reason = f" ({excerpt(column.reason)})" if column.reason else ""
        cells = ", ".join(map(quoted, samples)) or "nothing in the first rows"
        self._say(f"\n{excerpt(column.name)}{reason}: {cells}")
        while True:
            answer = self._ask(f"  Which field? [{excerpt(usual)}] ") or usual
            if answer == _HELP:
                self._list_fields()
            elif answer in {_OUT, _ALL_OUT} or self._fits(column, answer, words):
                return answer

    def _fits(self, column: UnknownColumn, answer: str, words: Sequence[str]) -> bool:
        if can_be_named(column.name):
            return self._is_taken([*words, "--map", f"{column.name}={answer}"])
        self._say("  no flag can name this column: rename it in the file, or leave it out")
        return False

    def _is_taken(self, words: Sequence[str]) -> bool:
        """Tell whether flags fit the file, and say why where they do not."""
        try:
            self._check(words)
        except UsageError as error:
            self._say(f"  {error.message}" + (f"; {error.hint}" if error.hint else ""))
            return False
        return True

    def _list_fields(self) -> None:
        names = [one.wire_name for one in FLAG_FIELDS if one.type != "lists"]
        names += [name for name in self._fields.account.properties() if name not in names]
        lists = [f"list:{one.name}" for one in self._session.account.lists()]
        self._say("  " + ", ".join(map(excerpt, [*names, *lists])))

    def _about_consent(self, consent: UndecidedConsentError) -> list[str]:
        words: list[str] = []
        for column in consent.columns:
            answer = self._reading_of(column, never=_NEVER in consent.flags)
            if answer[0] == "--set":
                return answer  # of everybody: no other column matters
            words += [word for word in answer if word != _NEVER or word not in words]
        return words

    def _reading_of(self, column: ColumnWords, *, never: bool) -> list[str]:
        self._say(f"\nThis column is about consent to email:\n{column.described()}")
        advice, name = column.advice(), column.name
        choices: list[tuple[str, list[str]]] = []
        if not any(UNDECIDED in word for word in advice):
            is_kept = never and column.may_say_yes
            text = _meaning(advice, name) + "; nobody is subscribed again" * is_kept
            choices.append((text, [*advice, *([_NEVER] * is_kept)]))
        choices += [
            ("I will list the words that mean opted out", []),
            ("it is not about email: leave it out", ["--ignore", name]),
            ("everybody in this file opted out", ["--set", "subscribed=false"]),
        ]
        self._say("\n".join(f"  {at}  {text}" for at, (text, _) in enumerate(choices, 1)))
        numbers = {str(at): words for at, (_, words) in enumerate(choices, 1)}
        while (answer := self._ask(f"  Which? (1 to {len(choices)}) ")) not in numbers:
            pass
        return numbers[answer] or self._listed_words(column)

    def _listed_words(self, column: ColumnWords) -> list[str]:
        while True:
            answer = self._ask("  Which words mean opted out? (separated by commas) ")
            words = ["--unsubscribed-when", f"{column.name}={answer}"]
            if not self._is_taken(words):
                continue
            # A slip would leave those subscribed who are meant.
            slips = [word for word in split_names(answer) if not column.may_hold(word)]
            if not slips:
                return words
            self._say(f"  no row has {quoted(slips[0])}")

    def where_to_save(self, usual: str, check: Callable[[str], None]) -> str | None:
        """Return where the mapping is to be kept; None for nowhere."""
        while True:
            question = f"\nSave this mapping? y for {excerpt(usual)}, a path, or Enter for no: "
            answer = self._ask(question)
            if answer.lower() in {"", "n", "no"}:
                return None
            path = usual if answer.lower() in {"y", "yes"} else answer
            try:
                check(path)
            except UsageError as error:
                self._say(f"  {error.message}")
            else:
                return path

    def _ask(self, question: str) -> str:
        line = self._session.ask(question)
        if not line:
            raise NoAnswerError
        return line.strip()

    def _say(self, text: str) -> None:
        self._session.output.note(text)


def _left_out(columns: Sequence[UnknownColumn]) -> list[str]:
    by_name = [column for column in columns if can_be_named(column.name)]
    if len(by_name) == len(columns) <= MOST_NAMED:
        return [word for column in columns for word in ("--ignore", column.name)]
    several = [column for column in columns if column.several]
    return ["--ignore-unknown", *(w for column in several for w in ("--ignore", column.name))]


def _meaning(advice: Sequence[str], name: str) -> str:
    """Return what flags of consent mean, as one of the answers."""
    flag, value = advice[0], advice[1].removeprefix(f"{name}=")
    if flag == "--map":
        if value == NEGATED:
            return "a yes, or a time, means opted out"
        return "a no means opted out"
    if value == EMPTY_WORD:
        return "an empty cell means opted out"
    if value == ANY_WORD:
        return "anything in the cell means opted out"
    if flag == "--subscribed-when":
        return f"all but these opted out: {excerpt(value)}"
    return f"these opted out: {excerpt(value)}"


def _samples(source: Source, names: Sequence[str]) -> dict[str, list[str]]:
    """Return the first different values of these columns, of rows near the file's beginning."""
    found: dict[str, list[str]] = {name: [] for name in names}
    columns = source.columns
    with closing(source.rows()) as rows:  # type: ignore[type-var] # a generator
        for row in islice(rows, _LOOKED_AT_ROWS):
            cells = zip(columns, row.cells, strict=False) if columns else (row.values or {}).items()
            for name, value in cells:
                text = value if isinstance(value, str) else to_json(value)
                if name in found and text.strip() and text not in found[name][:_MOST_SAMPLES]:
                    found[name].append(text)
    return {name: texts[:_MOST_SAMPLES] for name, texts in found.items()}
