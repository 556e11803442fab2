"""The one document that says all of the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl import __version__
from contactctl.errors import ExitCode
from contactctl.exact_json import JsonObject, JsonValue, Number
from contactctl.schema import many_outputs, own_outputs, plan_outputs, service_outputs
from contactctl.schema.calling import GRAMMARS, VARIABLES, error_code_docs
from contactctl.schema.command_docs import describe, flag, leaves
from contactctl.schema.shapes import DIALECT
from contactctl.session import DEFAULT_RETRIES, DEFAULT_TIMEOUT_S
from contactctl.tree import Group, find_command

if TYPE_CHECKING:
    from collections.abc import Sequence

    import typer

#: What each command prints with ``-o json``, by the command's path.
OUTPUTS = {
    **service_outputs.OUTPUTS,
    **plan_outputs.OUTPUTS,
    "import": (*service_outputs.OUTPUTS["import"], plan_outputs.IMPORT_PLAN),
    **own_outputs.OUTPUTS,
}
OUTPUTS |= {path: (*OUTPUTS[path], output) for path, output in many_outputs.OUTPUTS.items()}
#: What holds when a flag of every command is given at neither level; Typer knows only "not given".
_DEFAULTS: JsonObject = {
    "output": "text",
    "timeout": Number(f"{DEFAULT_TIMEOUT_S:g}"),
    "retries": Number(str(DEFAULT_RETRIES)),
}


def to_document(context: typer.Context, words: Sequence[str] = ()) -> JsonObject:
    """Return the document; every command of the tree is imported for it.

    ``context`` is that of any command; the outermost one knows the tree. ``words`` are those of one
    command or group, which alone is described then. Raises :class:`UsageError` for no command.
    """
    outermost = context.find_root()
    root = outermost.command
    assert isinstance(root, Group)  # noqa: S101 - see make_group
    find_command(root, words)
    # Described once, for the whole program, and left out of each command below.
    common = {str(item.name): item for item in root.get_params(outermost)}
    global_flags: list[JsonValue] = [
        {**flag(item), "default": _DEFAULTS.get(name, flag(item)["default"])}
        for name, item in common.items()
    ]
    return {
        "program": root.name,
        "version": __version__,
        "summary": root.branch.summary,
        "globalFlags": global_flags,
        "exitCodes": [{"code": _number(code), "meaning": code.meaning} for code in ExitCode],
        "errorCodes": error_code_docs(),
        "variables": [{"name": name, "meaning": text} for name, text in VARIABLES.items()],
        "grammars": [*GRAMMARS],
        "error": {"$schema": DIALECT, **own_outputs.ERROR},
        "planLine": {"$schema": DIALECT, **plan_outputs.PLAN_LINE},
        "commands": [
            {**describe(path, leaf, common), "outputs": _outputs(path)}
            for path, leaf in leaves(root.branch)
            if path[: len(words)] == (*words,)
        ],
    }


def _outputs(path: tuple[str, ...]) -> list[JsonValue]:
    # A command whose shape is missing ends here, in the first test of the document.
    return [output.to_json_object() for output in OUTPUTS[" ".join(path)]]


def _number(code: ExitCode) -> Number:
    return Number(str(int(code)))
