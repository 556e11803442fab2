"""Every command on one screen: its name, where its function lives, what it does in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Leaf(NamedTuple):
    """One command: a function of a module below ``contactctl.commands``, and what it does."""

    module: str
    function: str
    summary: str


class Branch(NamedTuple):
    """A command that only holds others."""

    summary: str
    children: Mapping[str, Leaf | Branch]


COMMANDS = Branch(
    "Manage the contacts of a Loops audience from the command line.",
    {
        "update": Leaf("contacts", "update", "Change one contact, or create it."),
        "create": Leaf("contacts", "create", "Create one contact; an error if it exists."),
        "find": Leaf("contacts", "find", "Show one contact."),
        "delete": Leaf("contacts", "delete", "Delete one contact."),
        "import": Leaf("imports.command", "import_", "Update many contacts from a file."),
        "apply": Leaf("imports.apply", "apply", "Carry out a saved plan, or undo a run."),
        "suppression": Branch(
            "Contacts that bounced or complained.",
            {
                "check": Leaf("lookups", "check_suppression", "Show whether mail is held back."),
                "remove": Leaf("lookups", "remove_suppression", "Take a contact off the list."),
            },
        ),
        "lists": Leaf("lookups", "lists", "Show the mailing lists."),
        "properties": Branch(
            "Contact properties.",
            {
                "list": Leaf("lookups", "list_properties", "Show the contact properties."),
                "create": Leaf("lookups", "create_property", "Create a custom property."),
            },
        ),
        "profile": Branch(
            "Named API keys.",
            {
                "add": Leaf("profiles.command", "add", "Add a profile, and check its key."),
                "list": Leaf("profiles.command", "list_", "List the profiles."),
                "use": Leaf("profiles.command", "use", "Choose the active profile."),
                "show": Leaf(
                    "profiles.command", "show", "Show each setting and where it came from."
                ),
                "check": Leaf(
                    "profiles.command", "check", "Ask the service whether it takes a key."
                ),
                "remove": Leaf("profiles.command", "remove", "Remove a profile."),
            },
        ),
        "sandbox": Branch(
            "The local stand-in for the service.",
            {
                "serve": Leaf("sandbox", "serve", "Serve the sandbox over HTTP."),
                "dump": Leaf("sandbox", "dump", "Print every contact as JSON lines."),
                "reset": Leaf("sandbox", "reset", "Return to the demonstration data."),
                "path": Leaf("sandbox", "path", "Print the file that holds the data."),
                "suppress": Leaf("sandbox", "suppress", "Mark a contact suppressed."),
            },
        ),
        "forget": Leaf("forget", "forget", "Show and remove what imports left on this machine."),
        "completion": Leaf("program", "completion", "Print a shell's completion script."),
        "schema": Leaf("program", "schema", "Print every command and output shape as JSON."),
        "doctor": Leaf("program", "doctor", "Show what is set up, and what is wrong with it."),
    },
)
