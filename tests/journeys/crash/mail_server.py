"""A mail server that logs what it accepts before it says so, and misbehaves as it is told.

python -m tests.journeys.crash.mail_server PORT LOG PACE [TROUBLE ...]; port 0 is any. Whoever
signs in is named in the log, so one can see which worker a mail came from.
"""

import asyncio
import base64
import os
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.journeys.crash.trouble import FINE, Trouble, troubled

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.IGNORECASE | re.MULTILINE)
_LONGEST_MAIL = 2**25
_GREETING = (
    b"250-crash.example\r\n250-PIPELINING\r\n250-SIZE 30000000\r\n250-8BITMIME\r\n"
    b"250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 AUTH PLAIN\r\n"
)
_ANSWERS = {
    "MAIL": b"250 2.1.0 fine\r\n",
    "RCPT": b"250 2.1.5 fine\r\n",
    "NOOP": b"250 2.0.0 fine\r\n",
    "RSET": b"250 2.0.0 fine\r\n",
    "QUIT": b"221 2.0.0 bye\r\n",
}


class _Gone(Exception):
    """This connection is over."""


@dataclass
class _Server:
    """What all connections share; with ``pace`` it takes one mail in so many seconds."""

    log: int
    pace: float
    troubles: list[Trouble]

    def __post_init__(self) -> None:
        self._tries: Counter[str] = Counter()
        self._free_at = 0.0

    def write(self, what: str, message_id: bytes, user: str) -> None:
        """In the file when this returns, whatever then happens to this process."""
        os.write(self.log, f"{what} {message_id.decode()} {user}\n".encode())

    def trouble(self, address: str) -> Trouble:
        """Each trouble passes after some tries."""
        trouble = troubled(address, self.troubles)
        self._tries[address] += 1
        return trouble if self._tries[address] <= trouble.times else FINE

    async def take_time(self) -> None:
        now = asyncio.get_running_loop().time()
        self._free_at = max(now, self._free_at) + self.pace
        if self.pace:
            await asyncio.sleep(self._free_at - now)


class _Conversation:
    def __init__(
        self, server: _Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._server, self._reader, self._writer = server, reader, writer
        self._user = "nobody"
        self._trouble: Trouble | None = None  # of the mail in hand, once it has a recipient

    async def hold(self) -> None:
        try:
            self._writer.write(b"220 crash.example ESMTP\r\n")
            while line := await self._reader.readline():
                await self._obey(line.decode())
        except (_Gone, OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writer.close()

    async def _obey(self, line: str) -> None:
        verb = line[:4].strip().upper()
        match verb:
            case "EHLO":
                self._writer.write(_GREETING)
            case "AUTH":
                await self._welcome(line)
            case "RCPT":
                await self._hear_recipient(line)
            case "DATA":
                await self._hear_content()
            case _:
                self._trouble = None
                self._writer.write(_ANSWERS.get(verb, b"502 5.5.1 what?\r\n"))
        if verb == "QUIT":
            raise _Gone

    async def _welcome(self, line: str) -> None:
        """AUTH PLAIN, with the answer in the same line or asked for."""
        _, _, *said = line.split()
        if not said:
            self._writer.write(b"334 \r\n")
            said = [(await self._reader.readline()).decode()]
        self._user = base64.b64decode(said[0]).split(b"\0")[1].decode()
        self._writer.write(b"235 2.7.0 welcome\r\n")

    async def _hear_recipient(self, line: str) -> None:
        trouble = self._server.trouble(line)
        if trouble.at == "RCPT":
            await self._make(trouble)
        if trouble.at != "RCPT" or trouble.takes:
            self._trouble = trouble
            self._writer.write(_ANSWERS["RCPT"])

    async def _hear_content(self) -> None:
        trouble, self._trouble = self._trouble, None
        if trouble is None:
            self._writer.write(b"554 5.5.1 no valid recipients\r\n")
            return
        self._writer.write(b"354 go on\r\n")
        head = await self._reader.readuntil(b"\r\n\r\n")
        found = _MESSAGE_ID.search(head)
        await self._hear_body(trouble, found[1] if found else b"<none>")

    async def _hear_body(self, trouble: Trouble, message_id: bytes) -> None:
        if trouble.leaves_doubt:
            self._server.write("doubt", message_id, self._user)
        if trouble.at == "BODY":
            await self._make(trouble)
        await self._reader.readuntil(b"\r\n.\r\n")
        await self._server.take_time()
        if trouble.takes:
            self._server.write("accepted", message_id, self._user)
        if trouble.at == "DOT":
            await self._make(trouble)
        if trouble.takes:
            self._writer.write(b"250 2.0.0 taken\r\n")

    async def _make(self, trouble: Trouble) -> None:
        await asyncio.sleep(trouble.seconds)
        if trouble.cuts:
            raise _Gone
        if trouble.answer:
            self._writer.write(trouble.answer.encode() + b"\r\n")
        if trouble.answer.startswith("421"):
            await self._writer.drain()
            raise _Gone


async def serve(port: int, server: _Server) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _Conversation(server, reader, writer).hold()

    listener = await asyncio.start_server(
        connected, "127.0.0.1", port, limit=_LONGEST_MAIL, backlog=200
    )
    print(listener.sockets[0].getsockname()[1], flush=True)
    await listener.serve_forever()


def main() -> None:
    port, log, pace, *troubles = sys.argv[1:]
    file = os.open(Path(log), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    told = [Trouble.parse(each) for each in troubles]
    asyncio.run(serve(int(port), _Server(file, float(pace), told)))


if __name__ == "__main__":
    main()
