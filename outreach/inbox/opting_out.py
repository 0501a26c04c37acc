"""A person asks for no more mail, in words and with nothing beside that."""

import re
from itertools import takewhile

from outreach.inbox import machines
from outreach.inbox.parsing import ParsedMail
from outreach.inbox.words import first, phrases, plain, word_set
from outreach.texts import mark

_LONGEST_REQUEST = 400
_FEW_WORDS = 5  # of a greeting, or so many Chinese letters
_SENTENCE = re.compile(r"(?:[^.!;。！；\n]|\n(?!\s*\n)|[.](?=\S))+[.!;。！；]")
_AROUND = " ,:<>()،，\"'.!*-_“”„«»「」『』。！"
_MENTION = re.compile(r"[\"“„«「『][^\"“”„«»「」『』]{1,30}[\"”“»」』]")  # of the word, not its use
_ADDRESS = re.compile(r"[^\s<>@()]{1,64}@[^\s<>@()]{1,255}")


def asked(mail: ParsedMail) -> str | None:
    """How it asks, for organizers to read; what says more is for a person to read."""
    if machines.is_of_list(mail):
        return None
    written = mail.visible[: 2 * _LONGEST_REQUEST] or machines.subject(mail)
    alone = plain(written).strip(_AROUND)
    if alone in word_set("opt_out", "alone"):
        return mark('it says no more than "%(words)s"') % {"words": alone}
    request = _without_its_address(_MENTION.sub(" ", plain(written)))
    phrase = first(request, phrases("opt_out", "lines"))
    if (
        phrase is None
        or len(request) > _LONGEST_REQUEST
        or any(sign in request for sign in "?？؟@")
    ):
        return None
    # In its own language: the French "mais" is a "but", the Portuguese one is a "more".
    unless = (each for each in phrases("opt_out", "unless") if each.language == phrase.language)
    more = first(request, unless) or _says_more(written)
    return None if more else mark("the text says %(words)s") % {"words": phrase}


def _without_its_address(request: str) -> str:
    """Without the address beside the request: "remove x from your list", "our address x"."""
    found = _ADDRESS.search(request)
    if found is None:
        return request
    before, after = request[: found.start()].rstrip(_AROUND), request[found.end() :].lstrip(_AROUND)
    lines = phrases("opt_out", "lines")
    beside = any(before.endswith(x.text) or after.startswith(x.text) for x in lines)
    return f"{before} {after}" if beside else request


def _says_more(written: str) -> bool:
    """Whether a whole sentence of it neither asks for an end, nor says why, nor is courteous."""
    for sentence in _SENTENCE.findall(_unsigned(written)):
        said = plain(sentence)
        length = len(said) if _is_unspaced(said) else len(said.split())
        beside = (phrases("opt_out", kind) for kind in ("lines", "reasons"))
        if length > _FEW_WORDS and not any(first(said, each) for each in beside):
            return True
    return False


def _unsigned(written: str) -> str:
    """Without the name, office and street below "Kind regards"."""
    lines = written.split("\n")
    closings = word_set("opt_out", "closings")
    return "\n".join(takewhile(lambda line: plain(line).strip(_AROUND) not in closings, lines))


def _is_unspaced(said: str) -> bool:
    return any("\u3040" <= letter <= "\u9fff" for letter in said)
