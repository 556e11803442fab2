"""The flags that say what columns are, kept in a TOML file of the same words."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from contactctl.commands.imports.file_flags import ColumnFlags
from contactctl.errors import MachineError, UsageError
from contactctl.files import reason_of, save_whole
from contactctl.importing.consent.consent import join_names, split_names
from contactctl.safe_text import excerpt, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIRST_LINE = (
    "# Columns of an import, for --map-file. Written by contactctl, which keeps no comments."
)
#: Thousands of columns; a wrong file must not fill the memory.
_MOST_BYTES = 1 << 20


class _Word(NamedTuple):
    """How one flag stands in the file: pairs are split at their last ``=`` or the first.

    Of ``lasts`` a column may have several, which stand in a list.
    """

    flag: str
    form: Literal["switch", "names", "listed", "last", "lasts", "first", "words"]


#: By the name that each flag has in ``ColumnFlags``, in the order of the file.
_WORDS = {
    "ignore_unknown": _Word("ignore-unknown", "switch"),
    "empty_clears": _Word("empty-clears", "switch"),
    "literal_null": _Word("literal-null", "switch"),
    "no_schema": _Word("no-schema", "switch"),
    "first_address": _Word("first-address", "switch"),
    "never_resubscribe": _Word("never-resubscribe", "switch"),
    "allow_resubscribe": _Word("allow-resubscribe", "switch"),
    "only": _Word("only", "listed"),
    "ignored": _Word("ignore", "names"),
    "maps": _Word("map", "last"),
    "constants": _Word("set", "first"),
    "subscribed_when": _Word("subscribed-when", "words"),
    "unsubscribed_when": _Word("unsubscribed-when", "words"),
    "null_texts": _Word("null-text", "listed"),
    "date_formats": _Word("date-format", "lasts"),
    "decimal_commas": _Word("decimal-comma", "names"),
    "decimal_points": _Word("decimal-point", "names"),
}
#: What is said of a column's values: it stands beside what the column is.
_OF_VALUES = ("date_formats", "decimal_commas", "decimal_points")
#: Of two that contradict each other, the one of the call counts.
_CONTRARY = {"never_resubscribe": "allow_resubscribe", "allow_resubscribe": "never_resubscribe"}
#: What is said of a single column: the call's word for it takes the place of the file's.
_OF_A_COLUMN = ("maps", "ignored", "only", "subscribed_when", "unsubscribed_when")


def load_map(path: Path) -> ColumnFlags:
    """Read a file of flags.

    Raises :class:`UsageError` for a file that is none, :class:`MachineError` for one that cannot
    be read.
    """
    import tomllib

    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        raise UsageError(f'--map-file: there is no file "{path}"') from None
    except OSError as error:
        raise MachineError(f"cannot read {path}: {reason_of(error)}") from error
    if len(data) > _MOST_BYTES:
        raise _refused(path, "it is larger than 1 MiB")
    try:
        # Numbers as they are written: they become the text of a flag.
        document = tomllib.loads(data.decode(), parse_float=str)
    except UnicodeDecodeError:
        raise _refused(path, "it is not UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _refused(path, f"it is not TOML: {excerpt(str(error))}") from None
    return ColumnFlags(**_given(path, document))


def merged(given: ColumnFlags, kept: ColumnFlags) -> ColumnFlags:
    """Return the flags of a call laid over those of a file: of a column or field, theirs alone."""
    named = {column for name in _OF_A_COLUMN for column in _names(name, getattr(given, name))}
    constants = {_folded(field) for field in _names("constants", given.constants)}
    values: dict[str, Any] = {}
    for name, word in _WORDS.items():
        ours, theirs = getattr(given, name), getattr(kept, name)
        if word.form == "switch":
            contrary = _CONTRARY.get(name)
            values[name] = ours or (theirs and not (contrary and getattr(given, contrary)))
        elif name == "only":
            values[name] = ours or _without(name, theirs, {*(given.ignored or ())})
        elif name == "null_texts":
            values[name] = [*(ours or ()), *(theirs or ())]
        elif name in _OF_VALUES:
            again = {column for one in _OF_VALUES for column in _names(one, getattr(given, one))}
            values[name] = [*(ours or ()), *(_without(name, theirs, again) or ())]
        elif name == "constants":
            fields_of = [(_folded(*_names(name, [text])), text) for text in theirs or ()]
            values[name] = [*(ours or ()), *(one for at, one in fields_of if at not in constants)]
        else:
            values[name] = [*(ours or ()), *(_without(name, theirs, named) or ())]
    return replace(given, **values)


def to_toml(flags: ColumnFlags) -> str:
    """Return the text of the file that holds these flags."""
    import tomli_w

    document: dict[str, Any] = {}
    for name, word in _WORDS.items():
        value = getattr(flags, name)
        if value:
            document[word.flag] = value if value is True else _to_table(word, value)
    return f"{_FIRST_LINE}\n\n{tomli_w.dumps(document)}"


def check_target(path: Path) -> None:
    """Refuse to save over anything but a file of flags that was saved so.

    Raises :class:`UsageError`, and :class:`MachineError` where that cannot be seen.
    """
    try:
        if not path.exists():
            if path.parent.is_dir():
                return
            raise UsageError(f'--save-map: there is no folder "{path.parent}"')
        if path.is_file():
            with path.open("rb") as file:
                start = file.read(len(_FIRST_LINE))
            if not start or start == _FIRST_LINE.encode():
                return
    except OSError as error:
        raise MachineError(f"cannot read {path}: {reason_of(error)}") from error
    raise UsageError(
        f'--save-map: "{path}" exists already, and was not written by --save-map',
        hint="give another name",
    )


def save_map(path: Path, flags: ColumnFlags) -> None:
    """Write a file of flags, for its owner alone, whole or not at all; see :func:`check_target`."""
    check_target(path)
    try:
        data = to_toml(flags).encode()
    except UnicodeEncodeError:
        raise UsageError(
            "--save-map: a flag is not valid UTF-8", hint="write it as UTF-8"
        ) from None
    save_whole(Path(os.path.realpath(path)), data)


def _given(path: Path, document: dict[str, Any]) -> dict[str, Any]:
    by_flag = {word.flag: (name, word) for name, word in _WORDS.items()}
    found: dict[str, Any] = {}
    for key, value in document.items():
        if key not in by_flag:
            from contactctl.wording import nearest

            near = nearest(key, by_flag)
            hint = f"did you mean {' or '.join(near)}?" if near else None
            raise _refused(path, f"{quoted(key)} is not a column flag", hint=hint)
        name, word = by_flag[key]
        found[name] = _from_table(path, word, value)
    return found


def _from_table(path: Path, word: _Word, value: Any) -> bool | list[str]:  # noqa: ANN401 - TOML's
    if word.form == "switch":
        if not isinstance(value, bool):
            raise _refused(path, f"{word.flag} must be true or false")
        return value
    if word.form in {"names", "listed"}:
        names = _texts(path, word, value)
        return [join_names(names)] * bool(names) if word.form == "listed" else names
    if not isinstance(value, dict):
        raise _refused(path, f"{word.flag} must be a table: [{word.flag}]")
    several = word.form == "lasts"
    return [
        _pair(path, word, key, one)
        for key, values in value.items()
        for one in (values if several and isinstance(values, list) else [values])
    ]


def _pair(path: Path, word: _Word, key: str, value: Any) -> str:  # noqa: ANN401 - TOML's
    if word.form == "words":
        value = join_names(_texts(path, word, value)) if isinstance(value, list) else value
    text = _text(path, word, key, value)
    # As a flag it could not be told where the name ends.
    if "=" in (key if word.form == "first" else text):
        raise _refused(path, f"{word.flag}.{quoted(key)} cannot hold a = there")
    return f"{key}={text}"


def _text(path: Path, word: _Word, key: str, value: Any) -> str:  # noqa: ANN401 - TOML's
    if isinstance(value, str):
        return value
    if word.form == "first" and isinstance(value, bool | int):
        return str(value).lower()
    if word.form == "first" and hasattr(value, "isoformat"):
        return str(value.isoformat())
    raise _refused(path, f"{word.flag}.{quoted(key)} must be a string in quotes")


def _texts(path: Path, word: _Word, value: Any) -> list[str]:  # noqa: ANN401 - TOML's
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _refused(path, f'{word.flag} must be a list of strings, such as ["One", "Two"]')
    return value


def _to_table(word: _Word, texts: Sequence[str]) -> list[str] | dict[str, Any]:
    if word.form == "names":
        return [*texts]
    if word.form == "listed":
        return [name for text in texts for name in split_names(text)]
    table: dict[str, Any] = {}
    for text in texts:
        key, value = _parted(word, text)
        if word.form == "words":
            table.setdefault(key, []).extend(split_names(value))
        elif word.form == "lasts":
            table.setdefault(key, []).append(value)
        else:
            table[key] = value
    if word.form == "lasts":
        return {key: found[0] if len(found) == 1 else found for key, found in table.items()}
    return table


def _names(name: str, texts: Sequence[str] | None) -> list[str]:
    """Return the columns, or fields, of which the texts of a flag speak."""
    word = _WORDS[name]
    if word.form == "names":
        return [text.strip() for text in texts or ()]
    if word.form == "listed":
        return [column.strip() for text in texts or () for column in split_names(text)]
    return [_parted(word, text)[0] for text in texts or ()]


def _without(name: str, texts: Sequence[str] | None, columns: set[str]) -> list[str] | None:
    if name == "only" and texts:
        kept = [column for column in _names(name, texts) if column not in columns]
        return [join_names(kept)] if kept else None
    return [text for text in texts or () if not columns & {*_names(name, [text])}] or None


def _parted(word: _Word, text: str) -> tuple[str, str]:
    key, _, value = text.partition("=") if word.form == "first" else text.rpartition("=")
    return key.strip(), value


def _folded(name: str) -> str:
    return "".join(filter(str.isalnum, name)).lower()


def _refused(path: Path, what: str, *, hint: str | None = None) -> UsageError:
    return UsageError(f'--map-file "{path}": {what}', hint=hint)
