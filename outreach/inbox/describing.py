"""What can be said of a mail without a database, in the form that the command line prints."""

from dataclasses import asdict
from typing import Any

from outreach.inbox.classifying import Verdict
from outreach.inbox.filing import written_tokens
from outreach.inbox.kinds import MailKind
from outreach.inbox.parsing import ParsedMail
from outreach.inbox.reading import CannotStart, Understand, Unreadable

UNREADABLE = "unreadable"  # beside the kinds of mail: nothing can be said of it

_SAID_OF_NONE: dict[str, Any] = {
    "from": "", "to": [], "subject": "", "date": None, "message_id": None, "in_reply_to": None,
    "references": [], "token": None, "bounce": None, "returns_on": None, "text": "",
    "quoted": "", "attachments": [],
}  # fmt: skip


def describe(path: str, content: bytes, understand: Understand) -> dict[str, Any]:
    """One JSON object; ``token`` is what looks like one, since checking it takes the secret.

    ``understand`` is a Reader's, which nothing stalls, or ``reading.understand`` itself.
    """
    try:
        return say(path, *understand(content))
    except Unreadable as error:
        return unreadable(path, str(error))
    except CannotStart:
        raise
    except Exception as error:  # whatever a stranger sent stops this mail only
        return unreadable(path, f"reading it failed with {type(error).__name__}")


def unreadable(path: str, why: str) -> dict[str, Any]:
    return {
        "path": path,
        "kind": UNREADABLE,
        "evidence": [why],
        **_SAID_OF_NONE,
        "defects": [why],
    }


def say(path: str, mail: ParsedMail, verdict: Verdict) -> dict[str, Any]:
    bounce = verdict.bounce if verdict.kind is MailKind.bounce else None
    return {
        "path": path,
        "kind": UNREADABLE if mail.problem else verdict.kind.value,
        "evidence": verdict.evidence,
        "from": mail.from_address,
        "to": mail.recipients,
        "subject": mail.subject,
        "date": mail.date.isoformat() if mail.date else None,
        "message_id": mail.message_id,
        "in_reply_to": mail.in_reply_to,
        "references": mail.references,
        "token": next(iter(written_tokens(mail.head)), None),
        "bounce": asdict(bounce) if bounce else None,
        "returns_on": verdict.returns_on.isoformat() if verdict.returns_on else None,
        "text": mail.visible,
        "quoted": mail.quoted,
        "attachments": [asdict(attachment) for attachment in mail.attachments],
        "defects": [*([mail.problem] if mail.problem else []), *mail.defects],
    }
