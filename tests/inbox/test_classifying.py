"""What an incoming mail is: the recorded mails, and the doubtful cases in words."""

from datetime import date

import pytest

from outreach.inbox.classifying import Verdict, classify
from outreach.inbox.kinds import MailKind
from outreach.inbox.parsing import parse
from tests.inbox.samples import NAMES, a_mail, sample

K = MailKind

KINDS = {
    "reply": K.reply,
    "broken": K.reply,
    "away": K.out_of_office,
    "auto": K.auto_reply,
    "delayed": K.auto_reply,
    "bounce": K.bounce,
    "complaint": K.complaint,
    "challenge": K.challenge,
    "opt": K.opt_out,
}

RETURNS = {
    "away-ar": date(2027, 1, 3),
    "away-exchange-en": date(2027, 1, 4),
    "away-exchange-fr": date(2027, 1, 7),
    "away-in-words-alone": date(2027, 1, 19),
    "away-it": date(2027, 1, 7),
    "away-pt": date(2027, 1, 4),
    "away-subject-de": date(2027, 1, 11),
    "away-vacation-es": date(2027, 1, 12),
    "away-words-only-ru": date(2027, 1, 11),
    "away-zh": date(2027, 1, 5),
}

BOUNCES = {
    "bounce-exchange": ("press@mission-gr.example", True, "5.1.10"),
    "bounce-exim": ("consul@mission-ug.example", True, None),
    "bounce-forwarded": ("mission@mission-is.example", False, "5.7.1"),
    "bounce-mailbox-full": ("info@mission-bo.example", False, "5.2.2"),
    "bounce-postfix": ("ambassador@mission-td.example", True, "5.1.1"),
    "bounce-qmail": ("charge@mission-la.example", True, "5.1.1"),
    "bounce-words-ru": ("posol@mission-tj.example", True, None),
}


def verdict(content: bytes) -> Verdict:
    return classify(parse(content))


@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_mail_is_what_its_name_says(name: str) -> None:
    found = verdict(sample(name))
    assert found.kind is KINDS[name.partition("-")[0]]
    assert found.evidence


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("away")])
def test_the_day_of_return_is_read_in_every_language(name: str) -> None:
    assert verdict(sample(name)).returns_on == RETURNS[name]


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("bounce")])
def test_a_bounce_names_its_address_and_whether_it_is_for_good(name: str) -> None:
    bounce = verdict(sample(name)).bounce
    assert bounce is not None
    assert (bounce.recipient, bounce.permanent, bounce.status) == BOUNCES[name]


@pytest.mark.parametrize(
    "text",
    [
        "We will be out of the office when the committee meets, so please write in January.",
        "Thank you. In urgent cases our deputy takes the floor.",
        "Your letter has been received and passed on. We will respond as soon as possible.",
        "Could you confirm that you are a person and not a company? See https://example.org",
        "Please do not send us the annex again; we have it.\n\nBut we do support the letter.",
        "Why do you write to us? Please explain before you unsubscribe us.",
        "We do not wish to unsubscribe, on the contrary.",
        "Please remove this address and write to chancery@mission-fr.example from now on.",
        "The message could not be delivered to the minister in person, who is travelling.",
        "This is not an automatic reply: I have read every page.",
        "",
    ],
)
def test_what_a_person_may_have_written_is_a_reply(text: str) -> None:
    assert verdict(a_mail(text, subject="Re: Open letter")).kind is K.reply


@pytest.mark.parametrize(
    "field",
    [
        {"auto_submitted": "no"},
        {"auto_submitted": "auto-forwarded"},
        {"x_auto_response_suppress": "All"},
        {"precedence": "bulk"},
        {"precedence": "list", "list_id": "<delegates.example>"},
        {"return_path": "<ana@mission-fr.example>"},
    ],
)
def test_these_fields_alone_make_no_machine(field: dict[str, str]) -> None:
    assert verdict(a_mail("We agree with your letter.", **field)).kind is K.reply


@pytest.mark.parametrize(
    "field",
    [
        {"auto_submitted": "auto-replied"},
        {"auto_submitted": "Auto-Generated; owner-email=x"},
        {"return_path": "<>"},
        {"precedence": "auto_reply"},
        {"x_autoreply": "yes"},
        {"subject": "Autosvar: Open letter"},
        {"subject": "[EXTERNAL] Automatic reply: Open letter"},
        {"subject": "自動回覆: Open letter"},
    ],
)
def test_these_fields_alone_show_a_machine(field: dict[str, str]) -> None:
    found = verdict(a_mail("We have received your letter.", **field))
    assert found.kind is K.auto_reply
    assert found.evidence[0]


def test_words_decide_beside_a_weak_sign() -> None:
    away = "I am on annual leave."
    assert verdict(a_mail(away)).kind is K.reply
    assert verdict(a_mail(away, precedence="bulk")).kind is K.out_of_office
    listed = a_mail(away, precedence="bulk", list_id="<delegates.example>")
    assert verdict(listed).kind is K.reply


def test_an_absence_notice_below_which_our_letter_is_quoted_is_a_persons_answer() -> None:
    text = "I am on annual leave until 8 January. In urgent cases please contact my deputy."
    assert verdict(a_mail(text, subject="Re: Open letter")).kind is K.out_of_office
    quoting = f"{text}\n\nOn 1 Dec 2026 at 09:00, Us <letters@example.org> wrote:\n> Excellency,"
    assert verdict(a_mail(quoting, subject="Re: Open letter")).kind is K.reply


@pytest.mark.parametrize(
    "text",
    [
        "Unsubscribe",
        "STOP",
        "Please take us off your list.",
        "Veuillez nous désinscrire de cette liste.",
        "Por favor, no nos envíen más correos.",
        "Прошу исключить наш адрес из рассылки.",
        "يرجى إزالة عنواننا من القائمة.",
        "请勿再发，谢谢。",
        "Bitte nehmen Sie uns aus dem Verteiler.",
        "Vi preghiamo di non inviarci più messaggi.",
        "Por favor, não nos enviem mais mensagens.",
    ],
)
def test_a_short_request_for_no_more_mail_is_an_opt_out(text: str) -> None:
    assert verdict(a_mail(text, subject="Re: Open letter")).kind is K.opt_out


def test_the_way_out_that_our_own_letter_offers_is_no_request() -> None:
    text = "We agree.\n\n> To stop receiving these letters, unsubscribe here."
    assert verdict(a_mail(text)).kind is K.reply


def test_a_postmaster_who_answers_is_a_person() -> None:
    text = "Your mail to info@mission-fr.example was rejected by our filter. Please send it again."
    sender = {"from": "Olaf (postmaster) <postmaster@mission-fr.example>"}
    assert verdict(a_mail(text, **sender, subject="Re: blocked")).kind is K.reply
    assert verdict(a_mail(text, **sender, subject="Undeliverable")).kind is K.bounce


def test_without_a_machines_sign_only_a_formal_notice_is_one() -> None:
    away = "I am on leave this week. For emergencies call the desk."
    thanks = "Thank you for your email. "
    assert verdict(a_mail(away, subject="Re: Open letter")).kind is K.reply
    assert verdict(a_mail(thanks + away, subject="Re: Open letter")).kind is K.out_of_office
    to_several = a_mail(thanks + away, to="inbox@in.example.org, all@mission-fr.example")
    assert verdict(to_several).kind is K.reply


def test_a_person_who_attaches_a_bounce_has_not_bounced() -> None:
    bounce = sample("bounce-postfix").decode()
    head = "From: ana@mission-fr.example\r\nSubject: Fwd: this came back\r\n"
    parts = (
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nSee what I got.\r\n"
        f"--x\r\nContent-Type: message/rfc822\r\n\r\n{bounce}\r\n--x--\r\n"
    )
    assert verdict((head + parts).encode()).kind is K.reply


def test_a_report_of_spam_that_was_none_is_no_complaint() -> None:
    mail = sample("complaint").replace(b"Feedback-Type: abuse", b"Feedback-Type: not-spam")
    assert verdict(mail).kind is K.auto_reply


def test_a_machine_that_says_nothing_of_an_absence_only_answers() -> None:
    named = {"subject": "Automatic reply: Open letter"}
    hours = "We read all mail. The office is open from Monday to Friday."
    assert verdict(a_mail(hours, **named)).kind is K.auto_reply
    assert verdict(a_mail("Gone fishing till Monday.", **named)).kind is K.out_of_office


def test_nobody_writes_to_a_person_as_to_a_sender() -> None:
    away = "I am away from the office this week. I return next Monday and will reply then."
    re = {"subject": "Re: Open letter"}
    assert verdict(a_mail(f"Dear sender,\n\n{away}", **re)).kind is K.out_of_office
    assert verdict(a_mail(f"Dear Maria,\n\n{away}", **re)).kind is K.reply
    assert verdict(a_mail(f"Dear sender, we agree. {away}", **re)).kind is K.reply


def test_a_request_to_end_has_nothing_beside_it() -> None:
    ask = "Please remove us from your list."
    assert verdict(a_mail(f"I never subscribed. {ask} Thank you very much.")).kind is K.opt_out
    assert verdict(a_mail(f"{ask}\n\nKind regards,\nThe Chancery, 1 Lake Road, Geneva.")).kind is (
        K.opt_out
    )
    assert verdict(a_mail(f"The Council has already settled this matter. {ask}")).kind is K.reply
    assert verdict(a_mail('Your footer says "unsubscribe" and nothing else.')).kind is K.reply


def test_a_request_may_name_its_address_but_no_other() -> None:
    one = "Please remove a@mission-fr.example from your list"
    assert verdict(a_mail(f"{one}.")).kind is K.opt_out
    assert verdict(a_mail(f"{one} and write to b@mission-fr.example.")).kind is K.reply
    assert verdict(a_mail("Remove us from your list, ask b@mission-fr.example.")).kind is K.reply
