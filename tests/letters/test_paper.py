"""A copy as a formal letter: all that was approved, and nothing that is the mail's alone."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from subprocess import PIPE
from typing import Any
from unicodedata import category

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.errors import InvalidInput
from outreach.letters.compiling import Compiler
from outreach.letters.copies import Links, fill
from outreach.letters.copies import values as values_of
from outreach.letters.dates import written_day
from outreach.letters.enclosures import checked_name, file_name
from outreach.letters.paper import Letterhead, on_paper
from outreach.letters.source import LetterSource
from outreach.letters.tables import Enclosure
from outreach.typesetting.paper import pdf
from tests.letters.factories import FOOTER, a_source, values
from tests.letters.words import LETTERS, MARKDOWN
from tests.typesetting.reading import Pdf

DAY = date(2026, 12, 1)
LETTERHEAD = Letterhead("The organizers", ("1 Quay", "us@example.org"))


def enclosed(source: LetterSource, **contact: Any) -> Enclosure:
    compiled = Compiler().compile(source, FOOTER, values(**contact))
    return on_paper(compiled.skeleton, compiled.slots, LETTERHEAD, DAY)


def paper(source: LetterSource, **contact: Any) -> bytes:
    return enclosed(source, **contact).content


def text(body: str, **fields: Any) -> str:
    return Pdf(paper(a_source(body, **fields))).text


def letters(written: str) -> Counter[str]:
    return Counter(one for one in written if category(one)[0] in "LN")


@pytest.mark.parametrize("load", LETTERS)
def test_no_letter_of_a_letter_is_lost(load: Callable[[], LetterSource]) -> None:
    source, given = load(), values()
    given["state"]["coordination_committee"] = True
    compiled = Compiler().compile(source, FOOTER, given)
    pdf = Pdf(on_paper(compiled.skeleton, compiled.slots, LETTERHEAD, DAY).content)
    copy = fill(compiled.skeleton, values_of(compiled.slots, Links("")))
    day = "" if source.date else written_day(DAY, source.language)
    head = f"The organizers 1 Quay us@example.org {day} {copy.subject}"
    pages = [f"{page} / {len(pdf.pages)}" for page in range(1, len(pdf.pages) + 1)]
    foot = " ".join(pages) if len(pages) > 1 else ""
    body = copy.text.rpartition("* * *")[0]
    # Arabic forms of several letters are read back with more of them, so this counts one way.
    assert not letters(f"{head} {body} {foot}") - letters(pdf.text)


def test_notes_stand_at_the_foot_of_their_page() -> None:
    filling = "Much is to be said. " * 600
    pages = Pdf(paper(a_source(f"A.[^1]\n\n{filling}\n\nB.[^2]\n\n[^1]: Eins.\n[^2]: Zwei."))).pages
    assert [("Eins" in page, "Zwei" in page) for page in (pages[0], pages[-1])] == [
        (True, False),
        (False, True),
    ]


def test_the_date_is_the_letters_own_or_the_day() -> None:
    assert "1 December" not in text("Dear Sir,", date="Geneva, 24 May 2026")
    assert "1 December 2026" in text("Dear Sir,")


def test_days_are_written_in_the_letters_language() -> None:
    assert written_day(DAY, "en") == "1 December 2026"
    assert written_day(DAY, "fr-CH") == "1 décembre 2026"
    assert written_day(DAY, "zh") == "2026年12月1日"
    assert written_day(DAY, "tlh") == "1 December 2026", "as good as any other"


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("fr", "Geneva, 1 décembre 2026"),
        ("zh", "Geneva，2026年12月1日"),
        ("ar", "Geneva، 1 ديسمبر 2026"),
    ],
)
def test_the_place_stands_before_the_day_and_turns_nothing_around(language: str, line: str) -> None:
    compiled = Compiler().compile(a_source("x", language=language), FOOTER, values())
    letterhead = Letterhead("Us", place="Geneva")
    made = Pdf(on_paper(compiled.skeleton, compiled.slots, letterhead, DAY).content)
    assert not letters(line) - letters(made.text)
    if language == "ar":  # the sender, the pieces of the line, the subject and the text
        place, *day = made.begins[1:-2]
        assert place > max(day)


def test_who_reads_paper_can_opt_nobody_out() -> None:
    said = text("End it: {{ unsubscribe_url }} or [here]({{ unsubscribe_url }}).")
    assert "End it: … or here." in said
    assert "Sent by" not in said, "the footer speaks of the mail"


def test_an_address_can_be_read_and_followed() -> None:
    data = paper(a_source("See [this](https://example.org/a?b=1&c=2)."))
    assert "this <https://example.org/a?b=1&c=2>" in Pdf(data).text
    assert b"/URI(https://example.org/a?b=1&c=2)" in data


def test_a_letter_from_right_to_left_begins_at_the_right() -> None:
    left, right = (
        Pdf(paper(a_source("{{ contact.name }}", language=language))).begins[-1]
        for language in ("fr", "ar")
    )
    assert left == pytest.approx(70.9, abs=0.1)
    assert right > 400


def test_a_letter_of_one_page_has_no_number_and_a_longer_one_has() -> None:
    assert "1 / 1" not in text("Dear Sir,")
    assert "3 / 3" in text("Much is to be said. " * 250)


def test_the_number_of_a_page_runs_from_left_to_right_in_arabic_too() -> None:
    long = a_source("تفضلوا بقبول فائق الاحترام. " * 150, language="ar")
    made = Pdf(paper(long))
    contents = b"".join(made.stream(number) for number in made.contents)
    feet = contents.split(b"/Subtype/Footer")[1:]
    assert [b"/ReversedChars" in foot.partition(b"ET\nQ\nEMC")[0] for foot in feet] == [False] * 3
    assert [page[-5:] for page in made.pages] == ["1 / 3", "2 / 3", "3 / 3"]


def test_a_value_is_never_read_as_typst() -> None:
    hostile = '#read("/etc/passwd") $x$ *a* [b] <c>'
    source = a_source("{{ contact.name }}", subject="{{ contact.name }}")
    assert Pdf(paper(source, name=hostile)).text.count(hostile) == 2


def test_the_file_is_tagged_and_names_its_title_and_language_and_no_author() -> None:
    data = paper(a_source("# A\n\nDear *Sir*,[^1]\n\n[^1]: Note.", language="fr", subject="Objet"))
    for sign in (b"pdfuaid:part", b"/StructTreeRoot", b"/Lang(fr)", b"/Title(Objet)"):
        assert sign in data
    assert b"/Author" not in data


def test_the_same_copy_gives_the_same_bytes_in_another_process_and_no_moment_of_making() -> None:
    source = a_source("Dear *Sir*,[^1]\n\n[^1]: Note.", subject="Objet")
    made = paper(source)
    dates = re.findall(rb"Date\s*\(D:(\d+)", made) + re.findall(rb"Date>([\dT:-]+)", made)
    assert dates
    assert {re.sub(rb"\D", b"", each)[:14] for each in dates} == {b"20261201000000"}
    compiled = Compiler().compile(source, FOOTER, values())
    skeleton = compiled.skeleton.model_dump()
    program = (
        "from datetime import date; from outreach.letters.paper import *; import sys; "
        f"given = Skeleton(**{skeleton!r}), {compiled.slots!r}, {LETTERHEAD!r}, date(2026, 12, 1); "
        "sys.stdout.buffer.write(on_paper(*given).content)"
    )
    elsewhere = {"PYTHONPATH": os.getcwd(), "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7"}
    again = subprocess.run([sys.executable, "-c", program], env=elsewhere, stdout=PIPE, check=True)
    assert again.stdout == made


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("Objet\u00a0: une demande", "Objet une demande.pdf"),
        ("../../etc/passwd", "etc passwd.pdf"),
        ("关于办公室的信", "关于办公室的信.pdf"),
        ("???", "letter.pdf"),
    ],
)
def test_the_file_is_named_after_the_subject(subject: str, name: str) -> None:
    made = enclosed(a_source("Dear Sir,", subject=subject))
    assert (made.name, made.media_type) == (name, "application/pdf")


@given(st.text())
def test_any_title_makes_a_name_that_may_be_sent(title: str) -> None:
    name = file_name(title, ".pdf")
    assert checked_name(name) == name


def test_what_typst_cannot_set_is_said_without_quoting_it() -> None:
    with pytest.raises(InvalidInput, match=r"^This cannot be set as PDF\.$"):
        pdf("letter", {"secret": 1}, title="secret", language="en", dated=datetime.now(UTC))


def test_a_letterhead_may_be_a_name_alone() -> None:
    compiled = Compiler().compile(a_source("Dear Sir,"), FOOTER, values())
    made = on_paper(compiled.skeleton, compiled.slots, Letterhead("Us", ("", "")), DAY)
    assert Pdf(made.content).text.startswith("Us1 December 2026Whales")


@settings(max_examples=40)
@given(MARKDOWN, st.sampled_from(["en", "ar", "zh"]))
def test_whatever_markdown_makes_of_a_text_can_be_set(body: str, language: str) -> None:
    source = a_source(f"{body}x", language=language, signatories=("A", "B"))
    assert b"pdfuaid:part" in paper(source)
