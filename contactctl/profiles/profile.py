"""One profile: a base URL, where its API key comes from, and what it may write."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from contactctl.errors import UsageError
from contactctl.safe_text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SANDBOX_NAME = "sandbox"
#: Names become completion candidates, so only what no shell interprets may stand in one.
NAME_RULE = "1 to 80 of A-Z a-z 0-9 _ . @ + -, not beginning with -"
_NAME = r"[A-Za-z0-9_.@+][A-Za-z0-9_.@+-]{0,79}"
#: Two labels at least: a top-level domain alone would hold nobody back.
_DOMAIN = r"[a-z0-9-]+(?:\.[a-z0-9-]+)+"
_VARIABLE = r"[^=\0\s]+"


# No tuples: a command and a variable of one text would be equal, and a key would be shown.
class _KeyText:
    """What stands in ``profiles.toml`` for a key; it may be the key, so that nothing shows it."""

    __slots__ = ("text",)
    __match_args__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and other.text == self.text

    def __hash__(self) -> int:
        return hash((type(self), self.text))

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class StoredKey(_KeyText):
    """A key that stands there as plain text."""

    __slots__ = ()


class KeyVariable(_KeyText):
    """A key that is read from the environment variable of this name at each use."""

    __slots__ = ()


class KeyCommand(_KeyText):
    """A key that this command prints at each use."""

    __slots__ = ()


KeySource: TypeAlias = StoredKey | KeyVariable | KeyCommand

#: The key that each source stands under in a profile's table.
_SOURCES: dict[str, Callable[[str], KeySource]] = {
    "key": StoredKey,
    "key_env": KeyVariable,
    "key_command": KeyCommand,
}
_OWN_KEYS = frozenset({"base_url", *_SOURCES, "team", "read_only", "only_domains", "expect_team"})


class Profile(NamedTuple):
    """A named base URL and key; ``team`` is the name seen when the key was last checked.

    ``only_domains`` holds lower-case domains; empty means that any address may be written to.
    ``expected_team`` is whose key it has to be.
    """

    name: str
    base_url: str
    key: KeySource
    team: str | None = None
    read_only: bool = False
    only_domains: tuple[str, ...] = ()
    expected_team: str | None = None

    def to_table(self) -> dict[str, object]:
        """Return the profile's table in ``profiles.toml``; what is not set is not in it."""
        table: dict[str, object] = {
            "base_url": self.base_url,
            **_key_entry(self.key),
            "team": self.team,
            "read_only": self.read_only,
            "only_domains": list(self.only_domains),
            "expect_team": self.expected_team,
        }
        # TOML has no null, and a short file is easier to check by eye.
        return {key: value for key, value in table.items() if value not in (None, False, [])}


class TableError(ValueError):
    """A profile's table is not what it should be; the message names the key, never its value."""


def parse_table(name: str, table: Mapping[str, object]) -> Profile:
    """Read a profile from its table; keys that this version does not know are passed over.

    Raises :class:`TableError`.
    """
    if not is_name(name):
        raise TableError(f"a profile's name is {NAME_RULE}, and {SANDBOX_NAME} is taken")
    return Profile(
        name=name,
        base_url=_text(table, "base_url"),
        key=_key_source(table),
        team=_text(table, "team") if "team" in table else None,
        read_only=_flag(table, "read_only"),
        only_domains=_domains(table),
        expected_team=_text(table, "expect_team") if "expect_team" in table else None,
    )


def unknown_part(table: Mapping[str, object]) -> dict[str, object]:
    """Return what another version, or the user, has put into a profile's table."""
    return {key: value for key, value in table.items() if key not in _OWN_KEYS}


def is_name(text: str) -> bool:
    """Tell whether a profile may have this name."""
    return re.fullmatch(_NAME, text) is not None and text != SANDBOX_NAME


def check_name(text: str) -> str:
    """Return a new profile's name.

    Raises :class:`UsageError` for ``sandbox`` and for a name outside :data:`NAME_RULE`.
    """
    if text == SANDBOX_NAME:
        raise UsageError(
            f"the name {SANDBOX_NAME} is taken: it means the local sandbox, which needs no profile",
            hint="choose another name, or give --sandbox to the command you want to try",
        )
    if not is_name(text):
        raise UsageError("this cannot be the name of a profile", hint=f"use {NAME_RULE}")
    return text


def check_variable(text: str) -> KeyVariable:
    """Return the reference to an environment variable, which need not be set yet.

    Raises :class:`UsageError` for a text that cannot name one.
    """
    if not text.isascii() or not text.isprintable() or re.fullmatch(_VARIABLE, text) is None:
        raise UsageError(
            "--key-env takes the name of an environment variable",
            hint="give the name alone, without $ and =, such as --key-env LOOPS_KEY_WORK",
        )
    return KeyVariable(text)


def parse_domains(text: str, where: str = "--only-domains") -> tuple[str, ...]:
    """Return the domains in a list separated by commas, lower-cased, each once, in order.

    ``where`` has them. Raises :class:`UsageError` for what is no plain domain (``example.com``).
    """
    domains = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",")))
    for domain in domains:
        if re.fullmatch(_DOMAIN, domain) is None:
            raise UsageError(
                f"{where}: {quoted(domain)} is not a domain",
                hint="give whole domains separated by commas, such as example.com,example.org",
            )
    return domains


def _key_entry(source: KeySource) -> dict[str, str]:
    match source:
        case StoredKey(text):
            return {"key": text}
        case KeyVariable(name):
            return {"key_env": name}
        case KeyCommand(text):
            return {"key_command": text}


def _key_source(table: Mapping[str, object]) -> KeySource:
    # Of two that disagree, neither would be more meant than the other.
    given = [key for key in _SOURCES if key in table]
    if len(given) != 1:
        raise TableError(f"it needs one of {', '.join(_SOURCES)}, and has {len(given)}")
    return _SOURCES[given[0]](_text(table, given[0]))


def _text(table: Mapping[str, object], key: str) -> str:
    value = table.get(key)
    if not isinstance(value, str):
        raise TableError(f"{key} must be a string in quotes")
    return value


def _flag(table: Mapping[str, object], key: str) -> bool:
    value = table.get(key, False)
    # Not whatever Python takes for true, as it does the text "false".
    if not isinstance(value, bool):
        raise TableError(f"{key} must be true or false")
    return value


def _domains(table: Mapping[str, object]) -> tuple[str, ...]:
    """Read the domains; an empty list is refused, since it could mean none or all."""
    value = table.get("only_domains")
    if value is None:
        return ()
    if not isinstance(value, list) or not value:
        raise TableError("only_domains must be a list of one or more domains")
    domains = tuple(item.lower() if isinstance(item, str) else "" for item in value)
    if not all(re.fullmatch(_DOMAIN, domain) for domain in domains):
        raise TableError("only_domains must hold domains such as example.com")
    return domains
