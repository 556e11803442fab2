"""What import says of values that are sent in another spelling, and of cells that say nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.changes.rounding import rounded
from contactctl.exact_json import Number, to_json
from contactctl.importing.values.cells import RESPELLED, ROUNDED, TRIMMED
from contactctl.importing.values.json_values import LEFT_ALONE
from contactctl.importing.values.spellings import is_dressed
from contactctl.importing.values.ways_out import ESCAPES_WAY, NO_VALUE, empty_flag
from contactctl.safe_text import excerpt, quoted
from contactctl.wording import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contactctl.exact_json import JsonObject, JsonScalar
    from contactctl.importing.values.spellings import Respelled, Spellings

_SHOWN_WORDS = 5
_SHOWN_COLUMNS = 20


def normalised_line(spellings: Spellings) -> list[str]:
    """Return one line that says which values are sent in another spelling; none for none."""
    parts = [_respelled(one) for one in spellings.respelled.values() if one.kind != ROUNDED]
    return [f"normalised: {'; '.join(parts)}"] if parts else []


def rounded_lines(spellings: Spellings) -> list[str]:
    """Return a line for each column with numbers that the service probably rounds."""
    return [
        f"{excerpt(one.column)}: {counted(one.count, 'number has', 'numbers have')} more digits"
        f" than the service probably keeps ({_value(one.before)} becomes {rounded(one.after)})"
        for one in spellings.respelled.values()
        if one.kind == ROUNDED
    ]


def empty_word_lines(spellings: Spellings) -> list[str]:
    """Return a line for each column with cells that say nothing and are sent as they are."""
    columns = [*spellings.empty_words.items()]
    shown = columns[:_SHOWN_COLUMNS]
    lines = [line for column, words in shown for line in _empty_words(column, words)]
    padded = [*spellings.padded.items()][:_SHOWN_COLUMNS]
    lines += [_padded(column, count) for column, count in padded]
    more = len(columns) - len(shown)
    return lines + ([f"and {counted(more, 'more column')} with such cells"] if more > 0 else [])


def spellings_to_json(spellings: Spellings) -> JsonObject:
    """Return both as they stand in the summary of a dry run."""
    return {
        "normalised": [one.to_json_object() for one in spellings.respelled.values()],
        "placeholders": {
            excerpt(column): {excerpt(word): Number(str(count)) for word, count in words.items()}
            for column, words in spellings.empty_words.items()
        },
    }


def _respelled(one: Respelled) -> str:
    count = f"{one.count:,}"
    column = excerpt(one.column)
    if one.kind in {TRIMMED, "without mailto:"}:
        return f"{column}, {count} {one.kind} ({_value(one.before)})"
    if one.kind == LEFT_ALONE:
        return f"{column}, {count} null left alone"
    kind = "" if one.kind == RESPELLED else f" {one.kind}"
    return f"{column}, {count}{kind} ({_value(one.before)} is sent as {_value(one.after)})"


def _value(value: JsonScalar) -> str:
    return quoted(value) if isinstance(value, str) else to_json(value)


def _empty_words(column: str, words: Mapping[str, int]) -> list[str]:
    """Return a line for texts that say nothing, and one for texts with marks around them."""
    empty = {word: count for word, count in words.items() if not is_dressed(word)}
    dressed = {word: count for word, count in words.items() if is_dressed(word)}
    lines = []
    if empty:
        cells = counted(sum(empty.values()), "cell holds", "cells hold")
        flag = empty_flag([word for word, _ in _frequent(empty)])
        more = f"; where backslashes are escapes, {ESCAPES_WAY}" if NO_VALUE in empty else ""
        lines.append(
            f"{excerpt(column)}: {cells} placeholder text, which will be sent as it is:"
            f" {_listed(empty)} ({flag} reads them as empty{more})"
        )
    if dressed:
        cells = counted(sum(dressed.values()), "cell has", "cells have")
        lines.append(
            f"{excerpt(column)}: {cells} a spreadsheet's text marks, which will be sent too:"
            f" {_listed(dressed)}"
        )
    return lines


def _padded(column: str, count: int) -> str:
    texts = counted(count, "text has spaces around it", "texts have spaces around them")
    return f"{excerpt(column)}: {texts}, which will be sent too"


def _listed(words: Mapping[str, int]) -> str:
    shown = [f"{quoted(word)} {count:,}" for word, count in _frequent(words)[:_SHOWN_WORDS]]
    return ", ".join([*shown, *(["…"] * (len(words) > _SHOWN_WORDS))])


def _frequent(words: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(words.items(), key=lambda item: -item[1])
