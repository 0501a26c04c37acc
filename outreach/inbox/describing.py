"""What can be said of a mail without a database, in the form that the command line prints."""

from dataclasses import asdict
from typing import Any

from outreach.inbox.classifying import classify
from outreach.inbox.filing import written_tokens
from outreach.inbox.parsing import parse
from outreach.inbox.tables import MailKind


def describe(path: str, content: bytes) -> dict[str, Any]:
    """One JSON object; ``token`` is what looks like one, since checking it takes the secret."""
    mail = parse(content)
    verdict = classify(mail)
    bounce = verdict.bounce if verdict.kind is MailKind.bounce else None
    return {
        "path": path,
        "kind": verdict.kind.value,
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
