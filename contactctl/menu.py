"""Every command on one screen: its name, where its function lives, what it does in one line."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Leaf(NamedTuple):
    """One command: a function of a module below ``contactctl.commands``, and what it does.

    ``effect`` says what becomes of what is there: of contacts, of the account, of this machine.
    """

    module: str
    function: str
    summary: str
    effect: Literal["reads", "writes", "destroys"] = "reads"


class Branch(NamedTuple):
    """A command that only holds others; ``groups`` has them under headings, as help shows them.

    ``examples`` are lines to copy, under headings.
    """

    summary: str
    groups: Mapping[str, Mapping[str, Leaf | Branch]]
    examples: Mapping[str, Sequence[str]] = MappingProxyType({})

    @property
    def children(self) -> dict[str, Leaf | Branch]:
        """The commands by name, in the order of the help."""
        return {name: node for group in self.groups.values() for name, node in group.items()}


def _holding(summary: str, commands: Mapping[str, Leaf | Branch]) -> Branch:
    return Branch(summary, {"Commands": commands})


COMMANDS = Branch(
    "Manage the contacts of a Loops audience from the command line.",
    {
        "One contact": {
            "update": Leaf("contacts", "update", "Change one contact, or create it.", "writes"),
            "create": Leaf(
                "creation", "create", "Create one contact; an error if it exists.", "writes"
            ),
            "find": Leaf("finding", "find", "Show one contact, or many."),
            "delete": Leaf("deletion", "delete", "Delete one contact, or many.", "destroys"),
            "suppression": _holding(
                "Whether mail is held back: check, remove.",
                {
                    "check": Leaf(
                        "lookups", "check_suppression", "Show whether mail is held back."
                    ),
                    "remove": Leaf(
                        "lookups",
                        "remove_suppression",
                        "Take a contact off the suppression list.",
                        "writes",
                    ),
                },
            ),
        },
        "Files of contacts": {
            "import": Leaf(
                "imports.command", "import_", "Update many contacts from a file.", "writes"
            ),
            "apply": Leaf(
                "imports.apply", "apply", "Carry out a saved plan, or undo a run.", "destroys"
            ),
            "forget": Leaf(
                "forget", "forget", "Show and remove what imports left on this machine.", "destroys"
            ),
        },
        "Your account": {
            "lists": Leaf("lookups", "lists", "Show the mailing lists."),
            "properties": _holding(
                "Contact properties: list, create.",
                {
                    "list": Leaf("lookups", "list_properties", "Show the contact properties."),
                    "create": Leaf(
                        "lookups", "create_property", "Create a custom property.", "writes"
                    ),
                },
            ),
            "profile": _holding(
                "Named API keys: add, list, use, show, check, remove.",
                {
                    "add": Leaf(
                        "profiles.command", "add", "Add a profile, and check its key.", "writes"
                    ),
                    "list": Leaf("profiles.command", "list_", "List the profiles."),
                    "use": Leaf("profiles.command", "use", "Choose the active profile.", "writes"),
                    "show": Leaf(
                        "profiles.command", "show", "Show each setting and where it came from."
                    ),
                    "check": Leaf(
                        "profiles.command", "check", "Ask the service whether a key is valid."
                    ),
                    "remove": Leaf("profiles.command", "remove", "Remove a profile.", "destroys"),
                },
            ),
        },
        "This program": {
            "sandbox": _holding(
                "The local stand-in: serve, load, dump, reset, path, suppress.",
                {
                    "serve": Leaf(
                        "sandbox.command", "serve", "Serve the sandbox over HTTP.", "writes"
                    ),
                    "load": Leaf(
                        "sandbox.command", "load", "Load lists, properties, contacts.", "writes"
                    ),
                    "dump": Leaf("sandbox.command", "dump", "Print every contact as JSON lines."),
                    "reset": Leaf(
                        "sandbox.command", "reset", "Return to the demonstration data.", "destroys"
                    ),
                    "path": Leaf("sandbox.command", "path", "Print the file that holds the data."),
                    "suppress": Leaf(
                        "sandbox.command", "suppress", "Mark a contact suppressed.", "writes"
                    ),
                },
            ),
            "doctor": Leaf("program", "doctor", "Show what is set up, and what is wrong with it."),
            "completion": Leaf("program", "completion", "Print a shell's completion script."),
            "schema": Leaf("program", "schema", "Print every command and output shape as JSON."),
            "help": Leaf("program", "help_", "Show help: of a command, options or exit-codes."),
            "version": Leaf("program", "version", "Print the version."),
        },
    },
    {
        "Examples": (
            "contactctl update ada@example.com --first-name Ada --prop plan=pro",
            "contactctl import people.csv --dry-run",
        ),
        "Begin in the sandbox, without a key": (
            "contactctl update ada@example.com --first-name Ada --sandbox",
            "contactctl find ada@example.com --sandbox",
        ),
    },
)
