"""Every command with its flags and arguments, as Tab needs them: nothing to import but this.

Written by ``python tests/support/make_completion_table.py``, not by hand; a test holds it equal to
the command tree.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    #: A flag's other names ("..." if it may be repeated), values and meaning: see ``cursor.Flag``.
    Row: TypeAlias = tuple[str, str | None, str]

CHILDREN: dict[str, dict[str, str]] = {
    "": {
        "update": "Change one contact, or create it",
        "create": "Create one contact; an error if it exists",
        "find": "Show one contact, or many",
        "delete": "Delete one contact, or many",
        "suppression": "Whether mail is held back: check, remove",
        "import": "Update many contacts from a file",
        "apply": "Carry out a saved plan, or undo a run",
        "forget": "Show and remove what imports left on this machine",
        "lists": "Show the mailing lists",
        "properties": "Contact properties: list, create",
        "profile": "Named API keys: add, list, use, show, check, remove",
        "sandbox": "The local stand-in",
        "doctor": "Show what is set up, and what is wrong with it",
        "completion": "Print a shell's completion script",
        "schema": "Print every command and output shape as JSON",
        "help": "Show help: of a command, options or exit-codes",
        "version": "Print the version",
    },
    "suppression": {
        "check": "Show whether mail is held back",
        "remove": "Take a contact off the suppression list",
    },
    "properties": {
        "list": "Show the contact properties",
        "create": "Create a custom property",
    },
    "profile": {
        "add": "Add a profile, and check its key",
        "list": "List the profiles",
        "use": "Choose the active profile",
        "show": "Show each setting and where it came from",
        "check": "Ask the service whether a key is valid",
        "remove": "Remove a profile",
    },
    "sandbox": {
        "serve": "Serve the sandbox over HTTP",
        "load": "Load lists, properties, contacts",
        "dump": "Print every contact as JSON lines",
        "reset": "Return to the demonstration data",
        "path": "Print the file that holds the data",
        "suppress": "Mark a contact suppressed",
    },
}
ROWS: dict[str, Row] = {
    "--profile": ("-p", "<place>", "Use the API key of this profile"),
    "--sandbox": ("", None, "Use the local sandbox"),
    "--output": ("-o", "text json", "Format of answers and errors; text if left out"),
    "--quiet": ("-q", None, "Print the bare answer and errors only"),
    "--verbose": ("-v", None, "Show requests and replies on stderr, the key masked"),
    "--timeout": ("", "", "Time limit of one attempt, from start to end"),
    "--retries": ("", "", "Retries after a failure that may pass; 3 if left out"),
    "--no-input": ("", None, "Never ask a question"),
    "--no-color": ("", None, "Use no colours"),
    "--mask": ("--no-mask", None, "Show a***@example.com for addresses in text, as with CI set"),
    "--version": ("", None, "Print the version and exit"),
    "--help": ("-h", None, "Show this help and exit"),
    "--email": ("-e", "", "The contact's email address"),
    "--user-id": ("-u", "", "The contact's user id (your own)"),
    "--first-name": ("", "", "First name"),
    "--last-name": ("", "", "Last name"),
    "--user-group": ("", "", "User group; a contact has one"),
    "--source": ("", "", "Where the contact came from (default API)"),
    "--subscribed": ("--unsubscribed", None, "Subscribe or unsubscribe; left out, nothing changes"),
    "--list": ("...", "<list>", "Add to or remove from a mailing list, by id or name"),
    "--prop": ("...", "<property>", "Set a property, typed as the account declares it"),
    "--unset": ("...", "<field>", "Empty a property; repeatable"),
    "--data": ("-d", "<@file>", "A JSON object to start from; flags replace its fields"),
    "--no-schema": ("", None, "Do not ask for the declared types"),
    "--dry-run": ("", None, "Show what would be sent and changed; write nothing"),
    "--exit-code": ("", None, "With --dry-run: exit 8 when something would change"),
    "--offline": ("", None, "With --dry-run: make no request, show only the body"),
    "--expect-team": ("", "", "Write only if the API key is this team's; else exit 4"),
    "--new-email": ("", "", "Change the address"),
    "--replace-user-id": ("", None, "Allow replacing the user id that a contact has"),
    "--must-exist": ("", None, "Look the contact up first; if there is none, exit 3"),
    "--no-lookup": ("", None, "Do not look the contact up before the write"),
    "--plan": ("", "<file>", "Look up what would happen, and write only that, to FILE"),
    "--undo-file": ("", "<file>", "Write the opposite of each change to FILE before the change"),
    "--from": ("", "<file>", "Many contacts"),
    "--map": ("...", "", "The column with the addresses"),
    "--format": ("", "csv tsv jsonl json", "Format of the file"),
    "--delimiter": ("", "", "What separates cells; , ; | and tab are recognized"),
    "--encoding": ("", "", "The file's encoding, such as cp1252"),
    "--skip-lines": ("", "", "Skip the N lines before a CSV file's header"),
    "--header": ("", "", "Name the columns of a CSV file without a header"),
    "--allow-newlines": ("", None, "Accept a quoted CSV cell whose later lines look like rows"),
    "--sheet": ("", "", "The sheet of a workbook; if left out, the first"),
    "--backslash-escapes": ("", None, "Read \\n, \\t, \\\\ and \\N"),
    "--null-text": ("...", "", "Cells that are empty, such as NULL,N/A,\\N; repeatable"),
    "--skip-invalid": ("", None, "Count rows that cannot be sent as failed, send the rest"),
    "--rate": ("", "", "Requests a second"),
    "--patience": ("", "", "How long to wait while the service is down"),
    "--max-failures": ("", "", "Stop after N failed rows"),
    "--rejects": ("", "<file>", "Write failed rows to FILE, with the reason"),
    "--resume": ("", None, "Continue the last unfinished run of this file"),
    "--field": ("...", "<any field>", "Print only the value of this field"),
    "--csv": ("", None, "With --from"),
    "--confirm": ("", "", "With --from"),
    "--no-undo": ("", None, "With --from"),
    "--yes": ("-y", None, "Do not ask"),
    "--map#2": ("...", "", "Name the field of a column"),
    "--ignore": ("...", "", "Leave a column out; repeatable"),
    "--ignore-unknown": ("", None, "Leave out, and name, every column that matches no field"),
    "--only": ("...", "", "Use these columns"),
    "--set": ("...", "", "Give every row this value; repeatable"),
    "--empty-clears": ("", None, "An empty cell empties the field, as null does"),
    "--literal-null": ("", None, "Take a cell null as the text null, which empties nothing"),
    "--subscribed-when": ("...", "", "Words of a column that mean subscribed"),
    "--unsubscribed-when": ("...", "", "Words of a column that mean unsubscribed, * for any,"),
    "--never-resubscribe": ("", None, "Send subscribed only where it is false"),
    "--allow-resubscribe": ("", None, "Allow subscribed to be true"),
    "--date-format": ("...", "", "How a column writes dates"),
    "--decimal-comma": ("...", "", "A column of numbers such as 1.234,50; repeatable"),
    "--decimal-point": ("...", "", "A column of numbers such as 1,234.50; repeatable"),
    "--first-address": ("", None, "Take the first address of a cell with several"),
    "--map-file": ("", "<file>", "Read column flags from a TOML file; flags of the call win"),
    "--save-map": ("", "<file>", "Save the column flags of this call, for --map-file"),
    "--create-properties": ("", None, "Create a property for each column that matches no field"),
    "--lookup": ("", None, "Look each contact up before its write"),
    "--must-exist#2": ("", None, "Fail rows that match no contact, instead of creating one"),
    "--max-changes": ("", "", "Look the whole file up first"),
    "--replace-user-id#2": ("", None, "Allow rows that give a contact another user id than it has"),
    "--change-address": ("", None, "Allow rows whose user id picks a contact with another"),
    "--limit": ("", "", "Take only the first N rows of the file"),
    "--summary": ("", "<file>", "Append what was done"),
    "--changed-only": ("", None, "Send only what differs from what this machine last sent for"),
    "--max-age": ("", "", "Refuse a file that is older, such as 30m, 24h or 2d"),
    "--max-changes#2": ("", "", "Write nothing if the file changes more contacts"),
    "--rejects#2": ("", "<file>", "Write failed lines to FILE as JSON Lines, with the reason"),
    "--resume#2": ("", None, "Continue the unfinished run of this file"),
    "--all": ("", None, "Remove everything, except what a run in progress needs"),
    "--custom": ("", None, "Leave the standard properties out"),
    "--type": (
        "",
        "string number boolean date",
        "The type of its values; it cannot be changed later",
    ),
    "--key-stdin": ("", None, "Read the key from standard input; it is kept"),
    "--key-env": ("", "", "Read the key from this environment variable at each use"),
    "--key-command": ("", "", "Run this command at each use for the key that it prints"),
    "--base-url": ("", "", "The service's address"),
    "--read-only": ("", None, "Refuse every write"),
    "--only-domains": ("", "", "Refuse to write to addresses at any other domain"),
    "--expect-team#2": ("", "", "Before the first write of each command"),
    "--no-check": ("", None, "Do not ask the service whether the key is valid"),
    "--replace": ("", None, "Replace the profile of that name"),
    "--host": ("", "", "Address to listen on"),
    "--allow-host": ("...", "", "Answer requests for this host name as well"),
    "--port": ("", "", "Port; 0 takes a free one"),
    "--threads": ("", "", "Requests under way at once"),
    "--rate-limit": ("", "", "Requests a second; 0 is no limit"),
    "--retry-after": ("", "", "Send this Retry-After with each 429"),
    "--latency": ("...", "", "Wait before each answer, or before those of a path"),
    "--fail": ("...", "", "Fail this share of requests"),
    "--seed-random": ("", "", "Let failures by chance fall on the same requests at each"),
    "--api-key": ("", "", "Accept only this key, a made-up one"),
    "--strict": ("", None, "Refuse whatever the service might refuse"),
    "--lenient": ("", None, "Accept whatever the service might accept"),
    "--db": ("", "<file>", "File with the data, instead of the usual one"),
    "--memory": ("", None, "Keep the data in memory only"),
    "--seed": ("", "<file>", "Load this file at the start, and at each reset over HTTP"),
    "--log": ("", "<file>", "Append each request to this file"),
    "--account": ("", None, "Load the lists and properties of the account in force"),
    "--all#2": ("", None, "Print lists"),
    "--off": ("", None, "Remove the mark"),
}
GLOBAL_FLAGS = (
    "--profile --sandbox --output --quiet --verbose --timeout --retries --no-input --no-color "
    "--mask --version --help"
)
FLAGS: dict[str, str] = {
    "update": (
        "--email --user-id --first-name --last-name --user-group --source --subscribed --list "
        "--prop --unset --data --no-schema --dry-run --exit-code --offline --expect-team "
        "--new-email --replace-user-id --must-exist --no-lookup --plan --undo-file"
    ),
    "create": (
        "--email --user-id --first-name --last-name --user-group --source --subscribed --list "
        "--prop --unset --data --no-schema --dry-run --exit-code --offline --expect-team --plan "
        "--undo-file"
    ),
    "find": (
        "--email --user-id --from --map --format --delimiter --encoding --skip-lines --header "
        "--allow-newlines --sheet --backslash-escapes --null-text --skip-invalid --rate --patience "
        "--max-failures --rejects --resume --field --csv"
    ),
    "delete": (
        "--email --user-id --from --map --format --delimiter --encoding --skip-lines --header "
        "--allow-newlines --sheet --backslash-escapes --null-text --skip-invalid --rate --patience "
        "--max-failures --rejects --resume --confirm --no-undo --dry-run --exit-code --expect-team "
        "--plan --undo-file --yes"
    ),
    "suppression check": (
        "--email --user-id --from --map --format --delimiter --encoding --skip-lines --header "
        "--allow-newlines --sheet --backslash-escapes --null-text --skip-invalid --rate --patience "
        "--max-failures --rejects --resume"
    ),
    "suppression remove": (
        "--email --user-id --from --map --format --delimiter --encoding --skip-lines --header "
        "--allow-newlines --sheet --backslash-escapes --null-text --skip-invalid --rate --patience "
        "--max-failures --rejects --resume --dry-run --exit-code --expect-team --yes"
    ),
    "import": (
        "--format --delimiter --encoding --skip-lines --header --allow-newlines --sheet "
        "--backslash-escapes --map#2 --ignore --ignore-unknown --only --set --empty-clears "
        "--literal-null --no-schema --subscribed-when --unsubscribed-when --never-resubscribe "
        "--allow-resubscribe --null-text --date-format --decimal-comma --decimal-point "
        "--first-address --map-file --save-map --create-properties --yes --lookup --must-exist#2 "
        "--max-changes --replace-user-id#2 --change-address --undo-file --rate --patience "
        "--max-failures --limit --skip-invalid --rejects --summary --changed-only --resume "
        "--dry-run --exit-code --offline --expect-team --plan"
    ),
    "apply": (
        "--max-age --max-changes#2 --rate --patience --max-failures --rejects#2 --undo-file "
        "--resume#2 --dry-run --exit-code --expect-team --summary"
    ),
    "forget": "--all --yes",
    "properties list": "--custom",
    "properties create": "--type --dry-run --exit-code --expect-team",
    "profile add": (
        "--key-stdin --key-env --key-command --base-url --read-only --only-domains --expect-team#2 "
        "--no-check --replace"
    ),
    "profile remove": "--yes",
    "sandbox serve": (
        "--host --allow-host --port --threads --rate-limit --retry-after --latency --fail "
        "--seed-random --api-key --strict --lenient --db --memory --seed --log"
    ),
    "sandbox load": "--db --account",
    "sandbox dump": "--db --all#2",
    "sandbox reset": "--db --yes",
    "sandbox suppress": "--db --off",
}
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "import": ("<file>",),
    "apply": ("<file>",),
    "properties create": ("",),
    "profile add": ("",),
    "profile use": ("<profile>",),
    "profile show": ("<profile>",),
    "profile check": ("<profile>",),
    "profile remove": ("<profile>",),
    "sandbox load": ("<file>",),
    "sandbox suppress": ("",),
    "completion": ("bash zsh fish powershell",),
}
