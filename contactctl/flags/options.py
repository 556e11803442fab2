"""The flags that every command takes, and the decorator that gives a command its session."""

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias

import typer

from contactctl import __version__
from contactctl.service.retry_policy import worst_total_s
from contactctl.session import DEFAULT_RETRIES, DEFAULT_TIMEOUT_S, Flags, open_session

GLOBAL_PANEL = "Options of every command"
_WORST_S = worst_total_s(DEFAULT_TIMEOUT_S, DEFAULT_RETRIES)
_WORST_LOOKING_S = worst_total_s(DEFAULT_TIMEOUT_S, DEFAULT_RETRIES, looks_first=True)


def _flag(*names: str, help: str, **more: Any) -> Any:  # noqa: A002, ANN401 - Typer's own words
    return typer.Option(*names, help=help, rich_help_panel=GLOBAL_PANEL, **more)


ProfileFlag = Annotated[
    str | None,
    _flag("-p", "--profile", metavar="NAME", help="Use the API key of this profile."),
]
SandboxFlag = Annotated[
    bool,
    _flag("--sandbox", help="Use the local sandbox: no key, and nothing leaves this machine."),
]
OutputFlag = Annotated[
    Literal["text", "json"] | None,
    _flag("-o", "--output", help="Format of answers and errors; text if left out."),
]
QuietFlag = Annotated[bool, _flag("-q", "--quiet", help="Print the bare answer and errors only.")]
VerboseFlag = Annotated[
    bool,
    _flag("-v", "--verbose", help="Show requests and replies on stderr, the key masked."),
]
TimeoutFlag = Annotated[
    float | None,
    _flag(
        "--timeout",
        metavar="SECONDS",
        min=0.05,
        max=3600,
        help=f"Time limit of one attempt, from start to end; {DEFAULT_TIMEOUT_S:.0f} if left out.",
    ),
]
RetriesFlag = Annotated[
    int | None,
    _flag(
        "--retries",
        metavar="N",
        min=0,
        max=20,
        help=f"Retries after a failure that may pass; {DEFAULT_RETRIES} if left out. At worst a"
        f" call then takes {_WORST_S:.0f} s, with the longest waits that the service may ask for,"
        f" or {_WORST_LOOKING_S:.0f} s where it must look before it retries.",
    ),
]
NoInputFlag = Annotated[bool, _flag("--no-input", help="Never ask a question.")]
NoColorFlag = Annotated[bool, _flag("--no-color", help="Use no colours.")]
MaskFlag = Annotated[
    bool | None,
    _flag("--mask/--no-mask", help="Show a***@example.com for addresses in text, as with CI set."),
]


def _print_version(context: typer.Context, *, wanted: bool) -> None:
    # Resilient parsing reads the words of others and carries nothing out.
    if wanted and not context.resilient_parsing:
        context.obj.output().write_lines([f"contactctl {__version__}"])
        raise typer.Exit


VersionFlag = Annotated[
    bool,
    _flag("--version", is_eager=True, callback=_print_version, help="Print the version and exit."),
]


def _print_help(context: typer.Context, *, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from contactctl.help.drawing import show_page

        command: Any = context.command  # either kind of the tree's, and both have a page
        show_page(command.page(context.command_path), context.obj)
        raise typer.Exit


HelpFlag = Annotated[
    bool,
    _flag("-h", "--help", is_eager=True, callback=_print_help, help="Show this help and exit."),
]


class _GlobalFlags(NamedTuple):
    """The parameters that the decorator appends, as Typer reads them."""

    profile: ProfileFlag = None
    sandbox: SandboxFlag = False
    output: OutputFlag = None
    quiet: QuietFlag = False
    verbose: VerboseFlag = False
    timeout: TimeoutFlag = None
    retries: RetriesFlag = None
    no_input: NoInputFlag = False
    no_color: NoColorFlag = False
    mask: MaskFlag = None
    version: VersionFlag = False
    help: HelpFlag = False


#: A command may return its exit code; None is 0.
Command: TypeAlias = Callable[..., int | None]


def with_session(function: Command) -> Callable[[], Command]:
    """Return what makes a command of a function, once it is called for.

    The command takes the global flags, and gives the function an open session as its first
    argument. Made later, since a module has more commands than the one that is called.

    The flags stand at both levels of the command line; where both are given the inner one wins. A
    parameter whose type is a class stands for one flag per parameter of its constructor, so that
    commands can share sets of flags; one named ``context`` is given Typer's context.
    """
    return functools.partial(_make_command, function)


def _make_command(function: Command) -> Command:
    own = list(inspect.signature(function).parameters.values())[1:]  # but for the session
    sets = {item.name: item.annotation for item in own if _is_flag_set(item)}
    members = {name: [*inspect.signature(kind).parameters] for name, kind in sets.items()}
    given = [item for item in own if item.name != "context"]

    @functools.wraps(function)
    def command(*, context: typer.Context, **values: object) -> int | None:
        flags = take_flags(context, values)
        # Typer knows single flags alone: those of a set are put together again here.
        for name, kind in sets.items():
            values[name] = kind(**_take(values, members[name]))
        if len(given) < len(own):
            values["context"] = context
        with open_session(flags, context.obj) as session:
            return function(session, **values)

    _set_signature(command, given)
    return command


def root(context: typer.Context, **values: object) -> None:
    """Keep the flags given before the command word."""
    take_flags(context, values)


def take_flags(context: typer.Context, values: dict[str, object]) -> Flags:
    """Move the global flags out of a command's values and lay them over those given before."""
    for answered in ("version", "help"):  # while it was parsed
        values.pop(answered)
    given = Flags(**_take(values, Flags._fields))
    # Kept with the run: an error in what follows is told in the form asked for so far.
    context.obj.flags = context.obj.flags.under(given)
    flags: Flags = context.obj.flags
    return flags


def _take(values: dict[str, object], names: Iterable[str]) -> dict[str, Any]:
    return {name: values.pop(name) for name in names}


def _is_flag_set(parameter: inspect.Parameter) -> bool:
    # A single flag is Annotated, which is no class.
    return isinstance(parameter.annotation, type) and parameter.annotation is not typer.Context


def _flattened(parameters: Iterable[inspect.Parameter]) -> Iterator[inspect.Parameter]:
    for parameter in parameters:
        if _is_flag_set(parameter):
            yield from inspect.signature(parameter.annotation).parameters.values()
        else:
            yield parameter


def _set_signature(function: Command, own: Iterable[inspect.Parameter]) -> None:
    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    flags = inspect.signature(_GlobalFlags).parameters.values()
    parameters = [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for parameter in (*_flattened(own), *flags, context)
    ]
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # for inspect
    # It would be worked through once more for types that the signature names only; it names none.
    function.__annotations__ = {}


_set_signature(root, [])
