"""What a reader asks the contacts for, out of the page's address; what cannot be meant is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from outreach.contacts.finding import Mail, Wanted
from outreach.contacts.roles import read_role
from outreach.contacts.states import MemberStates
from outreach.contacts.tables import ContactList
from outreach.contacts.terms import NO_LANGUAGE
from outreach.letters.languages import UN_LANGUAGES
from outreach.texts import gettext as _
from outreach.texts import mark

NAMES = ("q", "list", "state", "tag", "role", "language", "mail")
NOT_GIVEN = "none"
LANGUAGES = (*UN_LANGUAGES, NOT_GIVEN)
NOT_KNOWN = {
    "list": mark("There is no list “%(value)s” to look for, so it was left out."),
    "state": mark("There is no state “%(value)s” to look for, so it was left out."),
}
_LONGEST = 200


@dataclass(frozen=True)
class Asked:
    """``given`` are the parameters as typed, for the form and for links; ``told`` what is odd."""

    given: Mapping[str, str]
    wanted: Wanted
    told: list[str] = field(default_factory=list)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.given.keys() - {"q"})


def read_filter(
    arguments: Mapping[str, str], lists: Iterable[ContactList], states: MemberStates
) -> Asked:
    given = {n: text for n in NAMES if (text := arguments.get(n, "").strip()[:_LONGEST])}
    told: list[str] = []

    def known(name: str, found: str | None) -> str:
        if given.get(name) and found is None:
            told.append(_(NOT_KNOWN[name], value=given[name]))
        return found or ""

    slug, state = given.get("list", ""), given.get("state", "")
    ids = {each.slug: each.id for each in lists}
    known("list", slug if slug in ids else None)
    language, mail = given.get("language"), given.get("mail")
    wanted = Wanted(
        text=given.get("q", ""),
        state=known("state", states.find(state) if state else None),
        role=read_role(given.get("role", "")),
        tag=given.get("tag", ""),
        language=NO_LANGUAGE if language == NOT_GIVEN else language,
        list_id=ids.get(slug),
        mail=Mail(mail) if mail in list(Mail) else None,
    )
    return Asked(given, wanted, told)
