"""The demonstration data: what a sandbox holds before anything was done in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactctl.sandbox.records import MailingList, Property

if TYPE_CHECKING:
    from contactctl.sandbox.tables import Transaction

#: The properties and lists that the README and the help use in their examples.
DEMO_PROPERTIES = (
    Property("plan", "string"),
    Property("seats", "number"),
    Property("trial", "boolean"),
    Property("note", "string"),
    Property("zip", "string"),
    Property("signupDate", "date"),
    Property("trialEndsAt", "date"),
)
DEMO_LISTS = (
    MailingList("cm06f5v0e45nf0ml5754o9cix", "Product updates", "New features and release notes"),
    MailingList("cm16k73gq014h0mmj5b6jdi9r", "Weekly digest"),
    MailingList("cm2b8x1qs07kd0ml3f9t4w6ze", "Beta testers", "By invitation", is_public=False),
)


def fill_with_demo(transaction: Transaction) -> None:
    """Replace everything by the demonstration data: lists and properties, no contacts."""
    # Made again and not emptied: that is what makes it another account, see sandbox_id.
    transaction.remake_tables()
    transaction.add_properties(DEMO_PROPERTIES)
    transaction.add_mailing_lists(DEMO_LISTS)
