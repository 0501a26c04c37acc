"""Mails handed over on one connection, one after another (RFC 5321, 3.3).

With PIPELINING (RFC 2920) a mail's final dot travels with MAIL, RCPT and DATA of the next, so
that a mail costs one round trip; without it every command waits for the answer to the last.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from outreach.delivery.carriers import Outcome
from outreach.delivery.carriers.smtp.connection import Connection, Lost
from outreach.delivery.carriers.smtp.group import Group, Job
from outreach.delivery.carriers.smtp.replies import Reply, Stage, refusal
from outreach.delivery.composing import Outgoing

_DOT_SECONDS = 180.0  # servers may look long at a mail; giving up early brings it to doubt
_LAST_WORDS = 1.0  # for a server that hung up while we were writing


@dataclass
class _Transaction:
    job: Job
    content: bytes
    commands: list[tuple[Stage, bytes]]


@dataclass
class _Ending:
    """What ends a transaction: the mail itself with its dot, or giving the mail up."""

    data: bytes
    job: Job | None = None


class Pipeline:
    """``run`` raises OSError when the connection is lost; ``in_hand`` is what it had then."""

    def __init__(self, connection: Connection, group: Group) -> None:
        self._connection = connection
        self._group = group
        self._ahead = "PIPELINING" in connection.features
        self.in_hand: list[Job] = []
        self.answered = 0

    def run(self) -> None:
        """Until the group has no mail left to take."""
        ending: _Ending | None = None
        while (following := self._next()) or ending:
            # Most of the time both: the one is ended in the write that begins the other.
            self.in_hand = [each.job for each in (ending, following) if each and each.job]
            ending = self._exchange(ending, following)

    def _next(self) -> _Transaction | None:
        while job := self._group.take():
            content = job.mail.mime()
            problem = _beyond(self._connection.features, job.mail, content)
            if not problem:
                commands = list(_commands(self._connection.features, job.mail, content))
                return _Transaction(job, content, commands)
            job.outcome = Outcome("refused", problem)
        return None

    def _exchange(self, ending: _Ending | None, following: _Transaction | None) -> _Ending | None:
        commands = following.commands if following and self._ahead else []
        ahead = b"".join(command for _, command in commands)
        self._connection.expect_silence()
        if ending:
            self._end(ending, ahead)
        else:
            self._connection.write(ahead)
        return self._offer(following) if following else None

    def _end(self, ending: _Ending, ahead: bytes) -> None:
        data, written = ending.data + ahead, 0
        try:
            while written < len(data):
                written += self._connection.write_some(data, written)
                if ending.job:
                    ending.job.dot_written = written >= len(ending.data)
        except OSError:
            self._conclude(ending, _LAST_WORDS)
            raise
        self._conclude(ending, _DOT_SECONDS)

    def _conclude(self, ending: _Ending, seconds: float) -> None:
        reply = self._connection.reply(seconds)
        if ending.job:
            self._settle(ending.job, reply)
        if reply.code == 421:
            raise Lost(str(reply))

    def _settle(self, job: Job, reply: Reply) -> None:
        if reply.kind == 2 and job.dot_written:
            job.outcome = Outcome("sent", str(reply))
        elif reply.kind in (4, 5):
            job.outcome = refusal(Stage.dot, reply)
        else:
            raise Lost(f"not an answer to {Stage.dot}: {reply}")
        self.answered += 1

    def _offer(self, transaction: _Transaction) -> _Ending:
        replies: list[Reply] = []
        for stage, command in transaction.commands:
            if not self._ahead:
                self._connection.write(command)
            replies.append(self._connection.reply())
            self._weigh(transaction.job, stage, replies[-1])
            if transaction.job.outcome and not self._ahead:
                break
        if transaction.job.outcome:
            return _give_up(replies)
        stuffed = transaction.content.replace(b"\r\n.", b"\r\n..")
        return _Ending(stuffed + b".\r\n", transaction.job)

    def _weigh(self, job: Job, stage: Stage, reply: Reply) -> None:
        if reply.code == 421:
            raise Lost(str(reply))
        wanted = 3 if stage is Stage.data else 2
        if reply.kind not in (wanted, 4, 5):
            raise Lost(f"not an answer to {stage}: {reply}")
        if reply.kind != wanted and job.outcome is None:
            job.outcome = refusal(stage, reply)
            self.answered += 1


def _give_up(replies: list[Reply]) -> _Ending:
    if len(replies) < 3 or replies[2].kind != 3:
        return _Ending(b"RSET\r\n")
    if replies[1].kind == 2:
        raise Lost("it would deliver an empty mail in place of one that it refused")
    return _Ending(b".\r\n")  # to nobody (RFC 2920, 3.1)


def _beyond(features: Mapping[str, str], mail: Outgoing, content: bytes) -> str:
    """Why the server cannot take the mail at all, or nothing."""
    if mail.needs_smtputf8 and "SMTPUTF8" not in features:
        return "letters outside ASCII before the @: the server takes no SMTPUTF8"
    most = features.get("SIZE", "")
    if most.isdigit() and 0 < int(most) < len(content):  # 0 is no limit (RFC 1870)
        return f"the mail has {len(content):,} bytes and the server takes at most {int(most):,}"
    return ""


def _commands(
    features: Mapping[str, str], mail: Outgoing, content: bytes
) -> Iterator[tuple[Stage, bytes]]:
    options = ""
    if "SIZE" in features:
        options += f" SIZE={len(content)}"
    if "8BITMIME" in features and not content.isascii():
        options += " BODY=8BITMIME"
    if mail.needs_smtputf8:
        options += " SMTPUTF8"
    yield Stage.mail, f"MAIL FROM:<{mail.envelope_sender}>{options}\r\n".encode()
    yield Stage.recipient, f"RCPT TO:<{mail.recipient.address}>\r\n".encode()
    yield Stage.data, b"DATA\r\n"
