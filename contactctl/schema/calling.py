"""What a caller must know of a command beside its flags: what it needs, does and ends with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.errors import ContactctlError, ExitCode, StoppedError
from contactctl.exact_json import JsonObject, JsonValue, Number
from contactctl.parameters import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from contactctl.errors import Ending
    from contactctl.menu import Leaf
    from contactctl.tree import Command

#: Every command may end with these: a signal, a full disk and a wrong flag spare none.
_ALWAYS = {
    ExitCode.DONE,
    ExitCode.BUG,
    ExitCode.USAGE,
    ExitCode.MACHINE,
    ExitCode.INTERRUPTED,
    ExitCode.TERMINATED,
}
_OF_THE_SERVICE = {ExitCode.CREDENTIALS, ExitCode.REFUSED, ExitCode.TRY_LATER}
#: Groups and commands that ask no service, but for the one that copies an account; some of them may
#: still find no profile, or no key in what they are given.
_LOCAL = {"sandbox", "forget", "completion", "schema", "help", "version"}
_COPIES_ACCOUNT = "sandbox load"
_WITH_KEYS = {"profile list", "profile use", "profile show", "profile remove", "sandbox serve"}
_OF_ONE_CONTACT = {
    *("update", "find", "delete", "suppression check", "suppression remove", "sandbox suppress")
}
_OF_MANY_ROWS = {"import", "apply"}

_BOOLEAN = r"(?i:true|false)"
#: What the repeatable flags of a contact take, as a regular expression over the whole value.
GRAMMARS: tuple[JsonObject, ...] = (
    {
        "flag": "--prop",
        "form": "KEY=VALUE",
        "pattern": r"[^=:]+=.*",
        "meaning": "split at the first =; the type that the account declares decides what VALUE is",
    },
    {
        "flag": "--prop",
        "form": "KEY:=JSON",
        "pattern": r"[^=:]+:=.+",
        "meaning": "exactly this JSON string, number, boolean or null",
    },
    {
        "flag": "--list",
        "form": "ID=true|false",
        "pattern": rf".+={_BOOLEAN}",
        "meaning": "split at the last =; ID is the id or the name of a mailing list",
    },
)
#: Variables of the environment that change what a call does.
VARIABLES = {
    "LOOPS_API_KEY": "the API key to use",
    "CONTACTCTL_PROFILE": "the profile to use; sandbox is the local stand-in",
    "CONTACTCTL_BASE_URL": "the address of the service that goes with LOOPS_API_KEY",
    "CONTACTCTL_EXPECT_TEAM": "the team whose API key it has to be before anything is written",
    "CONTACTCTL_READ_ONLY": "1: write nothing",
    "CONTACTCTL_ONLY_DOMAINS": "write to addresses at these domains alone",
    "CONTACTCTL_CONFIG_DIR": "the folder of the profiles",
    "CONTACTCTL_DATA_DIR": "the folder of the sandbox",
    "CONTACTCTL_CACHE_DIR": "the folder of what is known of properties and lists",
    "CONTACTCTL_STATE_DIR": "the folder of what runs can go on with",
    "CONTACTCTL_SANDBOX_DB": "the file of the sandbox",
    "CONTACTCTL_SANDBOX_STRICT": "1: the sandbox refuses whatever the service might",
    "CONTACTCTL_DEBUG": "1: show where a bug happened",
    "HTTPS_PROXY": "the proxy for https; https_proxy, all_proxy and ALL_PROXY count as well",
    "NO_PROXY": "names, domains and networks without a proxy; no_proxy counts as well",
    "SSL_CERT_FILE": "a file with the certificates to trust, instead of those of the system",
    "SSL_CERT_DIR": "a folder with the certificates to trust, instead of those of the system",
    "NO_COLOR": "not empty: no colours",
    "FORCE_COLOR": "not empty: colours off a terminal too",
    "CI": "not empty: ask nothing, move nothing, mask addresses in text",
    "GITHUB_ACTIONS": "true: annotate rows that fail, and have the log hide keys of key commands",
}


def calling(path: Sequence[str], leaf: Leaf, command: Command) -> JsonObject:
    """Return what a command needs one of, what it does, and what it may end with."""
    name = " ".join(path)
    codes: list[JsonValue] = [Number(str(int(code))) for code in sorted(_codes(name, command))]
    return {
        "needsOneOf": [*_needs(name, command)],
        "readOnly": leaf.effect == "reads",
        "destructive": leaf.effect == "destroys",
        "exitCodes": codes,
    }


def error_code_docs() -> list[JsonValue]:
    """Return every error code with its exit code, its meaning and whether a repeat may help."""
    kinds: dict[str, type[Ending]] = {}
    for kind in _kinds(ContactctlError, StoppedError):
        kinds.setdefault(kind.code, kind)  # some tell apart what is one to a caller
    return [
        {
            "code": code,
            "exitCode": Number(str(int(kind.exit_code))),
            # The same call, unchanged, somewhat later.
            "retry": kind.exit_code is ExitCode.TRY_LATER,
            "meaning": _meaning(kind),
        }
        for code, kind in kinds.items()
    ]


def _meaning(kind: type[Ending]) -> str:
    if kind is ContactctlError:  # only what nobody foresaw ends as one of these
        return kind.exit_code.meaning
    # Said once, where the error is defined.
    return (kind.__doc__ or "").partition("\n")[0].replace("``", "").rstrip(".")


def _kinds(*roots: type[Ending]) -> Iterator[type[Ending]]:
    for kind in roots:
        yield kind
        yield from _kinds(*kind.__subclasses__())


def _needs(name: str, command: Command) -> list[str]:
    flags = {one for item in command.params for one in names_of(item)}
    takes_address = any(item.name == "address" for item in command.params)
    if not takes_address or "--email" not in flags:
        return []
    # The service creates nobody by a user id alone.
    others = ("--data",) if name == "create" else ("--user-id", "--data", "--from")
    return ["ADDRESS", "--email", *(one for one in others if one in flags)]


def _codes(name: str, command: Command) -> set[ExitCode]:
    codes = set(_ALWAYS)
    if name in _WITH_KEYS:
        codes.add(ExitCode.CREDENTIALS)
    elif name == _COPIES_ACCOUNT or name.partition(" ")[0] not in _LOCAL:
        codes |= _OF_THE_SERVICE
    if name in _OF_ONE_CONTACT:
        codes.add(ExitCode.NOT_FOUND)
    if name in _OF_MANY_ROWS or any("--from" in names_of(item) for item in command.params):
        codes.add(ExitCode.ROWS_FAILED)
    if any("--exit-code" in names_of(item) for item in command.params):
        codes.add(ExitCode.WOULD_CHANGE)
    return codes
