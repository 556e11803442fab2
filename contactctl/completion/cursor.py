"""Where on the command line the cursor is, and what Tab offers there.

The scripts give the words before the cursor as arguments and the word at the cursor in a variable.
The first line of the answer is ``words N`` or ``files N``: the last N characters of that word are
to be replaced, by one of the candidates on the lines that follow or by the name of a file. Behind
a tab stands what a candidate means.
"""

from __future__ import annotations

from contactctl.completion.table import ARGUMENTS, CHILDREN, FLAGS, GLOBAL_FLAGS, ROWS

TYPE_CHECKING = False  # importing the constant of `typing` would cost half as much as the answer
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import TextIO, TypeAlias

    #: Texts that could stand at the cursor, each with its meaning.
    Candidates: TypeAlias = Iterable[tuple[str, str]]
    Offer: TypeAlias = tuple[str, str, Candidates]

SHELLS = ("bash", "zsh", "fish", "powershell")
#: As `__main__` has it, which looks for it before anything is imported.
SHELL_VARIABLE = "_CONTACTCTL_COMPLETE"
WORD_VARIABLE = "_CONTACTCTL_WORD"
#: These show what they are given; the others match it against the word in ways of their own.
_SHELLS_THAT_DO_NOT_MATCH = ("bash", "powershell")
#: A shell puts a candidate on the line as it is: nothing in it may mean more to one.
_SAFE_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.@+-")
#: The most that a profile's name may have; the cache's names are held to the same.
_LONGEST = 80
_QUOTES = "\"'\\"
#: Their arguments are the words of a command; what else each takes has its meaning beside it.
_ABOUT_COMMANDS: Mapping[str, Mapping[str, str]] = {
    "help": {"options": "The options of every command", "exit-codes": "The exit codes"},
    "schema": {},
}


class Flag:
    """One flag: its names, what it takes as a value, and whether it may be repeated.

    ``values`` is None for a switch, else as in the table: words that are its closed set, a kind in
    angle brackets, or empty for any text.
    """

    __slots__ = ("meaning", "name", "names", "repeats", "values")

    def __init__(self, key: str) -> None:
        others, self.values, self.meaning = ROWS[key]
        self.name = key.partition("#")[0]
        self.names = [name for name in others.split() if name != "..."]
        self.repeats = len(self.names) < len(others.split())
        self.names.append(self.name)


class Place:
    """A command, the flags given to it so far, and what the next word would be.

    ``command`` is the command's words, empty for the program itself and None for a command that
    does not exist. ``waiting`` is the flag whose value comes next; ``settings`` holds the values
    given so far by the flag's longest name; ``position`` counts the arguments given, ``about`` has
    them as words.
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        self.command: str | None = ""
        self.flags = _flags_of("")
        self.given: set[str] = set()
        self.settings: dict[str, str] = {}
        self.waiting: Flag | None = None
        self.position = 0
        self.about = ""
        self.flags_ended = False
        for word in words:
            self._take(word)

    @property
    def children(self) -> Mapping[str, str]:
        """The commands below this one, each with its summary."""
        return CHILDREN.get(self.command or "", {}) if self.command is not None else {}

    @property
    def choices(self) -> Mapping[str, str]:
        """The commands that could stand here, be it to be called or to be explained."""
        topics = _ABOUT_COMMANDS.get(self.command or "")
        if topics is None:
            return self.children
        return {**CHILDREN.get(self.about, {}), **({} if self.about else topics)}

    @property
    def argument(self) -> str | None:
        """What the next argument is, in the table's words; None when there is none."""
        kinds = ARGUMENTS.get(self.command or "", ())
        return kinds[self.position] if self.position < len(kinds) else None

    def flag(self, name: str) -> Flag | None:
        """Return the flag of this name."""
        return next((flag for flag in self.flags if name in flag.names), None)

    def _take(self, word: str) -> None:
        if self.waiting is not None:
            self._set(self.waiting, word)
        elif self.flags_ended or word == "-" or not word.startswith("-"):
            self._take_argument(word)
        elif word == "--":
            self.flags_ended = True
        elif word.startswith("--"):
            self._take_long(word)
        else:
            self._take_short(word[1:])

    def _take_argument(self, word: str) -> None:
        if not self.children:
            self.position += 1
            self.about = f"{self.about} {word}".lstrip()
        elif word in self.children:
            self.command = f"{self.command} {word}".lstrip()
            # Typer parses each level again: -- before a command does not hold behind it.
            self.flags = _flags_of(self.command)
            self.flags_ended = False
        else:
            # Nothing is offered behind a word that is no command: it would look like one.
            self.command = None
            self.flags = ()

    def _take_long(self, word: str) -> None:
        name, equals, value = word.partition("=")
        flag = self._give(name)
        if flag is not None and equals:
            self._set(flag, value)

    def _take_short(self, letters: str) -> None:
        """Read flags of one letter each written together, the last perhaps with its value."""
        for position, letter in enumerate(letters, start=1):
            flag = self._give(f"-{letter}")
            if flag is None:
                return
            if flag.values is not None:
                if letters[position:]:
                    self._set(flag, letters[position:])
                return

    def _give(self, name: str) -> Flag | None:
        flag = self.flag(name)
        if flag is not None:
            self.given.update(flag.names)
            self.waiting = flag if flag.values is not None else None
        return flag

    def _set(self, flag: Flag, value: str) -> None:
        self.settings[flag.name] = value
        self.waiting = None


def _flags_of(command: str) -> tuple[Flag, ...]:
    return tuple(Flag(key) for key in f"{FLAGS.get(command, '')} {GLOBAL_FLAGS}".split())


def answer(argv: Sequence[str], env: Mapping[str, str], stdout: TextIO | None) -> int | None:
    """Write the candidates for the shell that ``env`` names and return the exit code, always 0.

    Return None, with nothing written, when it names none of ours: the call is an ordinary one.
    """
    shell = env.get(SHELL_VARIABLE)
    # The variable has this form in Typer too, whose own values mean other calls.
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
    # Some shells hand the word over with the quote that opens it.
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
    if place.choices:
        return "words", word, place.choices.items()
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
        from contactctl.completion import cached_names

        return "words", part, cached_names.names(kind, place, env)
    return "words", part, ((word, "") for word in (kind or "").split())
