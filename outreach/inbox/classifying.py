"""What an incoming mail is, with the evidence for it: an ordered list of rules, the first that
applies decides. A person's reply taken for a machine's is the worst mistake, since the chase goes
on and nobody looks: when in doubt it is a reply.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from outreach.inbox import absence, bounces, machines
from outreach.inbox.bounces import Bounce
from outreach.inbox.parsing import ParsedMail
from outreach.inbox.tables import MailKind
from outreach.inbox.words import Phrase, begins, first, phrases, plain, word_set


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
_LONGEST_REQUEST = 400
_LONGEST_NOTICE = 1_500  # without any other sign of a machine

_NO_COMPLAINTS = frozenset({"not-spam", "auth-failure", "dmarc", "tls"})


def classify(mail: ParsedMail) -> Verdict:
    verdicts = (rule(mail) for rule in _RULES)
    found = next((verdict for verdict in verdicts if verdict), None)
    return found or Verdict(
        MailKind.reply, [mail.problem or "nothing shows that a machine wrote it"]
    )


def _complaint(mail: ParsedMail) -> Verdict | None:
    if mail.feedback is None:
        return _complaint_of_old_form(mail)
    kind = mail.feedback.first("feedback-type").lower()
    complains = kind not in _NO_COMPLAINTS
    evidence = f"it has a feedback report (RFC 5965) of the type {kind or 'unknown'}"
    return Verdict(MailKind.complaint if complains else MailKind.auto_reply, [evidence])


def _complaint_of_old_form(mail: ParsedMail) -> Verdict | None:
    """Some providers hand on the mail itself, with a subject of their own or a field in it."""
    if mail.returned is None:
        return None
    if "x-hmxmroriginalrecipient" in mail.returned:
        return Verdict(MailKind.complaint, ["it returns a mail that a reader reported as spam"])
    phrase = begins(machines.subject(mail), phrases("complaint", "subjects"))
    said = f"the subject begins {phrase}"
    return Verdict(MailKind.complaint, [said, "it returns a mail"]) if phrase else None


def _delivery_report(mail: ParsedMail) -> Verdict | None:
    reported = bounces.reported(mail)
    if not reported:
        return None
    failed = [bounce for bounce in reported if bounces.failed(bounce)]
    if not failed:
        evidence = (
            f"the delivery report says {reported[0].action or 'nothing'}, which is no failure"
        )
        return Verdict(MailKind.auto_reply, [evidence], reported[0])
    worst = next((bounce for bounce in failed if bounce.permanent), failed[0])
    said = " ".join(filter(None, ("the delivery report says failed", worst.status)))
    return Verdict(
        MailKind.bounce, [said], replace(worst, recipient=bounces.recipient(mail, worst))
    )


def _read_receipt(mail: ParsedMail) -> Verdict | None:
    refused = bounces.refused(mail)
    if refused:
        return Verdict(MailKind.bounce, ["a receipt says that it was refused"], refused)
    if mail.receipt:
        return Verdict(MailKind.auto_reply, ["it is a read receipt (RFC 8098)"])
    subject = begins(machines.subject(mail), phrases("seen", "subjects"))
    text = first(plain(mail.text[:_LOOKED_AT]), phrases("seen", "lines"))
    if subject and text:
        return Verdict(MailKind.auto_reply, [f"the subject begins {subject}", _quote(text)])
    return None


def _bounce_in_words(mail: ParsedMail) -> Verdict | None:
    why = _reports(mail)
    if why is None:
        return None
    delayed = bounces.delayed(mail)
    if delayed:
        said = f"{delayed}: delivery is still being tried"
        return Verdict(MailKind.auto_reply, [why, said], bounces.DELAYED)
    delivered = bounces.delivered(mail)
    if delivered:
        return Verdict(MailKind.auto_reply, [why, delivered])
    bounce = bounces.in_words(mail)
    if bounce:
        return Verdict(MailKind.bounce, [why, "the text names an address and a failure"], bounce)
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


def _automatic(mail: ParsedMail) -> Verdict | None:
    text = plain(mail.visible[:_LOOKED_AT])
    sign = machines.sure(mail)
    if sign is None:
        sign = machines.weak(mail)
        if sign is None or not _says(text, ("away", "receipt", "challenge")):
            return None
    found = _challenge(mail, text, sign) or _away(mail, text, sign)
    return found or _away_by_hints(mail, text, sign) or _noted(text, sign)


def _challenge(mail: ParsedMail, text: str, sign: str) -> Verdict | None:
    phrase = first(text, phrases("challenge", "lines"))
    asks = "http" in mail.text or first(machines.subject(mail), phrases("challenge", "subjects"))
    return Verdict(MailKind.challenge, [sign, _quote(phrase)]) if phrase and asks else None


def _away(mail: ParsedMail, text: str, sign: str) -> Verdict | None:
    in_subject = first(machines.subject(mail), phrases("away", "subjects"))
    in_text = first(text, phrases("away", "lines"))
    evidence = [sign]
    if in_subject:
        evidence.append(f"the subject says {in_subject}")
    if in_text:
        evidence.append(_quote(in_text))
    return _out_of_office(mail, evidence) if len(evidence) > 1 else None


def _away_by_hints(mail: ParsedMail, text: str, sign: str) -> Verdict | None:
    """A machine that answers is mostly one that somebody has left behind."""
    if not machines.answers(mail) or len(text) > _LONGEST_NOTICE:
        return None
    if _says(text, ("receipt",)) or first(text, phrases("receipt", "hints")):
        return None
    hint = first(text, phrases("away", "hints"))
    if hint:
        return _out_of_office(mail, [sign, _quote(hint)])
    return _out_of_office(mail, [sign]) if text and machines.named(mail) else None


def _noted(text: str, sign: str) -> Verdict:
    phrase = first(text, phrases("receipt", "lines"))
    return Verdict(MailKind.auto_reply, [sign, *([_quote(phrase)] if phrase else [])])


def _challenge_in_words(mail: ParsedMail) -> Verdict | None:
    phrase = first(machines.subject(mail), phrases("challenge", "subjects"))
    text = plain(mail.visible[:_LOOKED_AT])
    return _challenge(mail, text, f"the subject says {phrase}") if phrase else None


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
        return _out_of_office(mail, [f"the subject begins {subject}", *said])
    if away and support and not mail.quoted and _is_formal(mail, text):
        return _out_of_office(mail, [_quote(away), _quote(support)])
    return None


def _is_formal(mail: ParsedMail, text: str) -> bool:
    """It answers, and it thanks or names help twice; people who tell of a journey do not."""
    if first(text, phrases("away", "thanks")):
        return True
    said = [phrase.text for phrase in phrases("away", "support") if phrase.position(text) >= 0]
    apart = [each for each in said if not any(each in other and each != other for other in said)]
    return len(set(apart)) > 1 and (machines.is_answered(mail) or mail.in_reply_to is not None)


def _may_be_notice(mail: ParsedMail) -> bool:
    """People write longer, to several, and they ask."""
    short = len(mail.visible) <= _LONGEST_NOTICE and len(mail.recipients) <= 1
    return short and not machines.is_of_list(mail) and not any(x in mail.visible for x in "?？؟")


def _opt_out(mail: ParsedMail) -> Verdict | None:
    """A request in words and nothing beside it; what says more is for a person to read."""
    if machines.is_of_list(mail):
        return None
    asked = plain(mail.visible[: 2 * _LONGEST_REQUEST]) or machines.subject(mail)
    if asked in word_set("opt_out", "alone"):
        return Verdict(MailKind.opt_out, [f'it says no more than "{asked}"'])
    phrase = first(asked, phrases("opt_out", "lines"))
    if phrase is None or len(asked) > _LONGEST_REQUEST or any(sign in asked for sign in "?？؟@"):
        return None
    # In its own language: the French "mais" is a "but", the Portuguese one is a "more".
    unless = (each for each in phrases("opt_out", "unless") if each.language == phrase.language)
    return None if first(asked, unless) else Verdict(MailKind.opt_out, [_quote(phrase)])


def _out_of_office(mail: ParsedMail, evidence: list[str]) -> Verdict:
    return Verdict(MailKind.out_of_office, evidence, returns_on=_returns_on(mail))


def _returns_on(mail: ParsedMail) -> date | None:
    said = f"{mail.subject}\n{mail.visible}"
    return absence.returns_on(said, mail.date.date() if mail.date else None)


def _says(text: str, sections: tuple[str, ...]) -> Phrase | None:
    found = (first(text, phrases(section, "lines")) for section in sections)
    return next((phrase for phrase in found if phrase), None)


def _quote(phrase: Phrase | None) -> str:
    return f"the text says {phrase}"


_RULES: tuple[Rule, ...] = (
    _complaint,
    _delivery_report,
    _read_receipt,
    _bounce_in_words,
    _automatic,
    _challenge_in_words,
    _away_in_words,
    _opt_out,
)
