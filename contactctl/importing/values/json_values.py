"""How a JSON value becomes its field's value; spellings that lose nothing are counted."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from contactctl.changes.rounding import rounded
from contactctl.changes.typing_rules import ValueProblem, check_text, check_value, misfit
from contactctl.consent_words import to_boolean
from contactctl.exact_json import Constant, Number, to_json
from contactctl.importing.values.cells import EMPTY, RESPELLED, ROUNDED
from contactctl.importing.values.date_formats import read_as_one_of
from contactctl.importing.values.fields import IDENTIFIERS, SUBSCRIBED, Kind
from contactctl.importing.values.identifiers import float_problem
from contactctl.safe_text import excerpt
from contactctl.wording import shell_word

if TYPE_CHECKING:
    from collections.abc import Callable

    from contactctl.exact_json import JsonScalar, JsonValue
    from contactctl.importing.values.cells import CellReaders, CellValue
    from contactctl.importing.values.fields import Field

LEFT_ALONE = "left alone"
_JOIN_LISTS = "(.mailingLists | arrays) |= (map({(.): true}) | add)"
_JOINED = ' |= join(", ")'
#: Keys whose readers are kept: a file may hold a new one in every row.
_MOST_KEYS = 1000


class JsonReaders:
    """Reads the values of keys; texts as the cells of a column are read.

    ``name`` is the file, ``each`` what in ``jq`` leads to one of its objects.
    """

    def __init__(self, cells: CellReaders, name: str, *, each: str = "") -> None:
        self._cells = cells
        self._name = name
        self._each = each
        self._readers: dict[tuple[Field, str], Callable[[str], CellValue]] = {}

    def read(self, key: str, item: Field, value: JsonValue) -> CellValue:
        """Return the value of a field; ``EMPTY`` leaves it alone. Raises :class:`ValueProblem`."""
        if item.kind is Kind.LIST:
            item = item._replace(declared="boolean")
        if isinstance(value, str):
            return self._text(key, item, value)
        if value is None:
            return self._null(key, item)
        if isinstance(value, list | dict):
            raise self._no_scalar(key, value)
        if isinstance(value, Number):
            found = self._number(key, item, value)
            if found is not None:
                return found
        return self._checked(key, item, value)

    def read_lists(self, value: JsonValue) -> dict[str, bool]:
        """Return the lists of ``mailingLists``, joined or left; raise :class:`ValueProblem`."""
        if value is None or value == []:
            return {}
        if not isinstance(value, dict):
            hint = 'write {"mailingLists": {"ID": true}}'
            if isinstance(value, list) and all(isinstance(one, str) for one in value):
                hint = f"to join them: {self.command(_JOIN_LISTS)}"
            raise ValueProblem(
                "mailingLists is not an object",
                hint=hint,
                kind="not an object of lists",
                column="mailingLists",
            )
        item = SUBSCRIBED._replace(kind=Kind.LIST)
        read = {one: self.read(f"mailingLists {one}", item, on) for one, on in value.items()}
        return {one: on is True for one, on in read.items() if on is not EMPTY}

    def note_verdict(self, key: str, value: JsonValue, verdict: JsonScalar) -> None:
        """Count a yes or no that is no boolean."""
        if verdict is not None and isinstance(value, str | Number):
            self._respell(key, value, verdict)

    def object_problem(self, key: str) -> ValueProblem:
        """Return the problem of an object that stands where a value does."""
        hint = f"{self.way_up(key)}; or leave it out with --ignore"
        return ValueProblem("this is an object", hint=hint, kind="an object")

    def way_up(self, key: str) -> str:
        """Return how what is in an object can be taken."""
        place = f".[{excerpt(to_json(key))}]"
        return f"move what it holds up one level: {self.command(f'. + {place} | del({place})')}"

    def command(self, change: str) -> str:
        """Return the command that imports the file with its objects changed so."""
        program = shlex.quote(self._each + change)  # a key may hold anything
        return f"jq -c {program} {shell_word(self._name)} | contactctl import -"

    def _text(self, key: str, item: Field, text: str) -> CellValue:
        if isinstance(text, Constant):
            return self._constant(text)
        if not text and item.kind in IDENTIFIERS:
            return EMPTY
        if not text and item.declared not in {"string", None}:
            hint = "write null to empty the field, or leave the key out"
            raise ValueProblem("this is an empty text", hint=hint, kind="an empty text")
        named = key in self._cells.rules.columns
        if item.declared is None and item.kind is Kind.PROPERTY and not named:
            return check_text(text)  # its type is as it is written
        value = self._reader(key, item)(text) if text else text
        if (isinstance(value, Number) and value.text == text) or (
            isinstance(value, bool) and text.lower() in {"true", "false"}
        ):
            self._respell(key, text, value)
        return value

    def _constant(self, text: str) -> CellValue:
        if self._cells.is_empty(text):
            return EMPTY
        problem = misfit(text, "no JSON", hint=f"--null-text {text} leaves such fields alone")
        problem.flags = (f"--null-text={text}",)
        raise problem

    def _null(self, key: str, item: Field) -> CellValue:
        if item.is_clearable:
            return None
        if item.kind not in IDENTIFIERS:
            self._cells.notes.respell(key, LEFT_ALONE, None, None)
        return EMPTY

    def _number(self, key: str, item: Field, number: Number) -> CellValue | None:
        """Return what a number stands for where that is no number; None elsewhere."""
        value: CellValue = None
        forms = self._cells.rules.date_formats.get(key)
        if forms is not None:
            value, _ = read_as_one_of(number.text, forms)
        elif item.kind is Kind.USER_ID:
            problem = float_problem(number.text)
            if problem is not None:
                raise problem
            value = self._reader(key, item)(number.text)
        elif item.declared == "boolean":
            value = to_boolean(number.text)
        if value is not None and value is not EMPTY:
            self._respell(key, number, value)
        elif value is None and rounded(number) is not None:
            self._cells.notes.respell(key, ROUNDED, number, number)
        return value

    def _checked(self, key: str, item: Field, value: JsonScalar) -> JsonScalar:
        if item.declared is None:
            return value
        try:
            check_value(value, item.declared)
        except ValueProblem as problem:
            if item.declared != "string" or item.kind is Kind.EMAIL:
                raise
            place = f".[{excerpt(to_json(key))}]"
            hint = f"turn it into text: {self.command(f'{place} |= tostring')}"
            raise ValueProblem(
                problem.message, hint=hint, kind=problem.kind, value=problem.value
            ) from None
        return value

    def _no_scalar(self, key: str, value: JsonValue) -> ValueProblem:
        if isinstance(value, dict):
            return self.object_problem(key)
        place = f".[{excerpt(to_json(key))}]"
        hint = f"join its items: {self.command(place + _JOINED)}"
        return ValueProblem("this is a list", hint=hint, kind="a list")

    def _reader(self, key: str, item: Field) -> Callable[[str], CellValue]:
        reader = self._readers.get((item, key))
        if reader is None:
            if len(self._readers) >= _MOST_KEYS:
                self._readers.clear()
            reader = self._readers[item, key] = self._cells.reader(item, key)
        return reader

    def _respell(self, key: str, before: JsonScalar, after: JsonScalar) -> None:
        self._cells.notes.respell(key, RESPELLED, before, after)
