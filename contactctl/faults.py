"""What is wrong with the words of a call: all of it at once, and what to type instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from contactctl.errors import UsageError
from contactctl.parameters import Words, missing_words, names_of, refusal_of
from contactctl.wording import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from contactctl.menu import Branch

    # Of Typer's own parser, whose classes are private.
    Command: TypeAlias = Any
    Parameter: TypeAlias = Any

#: What other programs call our commands, by the group in which it is looked for.
_COMMANDS: Mapping[str, Mapping[str, str]] = {
    "": {
        **dict.fromkeys(("get", "show", "view", "lookup", "search", "read"), "find ADDRESS"),
        **dict.fromkeys(("export", "backup"), "find --from FILE -o json"),
        **dict.fromkeys(("restore",), "import BACKUP"),
        **dict.fromkeys(("erase", "wipe"), "delete --from FILE"),
        **dict.fromkeys(("rm", "remove", "del"), "delete ADDRESS"),
        **dict.fromkeys(("upsert", "set", "edit", "change", "modify", "put"), "update ADDRESS"),
        **dict.fromkeys(("add", "new", "insert"), "create ADDRESS"),
        **dict.fromkeys(("subscribe", "resubscribe"), "update ADDRESS --subscribed"),
        **dict.fromkeys(("unsubscribe", "optout"), "update ADDRESS --unsubscribed"),
        **dict.fromkeys(("list", "ls"), "lists"),
        **dict.fromkeys(("upload", "load", "sync", "bulk"), "import FILE"),
        **dict.fromkeys(("plan", "preview"), "import FILE --plan PLAN"),
        **dict.fromkeys(("undo", "rollback", "revert"), "apply UNDO-FILE"),
        **dict.fromkeys(("login", "auth", "init", "configure"), "profile add NAME"),
        **dict.fromkeys(("whoami", "ping", "test"), "profile check"),
        **dict.fromkeys(("config", "settings"), "profile show"),
        **dict.fromkeys(("logout",), "profile remove NAME"),
        **dict.fromkeys(("use", "switch"), "profile use NAME"),
        **dict.fromkeys(("status", "check", "info"), "doctor"),
        **dict.fromkeys(("props", "fields", "attributes"), "properties list"),
        **dict.fromkeys(("serve", "server", "mock"), "sandbox serve"),
        **dict.fromkeys(("purge", "clean"), "forget"),
        **dict.fromkeys(("suppressed", "suppressions"), "suppression check ADDRESS"),
    },
    "profile": {
        **dict.fromkeys(("login", "create", "new", "set"), "add NAME"),
        **dict.fromkeys(("rm", "delete", "logout"), "remove NAME"),
        **dict.fromkeys(("switch", "select", "activate"), "use NAME"),
        **dict.fromkeys(("get", "view"), "show NAME"),
        **dict.fromkeys(("test", "whoami"), "check"),
        "ls": "list",
    },
    "properties": {
        **dict.fromkeys(("add", "new"), "create NAME --type TYPE"),
        **dict.fromkeys(("ls", "show", "get"), "list"),
    },
    "suppression": {
        **dict.fromkeys(("show", "status", "get", "find"), "check ADDRESS"),
        **dict.fromkeys(("rm", "delete", "lift"), "remove ADDRESS"),
    },
    "sandbox": {
        **dict.fromkeys(("start", "run", "up"), "serve"),
        **dict.fromkeys(("export", "show", "list"), "dump"),
        **dict.fromkeys(("clear", "empty", "clean"), "reset"),
    },
}
#: What other programs call our flags; each is named where its command takes it.
_FLAGS = {
    "--json": "--output json",
    "--text": "--output text",
    "--force": "--yes",
    "--id": "--user-id",
    "--mail": "--email",
    "--address": "--email",
    "--name": "--first-name",
    "--property": "--prop",
    "--properties": "--prop",
    "--field": "--prop",
    "--mailing-list": "--list",
    "--lists": "--list",
    "--clear": "--unset",
    "--silent": "--quiet",
    "--debug": "--verbose",
    "--dry": "--dry-run",
    "--test": "--sandbox",
    "--account": "--profile",
    "--env": "--profile",
    "--non-interactive": "--no-input",
}
_KEYS = ("--api-key", "--key", "--token")


class Fault(NamedTuple):
    """One thing that is wrong, with the way out; ``command`` is a line to type."""

    message: str
    hint: str | None = None
    command: str | None = None


def unknown_command(word: str, branch: Branch, path: str) -> UsageError:
    """Return the error for a word that names no command of a group.

    ``path`` are the words that call the group. The word itself is repeated only where it is known.
    """
    meant = _COMMANDS.get(path.partition(" ")[2], {}).get(word)
    known = f'there is no command "{word}"' if meant else "there is no such command"
    near = [] if meant else nearest(word, branch.children)
    if meant is None and len(near) == 1:
        meant = near[0]
    if meant is None and "@" in word and "find" in branch.children:
        meant = "find ADDRESS"
    hint = f"did you mean {' or '.join(near)}?" if near else f"see `{path} --help`"
    error = UsageError(known, hint="type this instead" if meant else hint)
    error.command = f"{path} {meant}" if meant else None
    return error


def all_told(faults: Sequence[tuple[str, str | None]]) -> str:
    """Return one message for several things that are wrong, each with its way out."""
    lines = [f"  {message}; {hint}" if hint else f"  {message}" for message, hint in faults]
    return "\n".join([f"{len(faults)} things are wrong:", *lines])


def usage_error(
    command: Command,
    words: Words,
    once: Sequence[Parameter],
    path: str,
    refused: Callable[[str, str], UsageError | None],
) -> UsageError | None:
    """Return one error for all that is wrong with the words of a call; None for nothing.

    ``once`` are the flags given that may be given one time; ``path`` are the command's words.
    ``refused`` tells why the parameter of a name does not take a text.
    """
    faults = list(_faults(command, words, once, refused))
    if not faults:
        return None
    see = f"see `{path} --help`"
    if len(faults) == 1:
        (fault,) = faults
        error = UsageError(fault.message, hint=fault.hint or see)
        error.command = fault.command
        return error
    return UsageError(all_told([(one.message, one.hint) for one in faults]), hint=see)


def _faults(
    command: Command,
    words: Words,
    once: Sequence[Parameter],
    refused: Callable[[str, str], UsageError | None],
) -> Iterator[Fault]:
    for name in dict.fromkeys(words.unknown):
        yield _unknown_flag(name, words)
    for option, text in words.values:
        fault = _value_fault(option, text, words)
        if fault is None and text is not None and option.name is not None:
            error = refused(option.name, text)
            fault = None if error is None else Fault(error.message, error.hint)
        if fault is not None:
            yield fault
    yield from _wrong_address(command.params, words, refused)
    for option in {id(item): item for item in once if once.count(item) > 1}.values():
        names = " or ".join([option.opts[-1], *option.secondary_opts])
        yield Fault(f"{names} is given twice", "give it once")
    if getattr(command, "branch", None) is None:
        yield from _wrong_number(command.params, words)


def _wrong_address(
    parameters: Sequence[Parameter], words: Words, refused: Callable[[str, str], UsageError | None]
) -> Iterator[Fault]:
    first = words.bare[0] if words.bare else ""
    # Without an @ it is no address, and may be anything.
    if "@" in first and any(item.name == "address" for item in parameters):
        error = refused("email", first)
        if error is not None:
            yield Fault(error.message, error.hint)


def _unknown_flag(name: str, words: Words) -> Fault:
    message = f"there is no flag {name}"
    if name in _KEYS:
        return Fault(
            message,
            "a key is never passed as an argument; save it once",
            "contactctl profile add NAME",
        )
    meant = _FLAGS.get(name, "")
    if meant.partition(" ")[0] in words.options:
        return Fault(message, f"did you mean {meant}?")
    if f"-{name}" in words.options:
        return Fault(message, f"did you mean -{name}?")
    near = nearest(name, [one for one in words.options if one.startswith("--")])
    return Fault(message, f"did you mean {' or '.join(near)}?" if near else None)


def _value_fault(option: Parameter, text: str | None, words: Words) -> Fault | None:
    name = option.opts[-1]
    if option.is_flag:
        return Fault(f"{name} takes no value", f"give {name} alone")
    if text is None:
        return Fault(f"{name} has no value", f"give {name} {option.metavar or 'a value'}")
    is_apart = (option, text) in words.apart
    if is_apart and text.startswith("--") and text.partition("=")[0] in words.options:
        return Fault(
            f"{name} has no value: {text} follows it, which is a flag itself",
            f"give {name} a value; to mean that very text, write {name}={text}",
        )
    refusal = refusal_of(option, text)
    return None if refusal is None else Fault(refusal)


def _wrong_number(parameters: Sequence[Parameter], words: Words) -> Iterator[Fault]:
    arguments = [item for item in parameters if not names_of(item)]
    takes_all = any(item.nargs == -1 for item in arguments)
    # A word behind a flag that there is not may be its value, and no fault of its own.
    more = 0 if takes_all else max(len(words.bare) - len(arguments) - len(words.unknown), 0)
    if more:
        yield _stray_words(words.bare[-more:], words)
    answered = {item.name for item in words.given} & {"help", "version"}
    if answered:
        return
    for at, item in enumerate(arguments):
        if item.required and at >= len(words.bare):
            yield Fault(missing_words(item))
    for item in parameters:
        if names_of(item) and item.required and item not in words.given:
            yield Fault(missing_words(item))
    if _names_nobody(arguments, words):
        yield Fault("no contact is named", "give an address or --user-id ID")


def _names_nobody(arguments: Sequence[Parameter], words: Words) -> bool:
    """Tell whether a command that is about one contact is given none."""
    given = {item.name for item in words.given}
    takes = any(item.name == "address" for item in arguments) and "--email" in words.options
    return takes and not words.bare and not given & {"email", "user_id", "data"}


def _stray_words(stray: Sequence[str], words: Words) -> Fault:
    """Return the fault of words that belong to no flag; they are not repeated."""
    hint = "put values that hold spaces in quotes"
    if any("@" in word for word in stray) and "--email" in words.options:
        hint = "an address is given once"
    many = "words are" if len(stray) > 1 else "word is"
    return Fault(f"{len(stray)} {many} too many (not shown, as it could be a secret)", hint)
