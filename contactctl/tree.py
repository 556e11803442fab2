"""The command tree as Typer runs it: a command is imported and built only when it is called."""

from __future__ import annotations

import importlib
import inspect
import math
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from contactctl.errors import UsageError
from contactctl.menu import Branch
from contactctl.parameters import Words, read_ourselves, refusal_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contactctl.help.drawing import Page
    from contactctl.menu import Leaf

    # Of Typer's own parser: its classes are private, and called otherwise in each version we take.
    Context: TypeAlias = Any
    Parameter: TypeAlias = Any
    Found: TypeAlias = tuple[str | None, TyperCommand | TyperGroup | None, list[str]]

#: Typer keeps its parser's error class private under a name that changed between the versions we
#: take; the base of its public ``BadParameter`` is that class in all of them.
_ParseError: type[Exception] = typer.BadParameter.__bases__[0]


class Command(TyperCommand):
    """A command that takes no flag for a value, takes no field twice and repeats no stray word."""

    #: The flags that its group takes as well; of these the last one wins.
    shared: frozenset[str | None] = frozenset()
    examples: Sequence[str] = ()

    def page(self, path: str) -> Page:
        """Return the help of the command that these words call."""
        from contactctl.help.pages import command_page

        own = [item for item in self.params if item.name not in self.shared]
        return command_page(path, self.help or "", own, self.examples)

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Check the words before Typer's own parser, which would take them silently."""
        if not ctx.resilient_parsing:
            check_words(self, ctx, args)
        rest: list[str] = super().parse_args(ctx, args)
        return rest


class Group(TyperGroup):
    """A group of commands that are known by name and summary until one of them is called."""

    branch: Branch
    #: Declares and takes the flags of every command; a group takes them as well.
    flags: Callable[..., None]
    shared: frozenset[str | None] = frozenset()
    #: What was called before in this process, as ``main`` may be many times: built once.
    built: dict[str, TyperCommand | TyperGroup]

    def page(self, path: str) -> Page:
        """Return the help of the group that these words call."""
        from contactctl.help.pages import branch_page

        return branch_page(path, self.branch)

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Print help when nothing follows."""
        if not args and not ctx.resilient_parsing:
            from contactctl.help.drawing import show_page

            show_page(self.page(ctx.command_path), ctx.obj)
            ctx.exit()
        has_command = ctx.resilient_parsing or bool(check_words(self, ctx, args).bare)
        rest: list[str] = super().parse_args(ctx, args)
        # Only now: --help and --version need none.
        if not has_command:
            raise UsageError("no command is given", hint=f"see `{ctx.command_path} --help`")
        return rest

    def resolve_command(self, ctx: Context, args: list[str]) -> Found:
        """Find the command that a word names, and build it now."""
        name = args[0]
        if ctx.resilient_parsing and name not in self.branch.children:
            return None, None, args[1:]
        if not ctx.resilient_parsing:
            ctx.obj.only_reads = getattr(self.branch.children.get(name), "effect", "") == "reads"
        return name, self.child(name, ctx.command_path), args[1:]

    def child(self, name: str, path: str) -> TyperCommand | TyperGroup:
        """Return the command of a name; ``path`` are the words of this group, for the error."""
        if name not in self.branch.children:
            _refuse_command(name, self.branch, path)
        if name not in self.built:
            self.built[name] = self._build(name)
        return self.built[name]

    def _build(self, name: str) -> TyperCommand | TyperGroup:
        node = self.branch.children[name]
        if isinstance(node, Branch):
            return make_group(name, node, self.flags)
        command = build(name, node)
        command.shared = self.shared
        return command


def make_group(name: str, branch: Branch, flags: Callable[..., None]) -> Group:
    """Build a group with the names and summaries of its children; none of them is imported."""
    app = typer.Typer(cls=Group, add_completion=False, rich_markup_mode=None)
    app.callback(help=branch.summary, add_help_option=False)(flags)
    group = get_command(app)
    assert isinstance(group, Group)  # noqa: S101 - what ``cls`` above asked for
    group.name, group.branch, group.flags, group.built = name, branch, flags, {}
    group.shared = frozenset(item.name for item in group.params)
    read_ourselves(group.params, _annotations(flags))
    group.commands = {
        child: TyperCommand(child, help=node.summary) for child, node in branch.children.items()
    }
    return group


def find_command(root: Group, words: Sequence[str]) -> Any:  # noqa: ANN401 - a Command or a Group
    """Return the command or group that words name; raises :class:`UsageError` for none."""
    found: Any = root
    path = str(root.name)
    for word in words:
        if not isinstance(found, Group):
            raise UsageError(f"{path} has no commands of its own", hint=f"see `{path} --help`")
        found, path = found.child(word, path), f"{path} {word}"
    return found


def build(name: str, node: Leaf) -> Command:
    """Import and build one command."""
    module = importlib.import_module(f"contactctl.commands.{node.module}")
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    function = getattr(module, node.function)()  # as with_session leaves it
    app.command(name, cls=Command, add_help_option=False)(function)
    command = get_command(app)
    assert isinstance(command, Command)  # noqa: S101 - what ``cls`` above asked for
    command.examples = module.EXAMPLES[node.function]
    read_ourselves(command.params, _annotations(function))
    return command


def _annotations(function: Callable[..., object]) -> dict[str, Any]:
    parameters = inspect.signature(function).parameters
    return {name: parameter.annotation for name, parameter in parameters.items()}


def check_words(command: Command | Group, ctx: Context, args: Sequence[str]) -> Words:
    """Refuse whatever is wrong with the words of a call, all of it at once; return them told apart.

    A flag taken for a value is among it: an empty shell variable would otherwise make ``--email
    $E --user-id 42`` take ``--user-id`` as the address. Raises :class:`UsageError`.
    """
    words = Words(command.params, args, stops=isinstance(command, Group))
    once = [item for item in words.given if not item.multiple and item.name not in command.shared]
    if (
        words.unknown
        or len(words.bare) > _places(command)
        or len({*map(id, once)}) < len(once)
        or any(_is_wrong(item, text, words) for item, text in words.values)
    ):
        from contactctl.changes.refusals import refused
        from contactctl.faults import usage_error

        error = usage_error(command, words, once, ctx.command_path, refused)
        if error is not None:
            raise error
    return words


def _places(command: Command | Group) -> float:
    """Return how many words a command takes that belong to no flag."""
    counts = [item.nargs for item in command.params if item.param_type_name == "argument"]
    is_open = isinstance(command, Group) or -1 in counts
    return math.inf if is_open else len(counts)


def _is_wrong(option: Parameter, text: str | None, words: Words) -> bool:
    if text is None or option.is_flag or refusal_of(option, text) is not None:
        return True
    return text.startswith("--") and text.partition("=")[0] in words.options


def to_usage_error(error: Exception) -> UsageError | None:
    """Turn Typer's complaint about the words into ours; None for any other exception."""
    if not isinstance(error, _ParseError):
        return None
    # _ParseError is known by its base alone, so that mypy does not know what it has.
    message = " ".join(error.format_message().split())  # type: ignore[attr-defined]
    path = getattr(getattr(error, "ctx", None), "command_path", "contactctl")
    return UsageError(message, hint=f"see `{path} --help`")


def _refuse_command(word: str, branch: Branch, path: str) -> NoReturn:
    from contactctl.faults import unknown_command

    raise unknown_command(word, branch, path)
