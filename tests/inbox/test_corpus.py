"""Mails of many programs, languages and situations are what they are, each in all that counts."""

from datetime import date

import pytest

from outreach.inbox.classifying import classify
from outreach.inbox.parsing import parse
from tests.inbox.corpus import Written, everything

MAILS = list(everything())


def of_kind(kind: str) -> list[Written]:
    return [mail for mail in MAILS if mail.kind == kind]


def named(mail: Written) -> str:
    return mail.name


@pytest.mark.parametrize("mail", MAILS, ids=named)
def test_it_is_what_it_was_written_as(mail: Written) -> None:
    verdict = classify(parse(mail.content))
    assert (verdict.kind, verdict.evidence) == (mail.kind, verdict.evidence)


@pytest.mark.parametrize("mail", of_kind("bounce"), ids=named)
def test_a_bounce_names_the_address_and_whether_it_is_for_good(mail: Written) -> None:
    bounce = classify(parse(mail.content)).bounce
    assert bounce is not None
    assert bounce.recipient == mail.told["recipient"].lower()
    assert bounce.permanent is (mail.told["permanent"] == "yes")
    assert bounce.status == mail.told.get("status", bounce.status)


@pytest.mark.parametrize("mail", of_kind("out_of_office"), ids=named)
def test_a_notice_of_absence_tells_the_day_of_return(mail: Written) -> None:
    day = mail.told.get("returns")
    expected = date.fromisoformat(day) if day else None
    assert classify(parse(mail.content)).returns_on == expected


@pytest.mark.parametrize("mail", [each for each in MAILS if each.visible is not None], ids=named)
def test_an_answer_is_shown_apart_from_what_it_quotes(mail: Written) -> None:
    found = parse(mail.content)
    assert found.visible == mail.visible
    shown = {line.strip("> ") for line in f"{found.visible}\n{found.quoted}".splitlines()}
    assert {line.strip("> ") for line in found.text.splitlines()} <= shown | {""}
