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
        return None
    kind = mail.feedback.first("feedback-type").lower()
    complains = kind not in _NO_COMPLAINTS
    evidence = f"it has a feedback report (RFC 5965) of the type {kind or 'unknown'}"
    return Verdict(MailKind.complaint if complains else MailKind.auto_reply, [evidence])


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
    if mail.receipt is None:
        return None
    # Some servers refuse a mail by a receipt that says it was deleted.
    refused = "deleted" in mail.receipt.raw("disposition").lower() and bounces.in_words(mail)
    if refused:
        return Verdict(MailKind.bounce, ["a receipt says that it was refused"], refused)
    return Verdict(MailKind.auto_reply, ["it is a read receipt (RFC 8098)"])


def _bounce_in_words(mail: ParsedMail) -> Verdict | None:
    why = bounces.from_mailer(mail)
    if why is None:
        return None
    delayed = bounces.delayed(mail)
    if delayed:
        said = f"{delayed}: delivery is still being tried"
        return Verdict(MailKind.auto_reply, [why, said], bounces.DELAYED)
    bounce = bounces.in_words(mail)
    return (
        Verdict(MailKind.bounce, [why, "the text names an address and a failure"], bounce)
        if bounce
        else None
    )


def _automatic(mail: ParsedMail) -> Verdict | None:
    text = plain(mail.visible[:_LOOKED_AT])
    sign = machines.sure(mail)
    if sign is None:
        sign = machines.weak(mail)
        if sign is None or not _says(text, ("away", "receipt", "challenge")):
            return None
    return _challenge(mail, text, sign) or _away(mail, text, sign) or _noted(text, sign)


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


def _noted(text: str, sign: str) -> Verdict:
    phrase = first(text, phrases("receipt", "lines"))
    return Verdict(MailKind.auto_reply, [sign, *([_quote(phrase)] if phrase else [])])


def _challenge_in_words(mail: ParsedMail) -> Verdict | None:
    phrase = first(machines.subject(mail), phrases("challenge", "subjects"))
    text = plain(mail.visible[:_LOOKED_AT])
    return _challenge(mail, text, f"the subject says {phrase}") if phrase else None


def _away_in_words(mail: ParsedMail) -> Verdict | None:
    """Without a sign of a machine: the words alone, and more than one of them."""
    away = first(plain(mail.visible[:_OPENING]), phrases("away", "lines"))
    if away is None:
        return None
    text = plain(mail.visible[:_LOOKED_AT])
    support = first(text, phrases("away", "support"))
    in_subject = begins(machines.subject(mail), phrases("away", "subjects"))
    if in_subject and (support or _returns_on(mail)):
        return _out_of_office(mail, [f"the subject begins {in_subject}", _quote(away)])
    if support and not mail.quoted and len(mail.visible) <= _LONGEST_NOTICE:
        return _out_of_office(mail, [_quote(away), _quote(support)])
    return None


def _opt_out(mail: ParsedMail) -> Verdict | None:
    """A request in words and nothing beside it; what says more is for a person to read."""
    asked = plain(mail.visible) or machines.subject(mail)
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
