"""What an incoming mail is, with the evidence for it: an ordered list of rules, the first that
applies decides. A person's reply taken for a machine's is the worst mistake, since the chase goes
on and nobody looks: when in doubt it is a reply.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from outreach.inbox import absence, bounces, complaints, machines, notices, opting_out
from outreach.inbox.bounces import Bounce
from outreach.inbox.kinds import MailKind
from outreach.inbox.parsing import ParsedMail
from outreach.inbox.words import Phrase, begins, first, phrases, plain
from outreach.texts import mark


@dataclass(frozen=True)
class Verdict:
    """``evidence`` is worded for organizers; ``bounce`` also tells of a delivery only delayed."""

    kind: MailKind
    evidence: list[str]
    bounce: Bounce | None = None
    returns_on: date | None = None


Rule = Callable[[ParsedMail], Verdict | None]

_OPENING = 300  # characters in which a person's program says that the person is away
_LOOKED_AT = 2_000
_LONGEST_NOTICE = 1_500  # without any other sign of a machine


def classify(mail: ParsedMail) -> Verdict:
    verdicts = (rule(mail) for rule in _RULES)
    found = next((verdict for verdict in verdicts if verdict), None)
    return found or Verdict(
        MailKind.reply, [mail.problem or mark("nothing shows that a machine wrote it")]
    )


def _complaint(mail: ParsedMail) -> Verdict | None:
    if mail.feedback is None:
        said = complaints.of_old_form(mail)
        return Verdict(MailKind.complaint, said) if said else None
    kind = mail.feedback.first("feedback-type").lower()
    evidence = mark("it has a feedback report (RFC 5965) of the type %(type)s") % {
        "type": kind or "unknown"
    }
    complains = kind not in complaints.NONE
    return Verdict(MailKind.complaint if complains else MailKind.auto_reply, [evidence])


def _delivery_report(mail: ParsedMail) -> Verdict | None:
    reported = bounces.reported(mail)
    if not reported:
        return None
    failed = [bounce for bounce in reported if bounces.failed(bounce)]
    if not failed:
        evidence = mark("the delivery report says %(action)s, which is no failure") % {
            "action": reported[0].action or "nothing"
        }
        return Verdict(MailKind.auto_reply, [evidence], reported[0])
    worst = next((bounce for bounce in failed if bounce.permanent), failed[0])
    said = (
        mark("the delivery report says failed %(status)s") % {"status": worst.status}
        if worst.status
        else mark("the delivery report says failed")
    )
    return Verdict(
        MailKind.bounce, [said], replace(worst, recipient=bounces.recipient(mail, worst))
    )


def _read_receipt(mail: ParsedMail) -> Verdict | None:
    refused = bounces.refused(mail)
    if refused:
        return Verdict(MailKind.bounce, [mark("a receipt says that it was refused")], refused)
    if mail.receipt:
        return Verdict(MailKind.auto_reply, [mark("it is a read receipt (RFC 8098)")])
    subject = begins(machines.subject(mail), phrases("seen", "subjects"))
    text = first(plain(mail.text[:_LOOKED_AT]), phrases("seen", "lines"))
    if subject and text:
        return Verdict(MailKind.auto_reply, [_begins(subject), _quote(text)])
    return None


def _bounce_in_words(mail: ParsedMail) -> Verdict | None:
    why = _reports(mail)
    if why is None:
        return None
    delayed = bounces.delayed(mail)
    if delayed:
        said = mark("%(words)s: delivery is still being tried") % {"words": delayed}
        return Verdict(MailKind.auto_reply, [why, said], bounces.DELAYED)
    delivered = bounces.delivered(mail)
    if delivered:
        return Verdict(MailKind.auto_reply, [why, delivered])
    bounce = bounces.in_words(mail)
    if bounce:
        return Verdict(
            MailKind.bounce, [why, mark("the text names an address and a failure")], bounce
        )
    return Verdict(MailKind.auto_reply, [why]) if bounces.is_daemon(mail) else None


def _reports(mail: ParsedMail) -> str | None:
    """Why it seems that a mail server reports on one of our mails."""
    if machines.named(mail):
        return None
    why = bounces.from_mailer(mail) or bounces.in_subject(mail)
    if why:
        return why
    sign = machines.sure(mail)
    return sign if sign and bounces.says_failed(mail) else None


_OF_MACHINES = ("away", "receipt", "challenge")


def _automatic(mail: ParsedMail) -> Verdict | None:
    text = plain(mail.visible[:_LOOKED_AT])
    sign = machines.sure(mail)
    if sign is None:
        sign = machines.weak(mail)
        if sign is None or not (_says(text, _OF_MACHINES) or first(text, _proof())):
            return None
    found = _challenge(mail, text, sign) or _away(mail, text, sign)
    return found or _away_by_hints(mail, text, sign) or _noted(text, sign)


def _challenge(mail: ParsedMail, text: str, sign: str) -> Verdict | None:
    phrase = first(text, phrases("challenge", "lines")) or first(text, _proof())
    asks = "http" in mail.text or first(machines.subject(mail), phrases("challenge", "subjects"))
    return Verdict(MailKind.challenge, [sign, _quote(phrase)]) if phrase and asks else None


def _proof() -> tuple[Phrase, ...]:
    return phrases("challenge", "proof")


def _away(mail: ParsedMail, text: str, sign: str) -> Verdict | None:
    in_subject = first(machines.subject(mail), phrases("away", "subjects"))
    in_text = first(text, phrases("away", "lines"))
    evidence = [sign]
    if in_subject:
        evidence.append(_subject_says(in_subject))
    if in_text:
        evidence.append(_quote(in_text))
    return _out_of_office(mail, evidence) if len(evidence) > 1 else None


def _away_by_hints(mail: ParsedMail, text: str, sign: str) -> Verdict | None:
    """Of a machine's answer to one mail a word is enough, or the day of return.

    What acknowledges a receipt needs both, and without either a machine has only answered.
    """
    if not machines.answers(mail) or len(text) > _LONGEST_NOTICE or _says(text, ("receipt",)):
        return None
    hint = first(text, phrases("away", "hints"))
    tells_day = absence.tells_return(*_told(mail))
    received = first(text, phrases("receipt", "hints")) or begins(
        machines.subject(mail), phrases("receipt", "subjects")
    )
    named = tells_day and machines.named(mail)
    if not (hint and tells_day if received else hint or named):
        return None
    return _out_of_office(
        mail, [sign, _quote(hint) if hint else mark("the text tells a day of return")]
    )


def _noted(text: str, sign: str) -> Verdict:
    phrase = first(text, phrases("receipt", "lines"))
    return Verdict(MailKind.auto_reply, [sign, *([_quote(phrase)] if phrase else [])])


def _challenge_in_words(mail: ParsedMail) -> Verdict | None:
    """Without a sign of a machine: a link, and what it is good for said twice.

    Where only an answer is asked for, its subject has to be a challenge's too.
    """
    if machines.is_of_list(mail):
        return None
    subject = first(machines.subject(mail), phrases("challenge", "subjects"))
    text = plain(mail.visible[:_LOOKED_AT])
    held, proof = first(text, phrases("challenge", "held")), first(text, _proof())
    if "http" not in mail.visible:
        answer = first(text, phrases("challenge", "answer"))
        clear = subject and held and proof and answer and not machines.is_answered(mail)
        return Verdict(MailKind.challenge, [_quote(proof), _quote(answer)]) if clear else None
    if subject:
        return _challenge(mail, text, _subject_says(subject))
    return Verdict(MailKind.challenge, [_quote(held), _quote(proof)]) if held and proof else None


def _noted_in_words(mail: ParsedMail) -> Verdict | None:
    said = notices.acknowledges(mail) if _may_be_notice(mail) else []
    return Verdict(MailKind.auto_reply, said) if said else None


def _away_in_words(mail: ParsedMail) -> Verdict | None:
    """Without a sign of a machine: the words alone, and more than one of them."""
    if not _may_be_notice(mail):
        return None
    text = plain(mail.visible[:_LOOKED_AT])
    away = first(plain(mail.visible[:_OPENING]), phrases("away", "lines"))
    support = first(text, phrases("away", "support"))
    subject = begins(machines.subject(mail), phrases("away", "subjects"))
    if subject and (support or (away and first(text, phrases("away", "thanks")))):
        said = [_quote(each) for each in (away, support) if each]
        return _out_of_office(mail, [_begins(subject), *said])
    if away and support and not mail.quoted and notices.is_formal(mail, text):
        return _out_of_office(mail, [_quote(away), _quote(support)])
    return None


def _away_and_no_more(mail: ParsedMail) -> Verdict | None:
    said = notices.says_only_away(mail) if _may_be_notice(mail) else []
    return _out_of_office(mail, said) if said else None


def _may_be_notice(mail: ParsedMail) -> bool:
    """People write longer, to several, and they ask."""
    short = len(mail.visible) <= _LONGEST_NOTICE and len(mail.recipients) <= 1
    return short and not machines.is_of_list(mail) and not any(x in mail.visible for x in "?？؟")


def _opt_out(mail: ParsedMail) -> Verdict | None:
    said = opting_out.asked(mail)
    return Verdict(MailKind.opt_out, [said]) if said else None


def _out_of_office(mail: ParsedMail, evidence: list[str]) -> Verdict:
    return Verdict(MailKind.out_of_office, evidence, returns_on=absence.returns_on(*_told(mail)))


def _told(mail: ParsedMail) -> tuple[str, date | None]:
    return f"{mail.subject}\n{mail.visible}", mail.date.date() if mail.date else None


def _begins(phrase: Phrase) -> str:
    return mark("the subject begins %(words)s") % {"words": phrase}


def _subject_says(phrase: Phrase) -> str:
    return mark("the subject says %(words)s") % {"words": phrase}


def _says(text: str, sections: tuple[str, ...]) -> Phrase | None:
    found = (first(text, phrases(section, "lines")) for section in sections)
    return next((phrase for phrase in found if phrase), None)


def _quote(phrase: Phrase | None) -> str:
    return mark("the text says %(words)s") % {"words": phrase}


_RULES: tuple[Rule, ...] = (
    _complaint,
    _delivery_report,
    _read_receipt,
    _bounce_in_words,
    _automatic,
    _challenge_in_words,
    _noted_in_words,
    _away_in_words,
    _opt_out,
    _away_and_no_more,
)
