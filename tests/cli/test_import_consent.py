"""import: columns that speak of consent stop the file until somebody decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from import_cli import dump, errors_of, imported, ready_flags, rows_of, subscribed

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Cli


ADA, BOB, CY = "ada@example.com", "bob@example.com", "cy@example.com"
NEVER = "--never-resubscribe"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "people.csv"


# exports, each with those who opted out spelled in its own way

EXPORTS: dict[str, tuple[list[str], list[str], list[str]]] = {
    "resend": (
        [
            "id,email,first_name,last_name,created_at,unsubscribed",
            "11aa,ada@example.com,Ada,Byron,2024-01-02 10:11:12.123456+00,false",
            "11ab,bob@example.com,Bob,Gone,2024-01-02 10:11:12.123456+00,true",
        ],
        ["--map", "unsubscribed=!subscribed", NEVER],
        ["id"],
    ),
    "customer.io": (
        ["email,cio_id,unsubscribed", "ada@example.com,0d01,false", "bob@example.com,0d02,true"],
        ["--map", "unsubscribed=!subscribed", NEVER],
        ["cio_id"],
    ),
    "hubspot": (
        [
            "Email,Lead Status,Marketing contact status,Unsubscribed from all email",
            "ada@example.com,NEW,Marketing contact,false",
            "bob@example.com,,Non-marketing contact,true",
        ],
        [
            "--unsubscribed-when",
            "Marketing contact status=Non-marketing contact",
            "--map",
            "Unsubscribed from all email=!subscribed",
            NEVER,
        ],
        ["Lead Status"],
    ),
    "kit": (
        [
            "first_name,email,state,tags",
            "Ada,ada@example.com,active,x",
            "Bob,bob@example.com,cancelled,",
        ],
        ["--unsubscribed-when", "state=cancelled"],
        ["tags"],
    ),
    "klaviyo": (
        [
            "Email,Email Marketing Consent,Email Marketing Consent Timestamp",
            "ada@example.com,SUBSCRIBED,2024-01-02 10:11:12",
            "bob@example.com,UNSUBSCRIBED,2024-01-02 10:11:12",
        ],
        ["--unsubscribed-when", "Email Marketing Consent=UNSUBSCRIBED"],
        ["Email Marketing Consent Timestamp"],
    ),
    "mailchimp": (
        [
            "email,OPTIN_TIME,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_REASON",
            "ada@example.com,2023-05-01 09:00:10,,,",
            "bob@example.com,,2024-01-02 10:11:12,Spring,No longer interested",
        ],
        ["--map", "UNSUB_TIME=!subscribed"],
        ["OPTIN_TIME", "UNSUB_CAMPAIGN_TITLE", "UNSUB_REASON"],
    ),
    "mailchimp, cleaned": (
        [
            "email,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE",
            "ada@example.com,,",
            "bob@example.com,2024-01-02 10:11:12,Spring",
        ],
        ["--map", "CLEAN_TIME=!subscribed"],
        ["CLEAN_CAMPAIGN_TITLE"],
    ),
    "activecampaign": (
        ["Email,Status", "ada@example.com,Active", "bob@example.com,Unsubscribed"],
        ["--unsubscribed-when", "Status=Unsubscribed"],
        [],
    ),
    "airtable": (
        ["Email,Subscribed?", "ada@example.com,checked", "bob@example.com,"],
        ["--unsubscribed-when", "Subscribed?=(empty)"],
        [],
    ),
    "by words": (
        ["Email,Email Opt-Out", "ada@example.com,Opted In", "bob@example.com,Opted Out"],
        ["--unsubscribed-when", "Email Opt-Out=Opted Out"],
        [],
    ),
    "mysql": (
        ["email,unsubscribed_at", r"ada@example.com,\N", "bob@example.com,2024-01-02 10:11:12"],
        ["--map", "unsubscribed_at=!subscribed", r"--null-text=\N"],
        [],
    ),
    "eventbrite": (
        ["Email,I don't want emails", "ada@example.com,No", "bob@example.com,Yes"],
        ["--map", "I don't want emails=!subscribed", NEVER],
        [],
    ),
    "shopify": (
        [
            "email,Accepts Email Marketing,Accepts SMS Marketing",
            "ada@example.com,yes,no",
            "bob@example.com,no,no",
        ],
        ["--map", "Accepts Email Marketing=subscribed", NEVER],
        ["Accepts SMS Marketing"],
    ),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_stops_and_the_command_below_keeps_who_is_out_out(
    cli: Cli, file: Path, name: str
) -> None:
    """Columns that are no fields are told of with it, and left out by name."""
    lines, flags, others = EXPORTS[name]
    file.write_text("\n".join(lines) + "\n")
    done = imported(cli, file)
    assert (done.code, done.out, dump(cli)) == (2, "", [])
    assert "consent" in done.err
    ignored = [word for other in others for word in ("--ignore", other)]
    assert ready_flags(done, file) == [*ignored, *flags]
    assert ("fill" in done.err or "no field" in done.err or "own" in done.err) is bool(others)
    rows_of(cli, file, *ready_flags(done, file))
    assert subscribed(cli) == {ADA: True, BOB: False}


def test_a_column_of_subscribers_is_that_of_their_addresses(cli: Cli, file: Path) -> None:
    file.write_text(f"Subscriber,Status\n{ADA},active\n{BOB},unsubscribed\n")
    flags = ready_flags(imported(cli, file), file)
    assert flags == ["--map", "Subscriber=email", "--unsubscribed-when", "Status=unsubscribed"]
    rows_of(cli, file, *flags)
    assert subscribed(cli) == {ADA: True, BOB: False}


def test_a_column_of_subscribers_by_yes_and_no_stops_the_file(cli: Cli, file: Path) -> None:
    file.write_text(f"email,Subscriber\n{ADA},yes\n{BOB},no\n")
    rows_of(cli, file, *ready_flags(imported(cli, file, "--ignore-unknown"), file))
    assert subscribed(cli) == {ADA: True, BOB: False}


def test_a_status_by_numbers_is_left_to_a_person(cli: Cli, file: Path) -> None:
    file.write_text(f"email,Status\n{ADA},1\n{BOB},2\n")
    done = imported(cli, file, "--ignore-unknown")
    assert (done.code, dump(cli)) == (2, [])
    assert 'Status: "1" in 1 row, "2" in 1 row' in done.err


@pytest.mark.parametrize("preferences", ['{"marketing": false}', '{"weekly": false}'])
def test_preferences_within_an_object_are_not_left_out_unseen(
    cli: Cli, tmp_path: Path, preferences: str
) -> None:
    file = tmp_path / "people.jsonl"
    file.write_text(f'{{"email": "{ADA}", "emailPrefs": {preferences}}}\n')
    done = imported(cli, file, "--ignore-unknown")
    assert (done.code, dump(cli)) == (2, [])
    assert "consent" in done.err


def test_words_for_no_stand_in_a_line_that_has_to_be_filled_in(cli: Cli, file: Path) -> None:
    file.write_text(f"email,Consent to email\n{ADA},Yes\n{BOB},No\nc@example.com,Kept\n")
    flags = ready_flags(imported(cli, file), file)
    assert flags == ["--unsubscribed-when", "Consent to email=No,..."]


def test_columns_are_told_once_with_their_words_and_counts(cli: Cli, file: Path) -> None:
    people = "".join(f"p{number}@example.com,Active,\n" for number in range(12))
    file.write_text(f"email,Status,bounced\n{people}{ADA},Cleaned,yes\n{BOB},Cleaned,\n")
    said = errors_of(imported(cli, file))
    assert said.startswith("error: 2 columns are about consent")
    assert 'Status: "Active" in 12 rows, "Cleaned" in 2 rows' in said
    assert 'bounced: "yes" in 1 row' in said
    assert said.count("Status:") == said.count("contactctl ") == 1


def test_words_are_looked_for_in_the_whole_file(cli: Cli, file: Path) -> None:
    rows = [f"p{number}@example.com,Active" for number in range(3000)]
    file.write_text("\n".join(["email,Status", *rows, f"{ADA},Unsubscribed"]) + "\n")
    assert ready_flags(imported(cli, file), file) == ["--unsubscribed-when", "Status=Unsubscribed"]


def test_the_command_keeps_the_flags_that_were_given(cli: Cli, file: Path) -> None:
    file.write_text(f"mail,unsubscribed\n{ADA},false\n")
    done = imported(cli, file, "--map", "mail=email", "--allow-resubscribe", "--rate=5")
    flags = ["--map=mail=email", "--allow-resubscribe", "--rate=5"]
    assert ready_flags(done, file) == [*flags, "--map", "unsubscribed=!subscribed"]


def test_from_standard_input_the_command_reads_it_again(cli: Cli) -> None:
    done = imported(cli, "-", stdin=f"email,unsubscribed\n{ADA},true\n")
    assert done.err.splitlines()[-1] == (
        "COMMAND | contactctl --sandbox import - --map 'unsubscribed=!subscribed'"
        " --never-resubscribe"
    )


def test_in_json_mode_the_hint_ends_with_the_command(cli: Cli, file: Path) -> None:
    file.write_text(f"email,UNSUB_TIME\n{ADA},2024-01-02\n")
    done = imported(cli, file, "-o", "json")
    assert (done.code, done.out) == (2, "")
    assert str(done.error["hint"]).endswith("--map 'UNSUB_TIME=!subscribed'")


@pytest.mark.parametrize("flag", ["--skip-invalid", "--dry-run", NEVER, "--allow-resubscribe"])
def test_other_flags_do_not_decide(cli: Cli, file: Path, flag: str) -> None:
    file.write_text(f"email,unsubscribed\n{ADA},true\n")
    done = imported(cli, file, flag)
    assert (done.code, dump(cli)) == (2, [])
    assert "consent" in done.err
