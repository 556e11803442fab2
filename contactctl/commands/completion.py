"""completion."""

from typing import Annotated, Literal

import typer

from contactctl.commands.options import with_session
from contactctl.output import Answer
from contactctl.session import Session

#: The file that holds each shell's script, named as that shell wants it named.
SCRIPTS = {
    "bash": "contactctl.bash",
    "zsh": "_contactctl",
    "fish": "contactctl.fish",
    "powershell": "contactctl.ps1",
}
EXAMPLES = {
    "completion": (
        "contactctl completion bash > ~/.local/share/bash-completion/completions/contactctl",
        'contactctl completion zsh > "${fpath[1]}/_contactctl"',
        "contactctl completion fish > ~/.config/fish/completions/contactctl.fish",
        "contactctl completion powershell >> $PROFILE",
    )
}


@with_session
def completion(
    session: Session,
    shell: Annotated[
        Literal["bash", "zsh", "fish", "powershell"],
        typer.Argument(metavar="SHELL", help="bash, zsh, fish or powershell."),
    ],
) -> None:
    """Print a shell's completion script; write it to where that shell looks for it."""
    text = load_script(shell)
    session.output.show(Answer(json={"shell": shell, "script": text}, plain=text.splitlines()))


def load_script(shell: str) -> str:
    """Read the script of one of the shells in :data:`SCRIPTS`."""
    from importlib.resources import files

    return (files("contactctl.completion") / "scripts" / SCRIPTS[shell]).read_text("utf-8")
