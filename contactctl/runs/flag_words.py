"""The words that give a run's flags again, as they were given."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from contactctl.flags.plan_flags import PlanFlags
from contactctl.flags.preview_flags import PreviewFlags
from contactctl.flags.row_flags import flag_name, words_of
from contactctl.session import Flags


@dataclass(frozen=True, slots=True)
class FlagWords:
    """Flags that can be written down again as they were given."""

    def words(self) -> list[str]:
        """Return the words that give these flags."""
        found: list[str] = []
        for item in fields(self):
            name = flag_name(item.type)
            if not name:
                continue
            found += words_of(name, getattr(self, item.name))
        return found


_MAP, _IGNORE = "--map", "--ignore"

Given = TypeVar("Given", bound=FlagWords)


def with_words(given: Given, words: Sequence[str]) -> Given:
    """Return flags with more of them, as words that they have in a call.

    A column that is mapped again, or left out, is not what it was.
    """
    names = {flag_name(item.type): item.name for item in fields(given)}
    values: dict[str, Any] = {}
    rest = iter(words)
    for word in rest:
        flag, equals, value = word.partition("=")
        name = names[flag]
        there = values.get(name, getattr(given, name))
        if isinstance(there, bool):
            values[name] = True
            continue
        given_value = value if equals else next(rest)
        if flag in {_MAP, _IGNORE}:
            anew = given_value if flag == _IGNORE else _column(given_value)
            maps = values.get(names[_MAP], getattr(given, names[_MAP]))
            values[names[_MAP]] = [one for one in maps or () if _column(one) != anew]
            there = values[name] if flag == _MAP else there
        values[name] = [*(there or ()), given_value]
    return replace(given, **values)


def without_mapped_anew(words: Sequence[str], more: Sequence[str]) -> list[str]:
    """Return the words of a call without how they map columns that more words decide on again."""
    start, ignored = f"{_MAP}=", f"{_IGNORE}="
    anew = {_column(word.removeprefix(start)) for word in more if word.startswith(start)}
    anew |= {word.removeprefix(ignored) for word in more if word.startswith(ignored)}
    return [
        word
        for word in words
        if not word.startswith(start) or _column(word.removeprefix(start)) not in anew
    ]


def _column(pair: str) -> str:
    return pair.rpartition("=")[0]


def global_words(flags: Flags) -> list[str]:
    """Return the words that give the flags of every command again."""
    named = {"profile": "--profile", "output": "--output", "timeout": "--timeout"}
    named["retries"] = "--retries"
    values = {flag: getattr(flags, name) for name, flag in named.items()}
    found = [f"{flag}={value}" for flag, value in values.items() if value is not None]
    switches = ("sandbox", "quiet", "verbose", "no_input", "no_color")
    found += [f"--{name.replace('_', '-')}" for name in switches if getattr(flags, name)]
    return found if flags.mask is None else [*found, "--mask" if flags.mask else "--no-mask"]


def unwritten_words(preview: PreviewFlags, planning: PlanFlags) -> list[str]:
    """Return the words that keep an import from writing, as they were given."""
    switches = ("dry_run", "exit_code", "offline")
    found = [f"--{name.replace('_', '-')}" for name in switches if getattr(preview, name)]
    return found if planning.plan is None else [*found, f"--plan={planning.plan}"]
