"""What Tab offers for the words of a command line.

The scripts give the words before the cursor as arguments and the word at the cursor in a variable.
The first line of the answer is ``words N`` or ``files N``: the last N characters of that word are
to be replaced, by one of the candidates on the lines that follow or by the name of a file. Behind
a tab stands what a candidate means.
"""

from __future__ import annotations

from contactctl.completion.place import Place

TYPE_CHECKING = False  # importing the constant of `typing` would cost half as much as the answer
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import TextIO, TypeAlias

    #: Texts that could stand at the cursor, each with its meaning.
    Candidates: TypeAlias = Iterable[tuple[str, str]]
    Offer: TypeAlias = tuple[str, str, Candidates]

SHELLS = ("bash", "zsh", "fish", "powershell")
SHELL_VARIABLE = "_CONTACTCTL_COMPLETE"
WORD_VARIABLE = "_CONTACTCTL_WORD"
#: These show what they are given; the others match it against the word in ways of their own.
_SHELLS_THAT_DO_NOT_MATCH = ("bash", "powershell")
_SAFE_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.@+-")
_LONGEST = 80
_QUOTES = "\"'\\"


def answer(argv: Sequence[str], env: Mapping[str, str], stdout: TextIO | None) -> int | None:
    """Write the candidates for the shell that ``env`` names and return the exit code, always 0.

    Return None, with nothing written, when it names none of ours: the call is an ordinary one.
    """
    shell = env.get(SHELL_VARIABLE)
    if shell not in SHELLS:
        return None
    try:
        lines = _lines(Place(argv), env.get(WORD_VARIABLE, ""), shell, env)
        if stdout is not None:
            stdout.write("".join(f"{line}\n" for line in lines))
    except Exception:  # noqa: BLE001, S110 - it would be shown in the middle of what is typed
        pass
    return 0


def is_safe(text: str) -> bool:
    """Tell whether no shell would see more in ``text`` than a word."""
    return 0 < len(text) <= _LONGEST and _SAFE_CHARACTERS.issuperset(text)


def _lines(place: Place, word: str, shell: str, env: Mapping[str, str]) -> Iterator[str]:
    kind, part, candidates = _offer(place, word.lstrip(_QUOTES), env)
    yield f"{kind} {len(part)}"
    for text, meaning in candidates:
        fits = shell not in _SHELLS_THAT_DO_NOT_MATCH or text.startswith(part)
        if fits and is_safe(text.removesuffix("=")):
            yield f"{text}\t{meaning if meaning.isprintable() else ''}"


def _offer(place: Place, word: str, env: Mapping[str, str]) -> Offer:
    """Say what could stand at the cursor: a kind, the part of the word it replaces, and texts."""
    if place.waiting is not None:
        return _values(place.waiting.values, word, place, env)
    if word.startswith("-") and not place.flags_ended:
        name, equals, value = word.partition("=")
        flag = place.flag(name) if equals else None
        if flag is not None:
            return _values(flag.values, value.lstrip(_QUOTES), place, env)
        return "words", word, _flags(place, word)
    if place.children:
        return "words", word, place.children.items()
    if place.argument is not None:
        return _values(place.argument, word, place, env)
    return "words", word, () if word or place.flags_ended else _flags(place, word)


def _flags(place: Place, word: str) -> Candidates:
    """Offer the flags that could still be given; short names only where they are asked for."""
    for flag in place.flags:
        if flag.repeats or place.given.isdisjoint(flag.names):
            for name in flag.names:
                if word == "-" or name.startswith("--"):
                    yield name, flag.meaning


def _values(kind: str | None, part: str, place: Place, env: Mapping[str, str]) -> Offer:
    if kind == "<file>":
        return "files", part, ()
    if kind == "<@file>":
        return ("files", part[1:], ()) if part.startswith("@") else ("words", part, ())
    if kind == "<list>" and "=" in part:
        return "words", part.rpartition("=")[2].lstrip(_QUOTES), (("true", ""), ("false", ""))
    if kind is not None and kind.startswith("<"):
        from contactctl.completion import live

        return "words", part, live.names(kind, place, env)
    return "words", part, ((word, "") for word in (kind or "").split())
