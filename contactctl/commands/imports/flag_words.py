"""The words that give a run's flags again, as they were given."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from contactctl.session import Flags


@dataclass(frozen=True, slots=True)
class FlagWords:
    """Flags that can be written down again as they were given."""

    def words(self) -> list[str]:
        """Return the words that give these flags."""
        found: list[str] = []
        for item in fields(self):
            name = _flag_name(item.type)
            if not name:
                continue
            value = getattr(self, item.name)
            values = value if isinstance(value, list) else [value]
            for one in values:
                if one is True:
                    found.append(name)
                elif one is not None and one is not False:
                    # One word each: a value that begins with a dash would be taken for a flag.
                    found.append(f"{name}={one}")
        return found


Given = TypeVar("Given", bound=FlagWords)


def with_words(given: Given, words: Sequence[str]) -> Given:
    """Return flags with more of them, as words that they have in a call."""
    names = {_flag_name(item.type): item.name for item in fields(given)}
    values: dict[str, Any] = {}
    rest = iter(words)
    for word in rest:
        flag, equals, value = word.partition("=")
        name = names[flag]
        there = values.get(name, getattr(given, name))
        if isinstance(there, bool):
            values[name] = True
        else:
            values[name] = [*(there or ()), value if equals else next(rest)]
    return replace(given, **values)


def global_words(flags: Flags) -> list[str]:
    """Return the words that give the flags of every command again."""
    named = {"profile": "--profile", "output": "--output", "timeout": "--timeout"}
    named["retries"] = "--retries"
    values = {flag: getattr(flags, name) for name, flag in named.items()}
    found = [f"{flag}={value}" for flag, value in values.items() if value is not None]
    switches = ("sandbox", "quiet", "verbose", "no_input", "no_color")
    return found + [f"--{name.replace('_', '-')}" for name in switches if getattr(flags, name)]


def _flag_name(annotation: Any) -> str:  # noqa: ANN401 - what Annotated makes
    """Return the flag's name; an argument has none."""
    info = annotation.__metadata__[0]
    names = (info.default, *(info.param_decls or ()))  # in Annotated, the first name is there
    words = [name for name in names if isinstance(name, str)]
    return next((name for name in words if name.startswith("--")), "")
