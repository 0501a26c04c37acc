"""The day of return in its many forms; the notices were written on 15 December 2026, a Tuesday."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.inbox.absence import FURTHEST, returns_on

SENT = date(2026, 12, 15)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("I will be back on 5 January 2027.", date(2027, 1, 5)),
        ("away from 20 December to 4 January, back on January 5th", date(2027, 1, 5)),
        ("until Monday, 4 January 2027", date(2027, 1, 4)),
        ("returning 2027-01-05", date(2027, 1, 5)),
        ("I return on 05/01/2027", date(2027, 1, 5)),
        ("I return on 12/28/2026", date(2026, 12, 28)),
        ("back on Monday", date(2026, 12, 21)),
        ("back in the office on Tuesday", date(2026, 12, 22)),
        ("back tomorrow", date(2026, 12, 16)),
        ("de retour le 1er février", date(2027, 2, 1)),
        ("absente jusqu'au mercredi 5 janvier inclus", date(2027, 1, 5)),
        ("fuera de la oficina hasta el 7 de enero de 2027", date(2027, 1, 7)),
        ("regresaré el lunes", date(2026, 12, 21)),
        ("в отпуске с 28.12.2026 по 10.01.2027", date(2027, 1, 10)),
        ("вернусь 11 января 2027 г.", date(2027, 1, 11)),
        ("سأعود إلى المكتب يوم 5 يناير 2027", date(2027, 1, 5)),
        ("في إجازة حتى ٥ كانون الثاني ٢٠٢٧", date(2027, 1, 5)),
        ("我将于1月5日返回办公室", date(2027, 1, 5)),
        ("休假，2026年12月20日至2027年1月4日", date(2027, 1, 4)),
        ("bis einschließlich Montag, den 4. Januar", date(2027, 1, 4)),
        ("Ich bin am 5.1. wieder im Büro", date(2027, 1, 5)),
        ("ab 20. Dezember bis 4. Januar im Urlaub", date(2027, 1, 4)),
        ("rientrerò il 7 gennaio", date(2027, 1, 7)),
        ("estarei de volta a 4/1/27", date(2027, 1, 4)),
        ("I am out of the office 16 December 2026.", date(2026, 12, 16)),
    ],
)
def test_a_day_is_read(text: str, day: date) -> None:
    assert returns_on(text, SENT) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I am out of the office.",
        "Call me at 10.30 or at +41 22 555 12 34 in room 3/4.",
        "Our letter of 3 March 2026 has the details.",
        "until 31 February 2027",
        "I will be back in 2035, on 1 January 2035.",
    ],
)
def test_what_is_no_day_of_return_is_left_alone(text: str) -> None:
    assert returns_on(text, SENT) is None


def test_without_the_mails_own_date_only_whole_dates_count() -> None:
    assert returns_on("back on 5 January", None) is None
    assert returns_on("back on Monday", None) is None
    assert returns_on("back on 5 January 2027", None) == date(2027, 1, 5)


@given(st.dates(SENT, SENT + FURTHEST), st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d %B %Y"]))
def test_every_near_day_is_read_back(day: date, form: str) -> None:
    assert returns_on(f"I am away and will be back on {day.strftime(form)}.", SENT) == day


@given(st.text(max_size=300), st.dates())
def test_it_never_fails(text: str, sent: date) -> None:
    found = returns_on(text, sent)
    assert found is None or found >= sent
