"""A made-up contact file: one mission for each member state, at reserved domains."""

import csv
from collections.abc import Iterator
from pathlib import Path

from outreach.contacts.states import MemberState, MemberStates

COLUMNS = (
    "State", "Organization", "Role", "Title", "Given name", "Family name",
    "E-mail", "Language", "Tags", "Desk",
)  # fmt: skip

# Posts as they are found in real lists: most ambassadors are known by name, some are not.
POSTS = ("ambassador",) * 6 + ("chargé d'affaires", "vacant", "mailbox", "")
GIVEN_NAMES = ("Alma", "Bruno", "Chiara", "Dalia", "Emil", "Farah", "Goran", "Hana", "Ivo", "Jana")
FAMILY_NAMES = (
    "Abara", "Belmonte", "Castell", "Dureau", "Elmar", "Fontane", "Gadir",
    "Halloran", "Ilves", "Jonker", "Kestrel", "Lindqvist", "Maren",
)  # fmt: skip
READS_NO_LETTER = {"AT": "de", "BR": "pt"}  # second contacts whom no version of the letter suits
OPTED_OUT = ("NO", "JP")  # second contacts who wrote before that they want no such mail


def write_missions(path: Path, states: MemberStates) -> None:
    """Write a CSV file with a contact for each state and second contacts for some."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for index, state in enumerate(states):
            writer.writerow(_first_contact(index, state))
            writer.writerows(_second_contact(state))


def second_address(code: str) -> str:
    return f"deputy@{domain(code)}"


def domain(code: str) -> str:
    return f"{code.lower()}.missions.example"


def _first_contact(index: int, state: MemberState) -> tuple[str, ...]:
    post = POSTS[index % len(POSTS)]
    named = post in ("ambassador", "chargé d'affaires")
    title = "H.E." if post == "ambassador" else ""
    given = GIVEN_NAMES[index % len(GIVEN_NAMES)] if named else ""
    family = FAMILY_NAMES[index % len(FAMILY_NAMES)] if named else ""
    mailbox = "mission" if index % 2 else "info"
    committee = "coordination committee" if state.coordination_committee else ""
    person = (_organization(state), post, title, given, family)
    return (state.name, *person, f"{mailbox}@{domain(state.code)}", "", committee, "IP and trade")


def _second_contact(state: MemberState) -> Iterator[tuple[str, ...]]:
    if state.code in READS_NO_LETTER or state.code in OPTED_OUT:
        person = (_organization(state), "deputy", "", "Noor", "Quist")
        language = READS_NO_LETTER.get(state.code, "")
        yield (state.name, *person, second_address(state.code), language, "", "Legal affairs")


def _organization(state: MemberState) -> str:
    return "Permanent Mission" if state.code != "VA" else "Permanent Observer Mission"
