"""The day of return in its many forms; the notices were written on 15 December 2026, a Tuesday."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.inbox.absence import FURTHEST, returns_on, tells_return

SENT = date(2026, 12, 15)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("I will be back on 5 January 2027.", date(2027, 1, 5)),
        ("away from 20 December to 4 January, back on January 5th", date(2027, 1, 5)),
        ("until Monday, 4 January 2027", date(2027, 1, 5)),
        ("returning 2027-01-05", date(2027, 1, 5)),
        ("I return on 05/01/2027", date(2027, 1, 5)),
        ("I return on 12/28/2026", date(2026, 12, 28)),
        ("back on Monday", date(2026, 12, 21)),
        ("back in the office on Tuesday", date(2026, 12, 22)),
        ("back tomorrow", date(2026, 12, 16)),
        ("de retour le 1er février", date(2027, 2, 1)),
        ("absente jusqu'au mercredi 5 janvier inclus", date(2027, 1, 6)),
        ("fuera de la oficina hasta el 7 de enero de 2027", date(2027, 1, 8)),
        ("regresaré el lunes", date(2026, 12, 21)),
        ("в отпуске с 28.12.2026 по 10.01.2027", date(2027, 1, 11)),
        ("вернусь 11 января 2027 г.", date(2027, 1, 11)),
        ("سأعود إلى المكتب يوم 5 يناير 2027", date(2027, 1, 5)),
        ("في إجازة حتى ٥ كانون الثاني ٢٠٢٧", date(2027, 1, 6)),
        ("我将于1月5日返回办公室", date(2027, 1, 5)),
        ("休假，2026年12月20日至2027年1月4日", date(2027, 1, 5)),
        ("bis einschließlich Montag, den 4. Januar", date(2027, 1, 5)),
        ("Ich bin am 5.1. wieder im Büro", date(2027, 1, 5)),
        ("ab 20. Dezember bis 4. Januar im Urlaub", date(2027, 1, 5)),
        ("rientrerò il 7 gennaio", date(2027, 1, 7)),
        ("estarei de volta a 4/1/27", date(2027, 1, 4)),
        ("I am out of the office 16 December 2026.", date(2026, 12, 17)),
        ("I shall be away up to and including Friday 8 January 2027.", date(2027, 1, 9)),
        ("I am away through 8 January.", date(2027, 1, 9)),
        ("Ich bin bis inklusive 8.1. abwesend.", date(2027, 1, 9)),
        (
            "Bis zum 8. Januar 2027 bin ich nicht im Haus, ab dem 11. Januar wieder.",
            date(2027, 1, 11),
        ),
        ("Je suis en congé jusqu'au 8 janvier au soir.", date(2027, 1, 9)),
        ("Je suis absent du 21/12 au 03/01.", date(2027, 1, 4)),
        ("Estaré ausente del 21 de diciembre al 4 de enero, ambos inclusive.", date(2027, 1, 5)),
        ("Буду отсутствовать по 8 января включительно.", date(2027, 1, 9)),
        ("إجازة حتى يوم الجمعة 8 يناير 2027", date(2027, 1, 9)),
        ("من 20 ديسمبر إلى 3 يناير", date(2027, 1, 4)),
        ("本人休假至1月8日。", date(2027, 1, 9)),
        ("我于12月20日至次年1月3日外出，1月4日回到办公室", date(2027, 1, 4)),
        ("Sono in ferie fino all'8 gennaio compreso.", date(2027, 1, 9)),
        ("Estou de férias até ao dia 8 de janeiro inclusive.", date(2027, 1, 9)),
        ("Estarei ausente de 20 a 28 de dezembro.", date(2026, 12, 29)),
        ("I will not be back in the office until Monday, 4 January.", date(2027, 1, 4)),
        ("I am not returning before 4 January.", date(2027, 1, 4)),
        ("Ich bin erst am 4. Januar wieder da.", date(2027, 1, 4)),
        ("Je ne serai pas de retour avant le 4 janvier.", date(2027, 1, 4)),
        ("No estaré de vuelta hasta el 4 de enero.", date(2027, 1, 4)),
        ("Вернусь не раньше 11 января.", date(2027, 1, 11)),
        ("لن أعود قبل 4 يناير", date(2027, 1, 4)),
        ("直到1月4日才返回", date(2027, 1, 4)),
        ("Non rientrerò prima del 7 gennaio.", date(2027, 1, 7)),
        ("Só volto no dia 4 de janeiro.", date(2027, 1, 4)),
        ("I will answer after 4 January.", date(2027, 1, 5)),
        ("Ich melde mich nach dem 4. Januar.", date(2027, 1, 5)),
        ("Je vous répondrai après le 4 janvier.", date(2027, 1, 5)),
        ("Отвечу после 4 января.", date(2027, 1, 5)),
        ("1月4日后回复您", date(2027, 1, 5)),
        ("I will be back in two weeks.", date(2026, 12, 29)),
        ("I'll be back in 10 days.", date(2026, 12, 25)),
        ("Ich bin in zwei Wochen wieder da.", date(2026, 12, 29)),
        ("Je serai de retour dans trois semaines.", date(2027, 1, 5)),
        ("Volveré en dos semanas.", date(2026, 12, 29)),
        ("Вернусь через две недели.", date(2026, 12, 29)),
        ("Вернусь через неделю.", date(2026, 12, 22)),
        ("سأعود بعد أسبوعين", date(2026, 12, 29)),
        ("سأعود بعد أسبوع", date(2026, 12, 22)),
        ("我两周后返回", date(2026, 12, 29)),
        ("Tornerò tra due settimane.", date(2026, 12, 29)),
        ("Volto daqui a duas semanas.", date(2026, 12, 29)),
        ("I am on leave for the next three weeks.", date(2027, 1, 5)),
        ("Je suis absent pendant deux semaines.", date(2026, 12, 29)),
        ("Ich bin für zwei Wochen verreist.", date(2026, 12, 29)),
        ("В отпуске в течение двух недель.", date(2026, 12, 29)),
        ("I will be back next week.", date(2026, 12, 21)),
        ("Je reviens la semaine prochaine.", date(2026, 12, 21)),
        ("Nächste Woche bin ich wieder im Büro.", date(2026, 12, 21)),
        ("Вернусь на следующей неделе.", date(2026, 12, 21)),
        ("下周一回到日内瓦", date(2026, 12, 21)),
        ("我下周三返回", date(2026, 12, 23)),
        ("Volveré el próximo lunes.", date(2026, 12, 21)),
        ("Tornerò lunedì prossimo.", date(2026, 12, 21)),
        ("Ich bin bis Donnerstag unterwegs.", date(2026, 12, 18)),
        ("Absente jusqu'à vendredi.", date(2026, 12, 19)),
        ("سأعود يوم الأحد", date(2026, 12, 20)),
        ("Вернусь в понедельник.", date(2026, 12, 21)),
        ("Estarei de volta na segunda-feira.", date(2026, 12, 21)),
        ("I shall return at the end of January.", date(2027, 1, 31)),
        ("away until the end of January", date(2027, 2, 1)),
        ("Ich bin bis Ende Januar in Elternzeit.", date(2027, 2, 1)),
        ("Je serai de retour mi-janvier.", date(2027, 1, 15)),
        ("Je serai de retour fin janvier.", date(2027, 1, 31)),
        ("de retour début février", date(2027, 2, 1)),
        ("Regreso a finales de enero.", date(2027, 1, 31)),
        ("Вернусь в конце января.", date(2027, 1, 31)),
        ("سأعود في نهاية يناير", date(2027, 1, 31)),
        ("我1月底返回", date(2027, 1, 31)),
        ("Tornerò a fine gennaio.", date(2027, 1, 31)),
        ("Estarei de volta em meados de janeiro.", date(2027, 1, 15)),
        ("Ich bin ab KW 2 wieder da.", date(2027, 1, 11)),
        ("Ich bin bis KW 1 im Urlaub.", date(2027, 1, 11)),
        ("I will be back in week 3.", date(2027, 1, 18)),
        ("Retour en semaine 2.", date(2027, 1, 11)),
        ("Back in February.", date(2027, 2, 1)),
        ("Ich bin im März wieder da.", date(2027, 3, 1)),
        ("Вернусь в феврале.", date(2027, 2, 1)),
        ("I am out until the 23rd.", date(2026, 12, 24)),
        ("I am away until 23.", date(2026, 12, 24)),
        ("Ich bin bis 23. nicht im Büro.", date(2026, 12, 24)),
        ("Je suis absent jusqu'au 23.", date(2026, 12, 24)),
        ("Estaré fuera hasta el 23.", date(2026, 12, 24)),
        ("В отпуске до 4-го.", date(2027, 1, 5)),
        ("في إجازة حتى 23", date(2026, 12, 24)),
        ("休假至23日", date(2026, 12, 24)),
        ("Fuori ufficio fino al 23.", date(2026, 12, 24)),
        ("Ausente até dia 23.", date(2026, 12, 24)),
        ("20.12. – 3.1. abwesend", date(2027, 1, 4)),
        ("Urlaub 21.12.-3.1.", date(2027, 1, 4)),
        ("on leave 28 December to 3 January", date(2027, 1, 4)),
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
        "Our office is open until 17:00.",
        "The office is open from 9 to 17 h.",
        "Офис работает с 9 до 18 часов.",
        "I may be back some time.",
        "Call me at 022 555 01 30 until 5 pm.",
        "Guten Morgen, ich bin nicht da.",
        "Le bureau est ouvert de 9h à 17h.",
        "I have been with the mission for ten years.",
    ],
)
def test_what_is_no_day_of_return_is_left_alone(text: str) -> None:
    assert returns_on(text, SENT) is None


def test_only_a_word_beside_a_day_tells_of_a_return() -> None:
    assert tells_return("gone till Monday", SENT)
    assert tells_return("back on 5 January", SENT)
    assert not tells_return("your letter of 20 December 2026", SENT)
    assert not tells_return("open from Monday to Friday", SENT)


def test_a_day_that_one_is_back_on_is_not_also_the_last_one_away() -> None:
    assert returns_on("returning 06/01/2027: out until 06/01/2027", SENT) == date(2027, 1, 6)


@given(st.text(max_size=100), st.integers(0, 10**6), st.sampled_from(("week", "until", "第", "")))
def test_it_never_fails_at_numbers(text: str, number: int, word: str) -> None:
    returns_on(f"{text} back {word} {number} days in January {number}", SENT)
    returns_on(f"{number}月底回来 第{number}周", date.max)


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
