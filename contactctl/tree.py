"""The command tree as Typer runs it: a command is imported and built only when it is called."""

from __future__ import annotations

import importlib
import inspect
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from contactctl.errors import UsageError
from contactctl.menu import Branch
from contactctl.parameters import read_ourselves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

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
    """A command that swallows no flag, takes no field twice and repeats no stray word."""

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
            with _placed(ctx):
                check_words(self, ctx, args)
        ctx.allow_extra_args = True
        rest: list[str] = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            raise _stray_words(rest, ctx)
        return rest


class Group(TyperGroup):
    """A group of commands that are known by name and summary until one of them is called."""

    branch: Branch
    #: Declares and takes the flags of every command; a group takes them as well.
    flags: Callable[..., None]
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
        rest: list[str] = super().parse_args(ctx, args)
        return rest

    def resolve_command(self, ctx: Context, args: list[str]) -> Found:
        """Find the command that a word names, and build it now."""
        name = args[0]
        if ctx.resilient_parsing and name not in self.branch.children:
            return None, None, args[1:]
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
        command.shared = frozenset(item.name for item in self.params)
        return command


def make_group(name: str, branch: Branch, flags: Callable[..., None]) -> Group:
    """Build a group with the names and summaries of its children; none of them is imported."""
    app = typer.Typer(cls=Group, add_completion=False, rich_markup_mode=None)
    app.callback(help=branch.summary, add_help_option=False)(flags)
    group = get_command(app)
    assert isinstance(group, Group)  # noqa: S101 - what ``cls`` above asked for
    group.name, group.branch, group.flags, group.built = name, branch, flags, {}
    read_ourselves(group.params, _annotations(flags))
    group.commands = {
        child: TyperCommand(child, help=node.summary) for child, node in branch.children.items()
    }
    return group


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


def check_words(command: Command, ctx: Context, args: Sequence[str]) -> None:
    """Refuse a flag swallowed as a value, and a flag of one field given twice.

    An empty shell variable would otherwise make ``--email $E --user-id 42`` take ``--user-id`` as
    the address. Raises :class:`UsageError`.
    """
    _refuse_swallowed(command.get_params(ctx), args)
    _, _, order = command.make_parser(ctx).parse_args(list(args))
    given = [
        " or ".join([option.opts[-1], *option.secondary_opts])
        for option in order
        if option.param_type_name == "option"
        and not (option.multiple or option.name in command.shared)
    ]
    twice = next((names for names in given if given.count(names) > 1), None)
    if twice:
        raise UsageError(f"{twice} is given twice", hint="give it once")


def to_usage_error(error: Exception) -> UsageError | None:
    """Turn Typer's complaint about the words into ours; None for any other exception."""
    if not isinstance(error, _ParseError):
        return None
    # _ParseError is known by its base alone, so that mypy does not know what it has.
    message = " ".join(error.format_message().split())  # type: ignore[attr-defined]
    path = getattr(getattr(error, "ctx", None), "command_path", "contactctl")
    return UsageError(message, hint=f"see {path} --help")


@contextmanager
def _placed(ctx: Context) -> Iterator[None]:
    """Tell each complaint about the words which command it is about; some do not know."""
    try:
        yield
    except _ParseError as error:
        error.ctx = ctx  # type: ignore[attr-defined] # as in to_usage_error
        raise


def _refuse_swallowed(params: Sequence[Parameter], args: Sequence[str]) -> None:
    options = {name: option for option in params for name in _names(option)}
    words = iter(args)
    for word in words:
        if word == "--":
            return
        option = options.get(word)
        if option is None or getattr(option, "is_flag", True):
            continue
        value = next(words, "")
        if value.partition("=")[0] in options and value.startswith("--"):
            name = option.opts[-1]
            raise UsageError(
                f"{name} has no value: {value} follows it, which is a flag itself",
                hint=f"give {name} a value; to mean that very text, write {name}={value}",
            )


def _names(option: Parameter) -> list[str]:
    return [*option.opts, *option.secondary_opts]


def _stray_words(words: Sequence[str], ctx: Context) -> UsageError:
    """Return the error for words that belong to no flag; they are not repeated."""
    hint = f"quote values that hold blanks; see {ctx.command_path} --help"
    if any("@" in word for word in words):
        hint = "an address is given with --email ADDRESS"
    many = "words are" if len(words) > 1 else "word is"
    return UsageError(
        f"{len(words)} {many} too many (not repeated here, where a secret could be shown)",
        hint=hint,
    )


def _refuse_command(word: str, branch: Branch, path: str) -> NoReturn:
    from contactctl.wording import nearest

    near = nearest(word, branch.children)
    raise UsageError(
        "there is no such command",
        hint=f"did you mean {' or '.join(near)}?" if near else f"see {path} --help",
    )
