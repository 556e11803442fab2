"""Names and words of consent, in the spellings of real exports."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactctl.consent_words import (
    Sense,
    are_opposites,
    is_detail,
    is_time,
    name_sense,
    to_boolean,
    word_sense,
)

OUT = """unsubscribed; Unsubscribed; UNSUB_TIME; CLEAN_TIME; opt-out; optedOut; HasOptedOutOfEmail;
hs_email_optout; do not email; doNotEmail; Don't email; No email please; blacklisted; Blocklist;
ac_email_blocked; cleaned; bounced; Hard bounce; suppressed; complained; Spam report; DNC;
Unsubscribed from all email; unsubscribed_at; UNSUB_REASON; Abgemeldet; Newsletter abgemeldet;
Abmeldedatum; Keine Werbung; Werbewiderspruch; Gesperrt; Unzustellbar; désabonné; Désinscrit le;
Ne pas contacter; Liste noire; No enviar; Dado de baja; fecha_baja; Lista negra; Desuscrito;
Rebotado; I don't want to receive emails; does not want newsletters; Refuses marketing;
Marked email as spam; Disiscritto; Uitgeschreven; Descadastrado"""
IN = """subscribed; Is subscribed; accepts marketing; Accepts Email Marketing; acceptsMarketing;
Email Marketing Consent; opt-in; Opted In; Email Optin; Newsletter; can be contacted; Subscribd;
Einwilligung; Werbung erlaubt; Abonniert; consentement; Abonné; Inscrit; Accepte les e-mails;
Consentimiento; Suscrito; Acepta publicidad; GDPR consent; Iscritto; Nieuwsbrief"""
UNCLEAR = """Marketing contact status; Email status; subscription_status; Newsletter-Status; GDPR;
not subscribed; Opt in/out; never unsubscribed; usubscribed; unsusbcribed; blaklisted;
Email preferences; emailPrefs"""
NEITHER = """email; plan; status; state; Lead Status; Lifecycle Stage; Signup date; Anmeldedatum;
note; Description; options; adopting; Content; Address; TAGS; MEMBER_RATING; Subscriber ID;
Subscription; OPTIN_TIME; CONFIRM_TIME; Email Marketing Consent Timestamp; subscribed_at;
unsubscribe_url; Accepts SMS Marketing; Do not call; Cookie consent; Phone Number; createdAt;
no_of_emails; Emails sent; prescribed"""


def spelled(names: str) -> list[str]:
    return [name.strip() for name in names.replace("\n", " ").split(";")]


@pytest.mark.parametrize("name", spelled(OUT))
def test_a_yes_here_means_opted_out(name: str) -> None:
    assert name_sense(name) is Sense.OUT


@pytest.mark.parametrize("name", spelled(IN))
def test_a_yes_here_means_subscribed(name: str) -> None:
    assert name_sense(name) is Sense.IN


@pytest.mark.parametrize("name", spelled(UNCLEAR))
def test_these_speak_of_consent_and_may_be_read_both_ways(name: str) -> None:
    assert name_sense(name) is Sense.UNCLEAR


@pytest.mark.parametrize("name", spelled(NEITHER))
def test_these_do_not_speak_of_consent_to_email(name: str) -> None:
    assert name_sense(name) is None


def test_a_reason_is_a_detail_and_a_time_is_not() -> None:
    assert [name for name in spelled(OUT) if is_detail(name)] == ["UNSUB_REASON"]


@pytest.mark.parametrize(
    ("texts", "sense"),
    [
        ("Unsubscribed; CLEANED; bounced; complained; Pending; cancelled; opted-out", Sense.OUT),
        ("NEVER_SUBSCRIBED; Non-marketing contact; not subscribed; inactive", Sense.OUT),
        ("abgemeldet; gekündigt; désabonnée; annulé; dado de baja; cancelado", Sense.OUT),
        ("Active; SUBSCRIBED; Opted in; Marketing contact; aktiv; abonné; suscrito", Sense.IN),
        ("Lead; NEW; pro; Springfield; CA; yes; no; 2024-01-02; newsletter", None),
    ],
)
def test_words_stand_on_a_side(texts: str, sense: Sense | None) -> None:
    assert {text: word_sense(text) for text in spelled(texts)} == dict.fromkeys(
        spelled(texts), sense
    )


def test_a_yes_and_a_no_in_four_languages() -> None:
    assert all(to_boolean(text) for text in ("TRUE", "Yes", "y", "1", "Ja", "oui", "sí", " x "))
    no = ("False", "no", "N", "0", "nein", "non", "faux", "0.0")
    assert [to_boolean(text) for text in no] == [False] * len(no)
    assert to_boolean("perhaps") is None


@pytest.mark.parametrize(
    "text",
    spelled(
        "2024-01-02; 2024-01-02 10:11:12; 2024-01-02T10:11:12.123Z; 2024-01-02 10:11:12 UTC;"
        "2024-01-02 10:11:12+00; 02.01.2024; 1/2/24 10:11 PM; 1704190272; 1704190272000"
    ),
)
def test_times_are_known_in_their_usual_spellings(text: str) -> None:
    assert is_time(text)


@pytest.mark.parametrize("text", ["", "0000-00-00 00:00:00", "soon", "12", "0", "42 Main Street"])
def test_what_is_no_time(text: str) -> None:
    assert not is_time(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("unsubscribed", "subscribed"),
        ("usubscribed", "subscribed"),
        ("optOut", "optIn"),
        ("inactive", "active"),
        ("noTrial", "trial"),
    ],
)
def test_opposites_are_known_both_ways(one: str, other: str) -> None:
    assert are_opposites(one, other)
    assert are_opposites(other, one)


@pytest.mark.parametrize(("one", "other"), [("subscribd", "subscribed"), ("paln", "plan")])
def test_misspellings_are_no_opposites(one: str, other: str) -> None:
    assert not are_opposites(one, other)


@given(st.text(max_size=300))
def test_any_text_is_taken(text: str) -> None:
    name_sense(text)
    word_sense(text)
    is_time(text)
    assert not are_opposites(text, text)
