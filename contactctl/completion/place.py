"""Where on the command line the cursor is, read from the words before it."""

from __future__ import annotations

from contactctl.completion.table import ARGUMENTS, CHILDREN, FLAGS, GLOBAL_FLAGS, ROWS

TYPE_CHECKING = False  # importing the constant of `typing` would cost half as much as the answer
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


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
    given so far by the flag's longest name; ``position`` counts the arguments given.
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        self.command: str | None = ""
        self.flags = _flags_of("")
        self.given: set[str] = set()
        self.settings: dict[str, str] = {}
        self.waiting: Flag | None = None
        self.position = 0
        self.flags_ended = False
        for word in words:
            self._take(word)

    @property
    def children(self) -> Mapping[str, str]:
        """The commands below this one, each with its summary."""
        return CHILDREN.get(self.command or "", {}) if self.command is not None else {}

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
        elif word in self.children:
            self.command = f"{self.command} {word}".lstrip()
            self.flags = _flags_of(self.command)
            self.flags_ended = False
        else:
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
