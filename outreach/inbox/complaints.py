"""Complaints of readers that providers hand on with our mail, and without a report for machines."""

import re

from outreach.inbox import bounces, machines
from outreach.inbox.parsing import ParsedMail
from outreach.inbox.words import begins, first, phrases, plain
from outreach.texts import mark

# Types of feedback (RFC 5965) that complain of nothing.
NONE = frozenset({"not-spam", "auth-failure", "dmarc", "tls"})

# Desks that take complaints number them and name the server: "[Desk (192.0.2.7) id:5512]".
_NUMBERED = re.compile(r"\[[^\[\]()]{2,30} ?\(\d{1,3}(?:\.\d{1,3}){3}\) id ?:? ?\d+\]")


def of_old_form(mail: ParsedMail) -> list[str]:
    """What shows it: a field in the returned mail, a subject, or the desk that sends it."""
    if mail.returned is not None and "x-hmxmroriginalrecipient" in mail.returned:
        return [mark("it returns a mail that a reader reported as spam")]
    said = _complains(mail)
    returns = mail.returned is not None or bounces.original_ids(mail)
    return [said, mark("it returns a mail")] if said and returns else []


def _complains(mail: ParsedMail) -> str | None:
    subjects = phrases("complaint", "subjects")
    whole = plain(mail.subject[:500])  # SpamCop's own tag looks like a gateway's
    phrase = begins(machines.subject(mail), subjects) or begins(whole, subjects)
    if _NUMBERED.match(whole):
        return mark("the subject begins with a complaint's number")
    if phrase:
        return mark("the subject begins %(words)s") % {"words": phrase}
    desk = first(machines.sender(mail), phrases("complaint", "senders"))
    talks = machines.is_answered(mail) or any(sign in mail.visible for sign in "?？؟")
    return (
        mark("the sender is called %(words)s") % {"words": desk}
        if desk and not (talks or bounces.says_failed(mail))
        else None
    )
