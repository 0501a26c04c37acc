"""The answer apart from what it quotes; no word of it may be lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.inbox.parsing import parse
from outreach.inbox.quoting import split
from tests.inbox.samples import sample

ANSWER = "We agree.\nAna"


@pytest.mark.parametrize(
    "quoted",
    [
        "On Tue, Dec 1, 2026 at 9:00 AM Us <letters@example.org> wrote:\n> Excellency,",
        "On Tue, 1 Dec 2026 at 09:00, The organizers of the letter\n<letters@example.org> wrote:\n"
        "Excellency,",
        "Le mar. 1 déc. 2026 à 09:00, Us <letters@example.org> a écrit :\n\n> Excellence,",
        "El mar, 1 dic 2026 a las 9:00, Us (<letters@example.org>) escribió:\n> Excelencia:",
        "вт, 1 дек. 2026 г. в 09:00, Us <letters@example.org>:\n\n> Ваше превосходительство,",
        "Am 01.12.26 um 09:00 schrieb Us:\n> Exzellenz,",
        "Il giorno mar 1 dic 2026 alle ore 09:00 Us <letters@example.org> ha\nscritto:\n> Ecc.",
        "Em ter., 1 de dez. de 2026 às 09:00, Us <letters@example.org> escreveu:\n> Excelência",
        "Us <letters@example.org> 于2026年12月1日周二 16:00写道：\n\n> 阁下：",
        "Op di 1 dec 2026 om 09:00 schreef Us <letters@example.org>:\n> Excellentie,",
        "1 Ara 2026 Sal 09:00 tarihinde Us <letters@example.org> şunu yazdı:\n\n> Ekselansları",
        "> On 1 Dec 2026, at 09:00, Us <letters@example.org> wrote:\n> \n> Excellency,",
        "-----Original Message-----\nFrom: Us\nSent: Tuesday\nSubject: Letter\n\nExcellency,",
        "________________________________\nFrom: Us <letters@example.org>\nSent: Tuesday\n"
        "To: Ana\nSubject: Letter\n\nExcellency,",
        "Von: Us [mailto:letters@example.org]\nGesendet: Dienstag\nAn: Ana\nBetreff: Brief\n\nExz.",
        "От: Us <letters@example.org>\nОтправлено: 1 декабря\nКому: Ana\nТема: Письмо\n\nВаше",
        "من: Us <letters@example.org>\nتاريخ الإرسال: 1 ديسمبر\nإلى: Ana\nالموضوع: رسالة\n\nصاحب",
        "发件人: Us <letters@example.org>\n发送时间: 2026年12月1日\n收件人: Ana\n主题: 信\n\n阁",
        "---------- Forwarded message ---------\nFrom: Us <letters@example.org>\n\nExcellency,",
        "Envoyé avec la messagerie sécurisée Proton Mail.\n"
        "Le mardi 1 décembre 2026 à 09:00, Us <letters@example.org> a écrit :\n\n> Excellence,",
        "Tuesday, December 1, 2026, 9:00:00 AM, you wrote:\n\nOL> Excellency,\nOL> we ask.",
        "Вы писали 1 декабря 2026 г., 9:00:00:\n\nOL> Ваше превосходительство,",
        "-- \nAna Ferreira\nFirst Secretary",
        "Sent from my phone",
    ],
)
def test_what_stands_below_an_answer_is_told_apart(quoted: str) -> None:
    assert split(f"{ANSWER}\n\n{quoted}\n") == (ANSWER, quoted)


def test_answers_between_quoted_lines_stay_visible() -> None:
    visible, quoted = split(
        "On 1 Dec 2026 at 09:00, Us wrote:\n> Will you speak?\nYes.\n\n> May we send papers?\nDo."
    )
    assert visible == "Yes.\n\nDo."
    assert quoted.startswith("On 1 Dec")


def test_answers_between_lines_quoted_with_initials_stay_visible() -> None:
    visible, quoted = split(
        "Hello Us,\n\nOn 1 Dec 2026 at 09:00, you wrote:\n\n"
        "U> Will you speak?\nYes.\n\nU> When?\nAt two."
    )
    assert visible.split() == ["Hello", "Us,", "Yes.", "At", "two."]
    assert "U> When?" in quoted


def test_an_answer_below_the_quoted_mail_stays_visible() -> None:
    visible, _ = split("On 1 Dec 2026 at 09:00, Us wrote:\n> Will you speak?\n\nYes, we will.")
    assert visible == "Yes, we will."


@pytest.mark.parametrize(
    "text",
    [
        "In 2019 the minister wrote:\nthe office is closed.",
        "Please note:\nwe agree.",
        "From: the Permanent Mission\nTo: the organizers\nDate: today\nSubject: letter\n\nYes.",
        "Q> Do you agree?\nA> Yes, we do.\nA> And we sign.",
        "Points one and two:\nA> we agree with the one\nA> and with its annex",
        "On 1 December 2026 you wrote:\nthat it closes. It does not.",
        "Our delegate wrote at 10:30 in the session of 2026:\nWe agree.\nThat remains.",
        "On 3 May 2026 our delegate ana@mission-fr.example wrote:\nWe agree.\nThat remains.",
        "We agree on:\n- the offices\n- the costs",
        "A\n--\nB\n" + "long text\n" * 40,
    ],
)
def test_what_only_resembles_a_mark_stays_visible(text: str) -> None:
    assert split(text) == (text.strip(), "")


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("reply-outlook-fr", "Conseillère"),
        ("reply-gmail-en", "Amara Keita"),
        ("reply-apple-es", "Ministra Consejera"),
        ("reply-thunderbird-ru", "русском языке."),
        ("reply-gmail-ar", "سارة الحسن"),
        ("reply-qq-zh", "王伟"),
        ("reply-phone-en", "We will take the floor on this."),
        ("reply-outlook-web-pt", "João Tavares"),
        ("reply-inline-de", "Jonas Berger"),
    ],
)
def test_the_usual_programs_answers_end_where_they_end(name: str, last: str) -> None:
    mail = parse(sample(name))
    assert mail.visible.endswith(last)
    assert "letters@example.org" not in mail.visible


LINES = (
    "> x",
    "From: a@b",
    "To: c",
    "Subject: d",
    "-- ",
    "",
    "On 1 at 9:00 a wrote:",
    "text",
    "AB> y",
    "____",
    "-----Original Message-----",
)


@given(st.lists(st.sampled_from(LINES), max_size=30))
def test_no_line_is_lost(lines: list[str]) -> None:
    visible, quoted = split("\n".join(lines))
    found = [*visible.split("\n"), *quoted.split("\n")]
    assert sorted(filter(None, map(str.strip, found))) == sorted(
        filter(None, map(str.strip, lines))
    )
