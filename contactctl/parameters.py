"""What a flag or an argument takes, and the words given to it turned into values.

Not left to Typer: from 0.29 on it imports pydantic for the first flag of a call, given or not, and
each version of it has other words for what it refuses.
"""

from __future__ import annotations

import math
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Union, get_args, get_origin

from contactctl.errors import UsageError
from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import TypeAlias

    Kind: TypeAlias = Literal["string", "boolean", "integer", "number", "path"]
    # Of Typer's own parser, whose classes are private.
    Context: TypeAlias = Any
    Parameter: TypeAlias = Any
    Value: TypeAlias = str | bool | int | float | Path

_KINDS: Mapping[type, Kind] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    Path: "path",
}


class Takes(NamedTuple):
    """What one parameter takes; ``choices`` are all that there are, None where any text goes.

    Bounds are for numbers, None where there is none.
    """

    kind: Kind
    choices: tuple[str, ...] | None = None
    minimum: float | None = None
    maximum: float | None = None


class Words:
    """The words of one call told apart by the parameters of its command, before they are parsed.

    ``values`` are the flags with the text that each is given, None where there is none, ``apart``
    those of them whose text is a word of its own, and not one with the flag; ``given`` are all
    flags given, ``unknown`` the names of those that there are not, and ``bare`` the words that
    belong to no flag. With ``stops`` the words behind the first of these are another's.
    """

    def __init__(
        self, parameters: Iterable[Parameter], args: Iterable[str], *, stops: bool = False
    ) -> None:
        self.options = {name: item for item in parameters for name in names_of(item)}
        self.values: list[tuple[Parameter, str | None]] = []
        self.apart: list[tuple[Parameter, str | None]] = []
        self.given: list[Parameter] = []
        self.unknown: list[str] = []
        self.bare: list[str] = []
        self._left = iter(args)
        for word in self._left:
            if word == "--":
                self.bare += self._left
            elif word.startswith("--"):
                self._take_long(word)
            elif word.startswith("-") and word != "-":
                self._take_short(word)
            else:
                self.bare.append(word)
            if stops and self.bare:
                return

    def _take_long(self, word: str) -> None:
        name, equals, text = word.partition("=")
        option = self.options.get(name)
        if option is None:
            self.unknown.append(name)
            return
        self.given.append(option)
        if not option.is_flag:
            self.values.append((option, text) if equals else self._with_next(option))
        elif equals:
            self.values.append((option, text))

    def _take_short(self, word: str) -> None:
        for at, letter in enumerate(word[1:], start=2):
            option = self.options.get(f"-{letter}")
            if option is None or f"-{word}" in self.options:
                # More of it could be a value that was to stay unseen.
                self.unknown.append(word if f"-{word}" in self.options else f"-{letter}")
                return
            self.given.append(option)
            if not option.is_flag:
                rest = word[at:]
                self.values.append((option, rest) if rest else self._with_next(option))
                return

    def _with_next(self, option: Parameter) -> tuple[Parameter, str | None]:
        found = (option, next(self._left, None))
        self.apart.append(found)
        return found


def names_of(parameter: Parameter) -> list[str]:
    """Return every name of a flag; an argument has none that could be given."""
    if parameter.param_type_name == "argument":
        return []
    return [*parameter.opts, *parameter.secondary_opts]


class _Reader:
    """Stands where Typer would turn the words of one parameter into a value."""

    def __init__(self, parameter: Parameter, annotation: Any) -> None:  # noqa: ANN401 - a type
        self._parameter = parameter
        self._annotation = annotation

    @property
    def takes(self) -> Takes:
        """Return what the parameter takes; found out for those alone that are given."""
        return _takes(self._annotation)

    def __call__(self, context: Context, value: Any) -> Any:  # noqa: ANN401 - as Typer calls it
        """Return the value for what was given, or for nothing; raise :class:`UsageError`."""
        parameter = self._parameter
        if value is None:
            # Typer makes None of an empty tuple where that is the default.
            value = () if _is_list(parameter) else None
        elif isinstance(value, str):
            value = self._read(value, context)
        elif isinstance(value, list | tuple):
            value = tuple(self._read(one, context) for one in value)
        if parameter.required and value in (None, ()):
            raise self._missing(context)
        if parameter.callback is not None:
            value = parameter.callback(context, parameter, value)
        return value

    def _read(self, text: str, context: Context) -> Value:
        refusal = refusal_of(self._parameter, text)
        if refusal is not None:
            raise UsageError(refusal, hint=f"see `{context.command_path} --help`")
        return to_value(text, self.takes)

    def _missing(self, context: Context) -> UsageError:
        return UsageError(
            missing_words(self._parameter), hint=f"see `{context.command_path} --help`"
        )


def refusal_of(parameter: Parameter, text: str) -> str | None:
    """Return why a parameter does not take a text; None where it does."""
    try:
        to_value(text, takes_of(parameter))
    except ValueError as error:
        return f"{_name(parameter)} {quoted(text)} is {error}"
    return None


def missing_words(parameter: Parameter) -> str:
    """Return what to say where a parameter that is needed is not given."""
    choices = takes_of(parameter).choices
    listed = f": one of {', '.join(choices)}" if choices else ""
    return f"{_name(parameter)} is missing{listed}"


def read_ourselves(parameters: Iterable[Parameter], annotations: Mapping[str, Any]) -> None:
    """Have the words of a command's parameters read here, by the annotation of each."""
    for parameter in parameters:
        parameter.process_value = _Reader(parameter, annotations[parameter.name])


def takes_of(parameter: Parameter) -> Takes:
    """Return what a parameter takes whose words are read here."""
    takes: Takes = parameter.process_value.takes
    return takes


def to_value(text: str, takes: Takes) -> Value:
    """Turn a text into a value; raises ``ValueError``, whose words go on from "is"."""
    if takes.choices is not None:
        if text not in takes.choices:
            raise ValueError(f"not one of {', '.join(takes.choices)}")
        return text
    if takes.kind == "path":
        return Path(text)
    if takes.kind in {"integer", "number"}:
        return _bounded(_number(text, takes.kind), takes)
    return text


def _number(text: str, kind: Kind) -> int | float:
    whole = kind == "integer"
    try:
        number = int(text) if whole else float(text)
    except ValueError:
        number = math.nan
    # nan is neither below the least nor above the most.
    if math.isnan(number):
        raise ValueError("not a whole number" if whole else "not a number")
    return number


def _bounded(number: float, takes: Takes) -> int | float:
    if takes.minimum is not None and number < takes.minimum:
        raise ValueError(f"less than {takes.minimum:g}")
    if takes.maximum is not None and number > takes.maximum:
        raise ValueError(f"more than {takes.maximum:g}")
    return number


def _takes(annotation: Any) -> Takes:  # noqa: ANN401 - a type
    if annotation is bool:
        return Takes("boolean")
    info = annotation.__metadata__[0]
    kind = annotation.__origin__
    # None and a list say whether and how often, not what.
    if get_origin(kind) in {Union, UnionType}:
        kind = next(one for one in get_args(kind) if one is not type(None))
    if get_origin(kind) is list:
        (kind,) = get_args(kind)
    if get_origin(kind) is Literal:
        return Takes("string", get_args(kind))
    return Takes(_KINDS[kind], None, info.min, info.max)


def _is_list(parameter: Parameter) -> bool:
    return getattr(parameter, "multiple", False) or parameter.nargs == -1


def _name(parameter: Parameter) -> str:
    """Return what a parameter is called by whoever gives it."""
    if parameter.param_type_name == "option":
        return str(parameter.opts[-1])
    return str(parameter.metavar or parameter.name.upper())
