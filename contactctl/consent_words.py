"""Which names and words speak of consent to email, and on which side they stand.

In English, German, French and Spanish, as the exports of other services spell them, and a few in
Italian, Dutch, Portuguese and Polish. A name or word that is not known here says nothing; one that
can be read both ways is ``UNCLEAR``.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum, auto
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Sense(Enum):
    """What a yes in a column of that name means, or a cell of that word."""

    IN = auto()
    OUT = auto()
    UNCLEAR = auto()


_MAIL = r"(?:e ?)?mail"
_NAMES_OUT = (
    # English
    r"unsubs?|un ?subscri|unsuscri|opt(?:ed|s)? ?out|suppress|bounc(?:e|ing)|complain",
    rf"\b(?:do|does|did|don)(?: ?not| ?t) ?(?:{_MAIL}|contact|send|market|disturb)",
    rf"\bno ?(?:more )?(?:{_MAIL}|marketing|newsletter|contact\b|promo|consent)",
    r"(?:black|block|deny|stop|do not \w+) ?list|\bblocked\b|\bcleaned\b",
    r"\bclean (?:time|date|at|campaign|reason)|spam ?(?:report|flag)|marked (?:\w+ )?(?:as )?spam",
    r"\bdn[ce]\b|undeliver|(?:revoked|withdrawn|withdrew|denied) (?:consent|permission)",
    r"(?:consent|permission) (?:was )?(?:revo|with|den)",
    rf"exclu\w+ (?:from )?(?:{_MAIL}|market|camp)",
    rf"(?:{_MAIL}s?|newsletter|marketing) ?(?:disabled|off\b|stopped|paused|suspended)",
    r"(?:\bnot|(?:do|does|did|wo)n ?t) (?:want|wish|like|agree)",
    rf"(?:refus|declin|reject|object)\w* (?:to )?(?:\w+ )?(?:{_MAIL}|market|newsletter|promo)",
    # German
    r"abgemeldet|abmeld|abbestell|ausgetragen|austrag(?:en|ung)|widerruf|widersprochen",
    r"widerspruch|gesperrt|sperr(?:e\b|liste|vermerk)|werbesperr|unzustellbar",
    rf"keine? ?(?:werbung|newsletter|{_MAIL}|kontakt)|nicht ?(?:anschreib|kontakt|mailen|bewerb)",
    # French
    r"desabo|desinscri|liste ?noire|opposition|\boppose|plainte|rebond|stop ?pub",
    r"\b(?:ne )?pas ?(?:d |de )?(?:contact|envoy|sollicit|ecrire|demarch|mail|e ?mail|newsletter)",
    # Spanish
    r"desu[bs]s?cri|desapunt|\bbaja\b|no ?(?:enviar|contactar|molestar|mandar)|lista ?negra",
    r"rebot(?:e|ad|o)|bloquead[oa]|excluid[oa]|queja",
    # Italian, Dutch, Portuguese, Polish
    r"disiscri|uitgeschreven|uitschrijv|afgemeld|afmeld|descadastr|wypisan",
)
_MAY = r"(?:allow\w*|agree\w*|wants?|receiv\w*|permi\w*|may|can)"
_NAMES_IN = (
    # English
    r"\bsubscribed\b|^(?:is )?subscriber$|\bsubscribe\b|(?:mail|letter|marketing) ?subscri",
    r"\bopt(?:ed|s)? ?in\b|(?:mail|letter|marketing)optin\b|consent|newsletter",
    rf"accept\w* ?(?:\w+ )?(?:{_MAIL}|market|promo)|(?:{_MAIL}|market|contact)able\b",
    rf"(?:{_MAIL}s?|marketing) ?(?:allowed|permi|ok\b|agree|accept|enabled|opt\b)",
    rf"{_MAY} ?(?:to )?(?:receive )?(?:be )?(?:{_MAIL}|market|contact|promo)",
    # German
    r"einwillig|eingewillig|zustimm|zugestimm|werbeerlaubnis|erlaubnis|werbung erlaubt",
    r"\babonn(?:iert|ent)",
    # French
    r"consentement|\babonnee?\b|\binscrite?\b|infolettre",
    r"(?:autoris|accept|souhait)\w* .*(?:mail|market|newsletter|communic|prospect|pub)",
    # Spanish
    r"consentimiento|\bsuscrit[oa]\b|\bsuscri(?:ptor|pcion|tor)|boletin",
    r"(?:autoriz|acept|dese)\w* .*(?:correo|mail|market|publicid|comunicac|boletin)",
    # Italian, Dutch, Portuguese, Polish
    r"\biscritt[oa]\b|\bconsenso|ingeschreven|aangemeld|toestemming|nieuwsbrief",
    r"\binscrit[oa]\b|consentimento|\bassinante\b|\bzgoda\b",
)
_NAMES_UNCLEAR = (
    r"(?:mail|marketing|newsletter|subscri\w*|consent) (?:contact )?(?:status|state|pref|setting)",
    r"\b(?:contact|suscripcion|abonnement) (?:status|state|preference)",
    r"\b(?:status|statut|estado) (?:\w+ )?(?:mail|marketing|newsletter|suscri|abonn|inscri)",
    r"\b(?:gdpr|dsgvo|rgpd)\b(?! ?(?:consent|einwillig|zustimm|opt ?in\b|accept))",
    r"newsletter ?status|\bpermission\b|\bopt ?in (?:\w+ )?out\b",
)
_OUT = re.compile("|".join(_NAMES_OUT))
_IN = re.compile("|".join(_NAMES_IN))
_UNCLEAR = re.compile("|".join(_NAMES_UNCLEAR))
_BOTH_WAYS = re.compile(r"\bopt(?:ed)? ?in\b|\bsubscribed\b|\bin\b|\bsubscribe\b")
_NEGATION = re.compile(
    r"\b(?:(?:do|does|did|wo)n t|not?|non|never|without|kein\w*|nicht|nie|ohne|pas|sans|sin|nunca"
    r"|niet|geen|nao)\b"
)
#: What is no consent to email: links to click, other ways to reach somebody, cookies.
_ELSEWHERE = re.compile(r"\b(?:url|link|href|token|hash|uuid|html|cookies?|tracking|analytics)\b")
_OTHER_CHANNEL = re.compile(
    r"\b(?:sms|phone|mobile|tele?(?:fon|phone)?|calls?|anruf|whatsapp|push|fax|post|postal|viber)\b"
)
#: What says when, where or why somebody did something, not how things stand.
_DETAIL = re.compile(
    r"\b(?:time|timestamp|date|datum|fecha|at|on|am|le|el|since|ip|source|quelle|origen|method"
    r"|form|channel|version|text|wording|id|campaign|count|country|language|title|reason|other"
    r"|grund|motif|motivo|raison|comment|by)\b"
)
_WHEN = re.compile(r"\b(?:time|timestamp|date|datum|fecha|at|on|am|le|el|since)\b")
_STATUS = re.compile(
    r"\b(?:status|state|statut|etat|estado|estatus|zustand|stand|stato|subscription|abo|abonnement"
    r"|suscripcion|membership)\b"
)


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split(";"))


_WORDS_IN = _words(
    "subscribed;subscriber;is subscribed;email subscribed;opted in;opt in;optin;single opt in",
    "double opt in;marketing contact;consented;abonniert;abonnent;angemeldet;eingewilligt",
    "zugestimmt;implied;express;explicit;implicit;abonne;abonnee;inscrit;inscrite;consenti;suscrito;suscrita;alta",
)
_WORDS_OUT = _words(
    "non marketing contact;never subscribed;not subscribed;non subscribed;nonsubscribed",
    "not opted in;no consent;spam;revoked;withdrawn;reported;non abonne;non abonnee;non inscrit",
    "non inscrite;non consenti;nicht abonniert;nicht angemeldet;nicht eingewilligt;widerrufen",
    "awaiting confirmation;temporary hold;no permissions set;not set",
    "no suscrito;no suscrita;dado de baja;dada de baja;sin consentimiento",
)
#: These speak of consent where the column's name, or another word in it, does.
_WEAK_IN = _words(
    "active;aktiv;actif;active;activo;activa;confirmed;bestatigt;bestaetigt;confirme;confirmee",
    "confirmado;confirmada;enabled;granted;accepted;allowed",
)
_WEAK_OUT = _words(
    "inactive;inaktiv;inactif;inactivo;inactiva;cancelled;canceled;gekundigt;gekuendigt;annule",
    "annulee;resilie;cancelado;cancelada;pending;ausstehend;en attente;pendiente;unconfirmed",
    "not confirmed;unbestatigt;unbestaetigt;nicht bestatigt;non confirme;sin confirmar;archived",
    "deleted;removed;geloscht;geloescht;supprime;eliminado;borrado;transactional;disabled;denied",
    "declined;rejected;refused;refuse;abgelehnt;paused;stopped;invalid;out",
)
_TRUE = _words(
    "checked;✓;✔;sì;sim;tak;vero;waar;true;t;yes;y;1;1.0;on;x;ja;j;wahr;oui;o;vrai;si;s;sí;verdadero"
)
_FALSE = _words(
    "unchecked;nee;não;nao;nie;onwaar;false;f;no;n;0;0.0;off;nein;falsch;non;faux;falso"
)
_TIME = re.compile(
    # Not 0000-00-00, by which databases mean no date.
    r"(?!0000)[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?:[T ][0-9:.,]+ ?(?:Z|UTC|[+-][0-9:]{2,6})?)?"
    r"|[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:[0-9]{2}){1,2}(?:,? [0-9:.]+(?: ?[AaPp][Mm])?)?"
    r"|[1-9][0-9]{8,12}"
)
_BARE_STATUS = re.compile(
    r"(?:(?:contact|subscriber|email|mail|list|user|member) )?(?:status|state|statut|estado)"
)
_CODE = re.compile(r"-?[0-9]{1,2}")
_TOPICS = frozenset(
    {"marketing", "promotions", "promotional", "email", "emails", "mail", "updates"}
)
_TYPICAL_OUT = ("unsubscribed", "unsubscribe", "optedout", "blacklisted", "suppressed", "optout")
_TYPICAL_IN = ("subscribed", "subscribe", "optedin")
_ALIKE = 0.84
#: Shorter words are near to too many others.
_SHORTEST_TYPO = 6
_MOST_OTHER_LETTERS = 4
_LONGEST_NAME = 100


@lru_cache(maxsize=4096)  # asked again and again of the same columns
def name_sense(name: str) -> Sense | None:
    """Return what a yes in a column of this name means for email; None for other names.

    When somebody opted in is no consent of today and gives None, as do links and other channels.
    """
    text = fold_name(name)
    if _ELSEWHERE.search(text) or (_OTHER_CHANNEL.search(text) and "mail" not in text):
        return None
    if match := _OUT.search(text):
        rest = f"{text[: match.start()]} {text[match.end() :]}"
        doubtful = _NEGATION.search(rest) or _BOTH_WAYS.search(rest)
        return Sense.UNCLEAR if doubtful else Sense.OUT
    if _UNCLEAR.search(text):
        return Sense.UNCLEAR
    sense = Sense.IN if _IN.search(text) else _misspelled(text)
    if sense is Sense.IN and _DETAIL.search(text):
        return None
    return Sense.UNCLEAR if sense and _NEGATION.search(text) else sense


def is_detail(name: str) -> bool:
    """Tell whether a name says why or where somebody opted out, rather than that or when."""
    text = fold_name(name)
    return bool(_DETAIL.search(text)) and not _WHEN.search(text)


def is_status(name: str) -> bool:
    """Tell whether a column of this name may hold the state of anything."""
    return bool(_STATUS.search(fold_name(name)))


def may_be_a_person(name: str) -> bool:
    """Tell whether a name of consent may as well be that of who subscribed: ``Subscriber``."""
    return fold_name(name) == "subscriber"


def is_bare_status(name: str) -> bool:
    """Tell whether a name says that it is a status, and of nothing but a contact."""
    return _BARE_STATUS.fullmatch(fold_name(name)) is not None


def is_code(text: str) -> bool:
    """Tell whether a cell is one of the small numbers by which programs write a status."""
    return _CODE.fullmatch(text) is not None


def is_topic(name: str) -> bool:
    """Tell whether a yes beside such a name, among preferences, means that mail is welcome."""
    return fold_name(name) in _TOPICS


def word_sense(text: str) -> Sense | None:
    """Return the side on which a cell's word stands, None for what is no word of consent."""
    if len(text) > _LONGEST_NAME:
        return None
    word = fold_name(text)
    if word in _WORDS_OUT or word in _WEAK_OUT or _OUT.search(word):
        return Sense.OUT
    return Sense.IN if word in _WORDS_IN or word in _WEAK_IN else None


def is_weak(text: str) -> bool:
    """Tell whether a word speaks of consent only where something else does."""
    word = fold_name(text)
    return word in _WEAK_IN or word in _WEAK_OUT


def to_boolean(text: str) -> bool | None:
    """Return what a yes or a no means, in the languages above; None for what is neither."""
    word = text.strip().casefold()
    return True if word in _TRUE else False if word in _FALSE else None


def is_time(text: str) -> bool:
    """Tell whether a cell is a point in time, in any of the usual spellings."""
    return _TIME.fullmatch(text.strip()) is not None


def are_opposites(one: str, other: str) -> bool:
    """Tell whether a name means the contrary of another: one must never be offered for the other.

    >>> are_opposites("unsubscribed", "subscribed"), are_opposites("subscribd", "subscribed")
    (True, False)
    """
    senses = {name_sense(one), name_sense(other)} - {None}
    if len(senses) > 1:
        return True
    first, second = (fold_name(name).replace(" ", "") for name in (one, other))
    return any(first == p + second or second == p + first for p in _PREFIXES)


_PREFIXES = ("un", "non", "not", "no", "in", "dis", "de", "anti")


def fold_name(text: str) -> str:
    """Return a name in lower case, without accents, its words apart; cut when it is long."""
    text = unicodedata.normalize("NFKD", text[:_LONGEST_NAME])
    text = "".join(character for character in text if not unicodedata.combining(character))
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text.casefold()).split())


def _misspelled(text: str) -> Sense | None:
    """Return the sense of a name in which a word of consent is spelled nearly right."""
    senses = (_misspelled_word(word) for word in text.split() if len(word) >= _SHORTEST_TYPO)
    return next((sense for sense in senses if sense), None)


@lru_cache(maxsize=1024)  # the words of a file's many columns repeat
def _misspelled_word(word: str) -> Sense | None:
    import difflib  # 4 ms, and only names that say nothing else come so far

    letters = set(word)

    def likeness(known: Iterable[str]) -> float:
        # Cheap tests first: a file may have thousands of columns.
        possible = [
            one
            for one in known
            if min(len(word), len(one)) * 2 >= _ALIKE * (len(word) + len(one))
            and len(letters.difference(one)) <= _MOST_OTHER_LETTERS
        ]
        return max(
            (difflib.SequenceMatcher(None, word, one).ratio() for one in possible), default=0
        )

    out, kept_in = likeness(_TYPICAL_OUT), likeness(_TYPICAL_IN)
    if max(out, kept_in) < _ALIKE:
        return None
    return Sense.IN if kept_in > out and word[0] == "s" else Sense.UNCLEAR
