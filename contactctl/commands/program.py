"""help, version, completion, schema, doctor: the commands about the program itself."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from contactctl import __version__
from contactctl.flags.options import with_session
from contactctl.output import Answer
from contactctl.session import Session
from contactctl.tree import find_command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contactctl.help.drawing import Page

#: The file that holds each shell's script, named as that shell wants it named.
SCRIPTS = {
    "bash": "contactctl.bash",
    "zsh": "_contactctl",
    "fish": "contactctl.fish",
    "powershell": "contactctl.ps1",
}
EXAMPLES = {
    "completion": (
        "source <(contactctl completion bash)",
        "source <(contactctl completion zsh)",
        "contactctl completion fish | source",
        "contactctl completion powershell | Out-String | Invoke-Expression",
    ),
    "schema": (
        "contactctl schema > contactctl.json",
        "contactctl schema update",
        "contactctl schema | jq -r '.commands[].path | join(\" \")'",
    ),
    "help_": (
        "contactctl help update",
        "contactctl help profile add",
        "contactctl help options",
        "contactctl help exit-codes",
    ),
    "version": ("contactctl version",),
    "doctor": (
        "contactctl doctor",
        "contactctl doctor --profile work --output json",
    ),
}


Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="COMMAND", help="The words of a command, or options, or exit-codes; else of all."
    ),
]


Described = Annotated[
    list[str] | None,
    typer.Argument(metavar="COMMAND", help="The words of one command or group; else all."),
]


@with_session
def help_(session: Session, context: typer.Context, words: Words = None) -> None:
    """Show help: of a command, of what all commands share, or of the exit codes."""
    from contactctl.help.drawing import to_answer

    page = _page(context, words or ())
    session.output.show(to_answer(page, session.output))


@with_session
def version(session: Session) -> None:
    """Print the version of this program."""
    answer = Answer(json={"version": __version__}, plain=[f"contactctl {__version__}"])
    session.output.show(answer)


@with_session
def completion(
    session: Session,
    shell: Annotated[
        Literal["bash", "zsh", "fish", "powershell"],
        typer.Argument(metavar="SHELL", help="bash, zsh, fish or powershell."),
    ],
) -> None:
    """Print the script that lets Tab complete contactctl in a shell.

    The examples load it for this session. To have it in every session, put the line into ~/.bashrc,
    ~/.zshrc (after compinit), ~/.config/fish/config.fish or $PROFILE.
    """
    text = load_script(shell)
    found = {"shell": shell, "script": text}
    session.output.show(Answer(json={**found}, plain=text.splitlines(), exact=True))


def _page(context: typer.Context, words: "Sequence[str]") -> "Page":
    from contactctl.help.pages import exit_codes_page, options_page

    outermost = context.find_root()
    command: Any = outermost.command
    if [*words] == ["options"]:
        return options_page(command.params)
    if [*words] == ["exit-codes"]:
        return exit_codes_page()
    page: Page = find_command(command, words).page(" ".join([outermost.command_path, *words]))
    return page


def load_script(shell: str) -> str:
    """Read the script of one of the shells in :data:`SCRIPTS`."""
    from importlib.resources import files

    return (files("contactctl.completion") / "scripts" / SCRIPTS[shell]).read_text("utf-8")


@with_session
def schema(session: Session, context: typer.Context, words: Described = None) -> None:
    """Print everything about this program as one JSON object, for other programs.

    Every command with its arguments and flags, the exit codes, the error codes, and the JSON
    Schema of every answer that a command gives with --output json, errors included.
    """
    from contactctl.schema.document import to_document

    session.output.write_document(to_document(context, words or ()))


@with_session
def doctor(session: Session) -> int:
    """Show what is set up, where it came from, what does not work and what to do.

    One request is made, to ask whether the service takes the key. The exit code is 0 when nothing
    failed, else that of the first failure.
    """
    from contactctl.doctor.check import exit_code_of
    from contactctl.doctor.findings import find, findings

    checks = find(session)
    session.output.show(findings(checks))
    return exit_code_of(checks)
