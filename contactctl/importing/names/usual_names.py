"""The names that exports of other programs use for the address, the two names and the user id.

In English, German, French and Spanish, and the plainest in some others. Consent has no place here:
nobody's is guessed. Nor has a name that may mean something else, such as ``Name`` for both names
and ``ID`` for any id.
"""

from __future__ import annotations

from contactctl.consent_words import fold_name

#: Longer than any of the table.
_LONGEST = 60
USUAL_NAMES: dict[str, tuple[str, ...]] = {
    "email": (
        "Email Address",
        "E-mail 1 - Value",
        "E-mail 1",
        "E-mail 1 Address",
        "Email Address 1",
        "Primary Email",
        "Primary Email Address",
        "Email Primary",
        "Contact Email",
        "Customer Email",
        "Subscriber Email",
        "User Email",
        "Mail",
        "Mail Address",
        "E-Mail-Adresse",
        "Mailadresse",
        "Adresse e-mail",
        "Adresse mail",
        "Adresse de courriel",
        "Adresse électronique",
        "Courriel",
        "Correo",
        "Correo electrónico",
        "Dirección de correo",
        "Dirección de correo electrónico",
        "Dirección de email",
        "Indirizzo email",
        "Indirizzo e-mail",
        "E-mailadres",
        "Adres e-mail",
        "Endereço de e-mail",
        "E-mail adresse",
        "E-postadress",
    ),
    "userId": (
        "User Identifier",
        "Benutzer-ID",
        "Nutzer-ID",
        "ID utilisateur",
        "ID de l'utilisateur",
        "Identifiant utilisateur",
        "ID usuario",
        "ID de usuario",
        "Identificador de usuario",
    ),
    "firstName": (
        "Given Name",
        "Forename",
        "FNAME",
        "Vorname",
        "Prénom",
        "Nombre",
        "Nome",
        "Voornaam",
        "Imię",
    ),
    "lastName": (
        "Surname",
        "Family Name",
        "LNAME",
        "Nachname",
        "Familienname",
        "Nom",
        "Nom de famille",
        "Apellido",
        "Apellidos",
        "Cognome",
        "Achternaam",
        "Nazwisko",
        "Sobrenome",
    ),
}


def fold(name: str) -> str:
    """Return a name as it is looked up in the table: without case, accents and what parts words."""
    return fold_name(name).replace(" ", "")


_FIELD_BY_FOLD = {fold(name): field for field, names in USUAL_NAMES.items() for name in names}


def usual_meaning(name: str) -> str | None:
    """Return the standard field for which exports use a name; None for all other names.

    >>> usual_meaning("E-mail 1 - Value"), usual_meaning("E-mail 2 - Value")
    ('email', None)
    """
    return None if len(name) > _LONGEST else _FIELD_BY_FOLD.get(fold(name))


#: Words behind "email" that say no more than that.
_BEHIND = frozenset({"address", "adresse", "value", "id"})
#: An address may be what such a word is about, and is not what it names.
_ABOUT = frozenset(
    {"last", "first", "latest", "next", "sent", "letzte", "dernier", "ultimo", "per"}
)


def may_be_address(name: str) -> bool:
    """Tell whether a name is that of one address among several, such as ``Work Email``.

    >>> may_be_address("E-mail 2 - Value"), may_be_address("E-mail 2 - Label")
    (True, False)
    """
    words = fold_name(name).replace("e mail", "email").split() if len(name) <= _LONGEST else []
    while words and (words[-1] in _BEHIND or words[-1].isdecimal()):
        words.pop()
    return (words[-1:] == ["email"] or words == ["mail"]) and not _ABOUT.intersection(words)
