"""Notices that no field of a machine shows: by their words alone.

Whether all that a short text says is that somebody is away, sentence by sentence.

No program has to have written it: who says only that one has to wait has not answered yet. A
single sentence of any other kind makes it an answer.
"""

import re
from datetime import date
from functools import cache

from outreach.inbox import absence, machines
from outreach.inbox.parsing import ParsedMail
from outreach.inbox.words import Phrase, Phrases, begins, first, numbered, phrases, plain, word_set
from outreach.texts import mark

_LONGEST = 900
_LONGEST_PIECE = 40  # words, or letters where no spaces stand between words
_LONGEST_APPOSITION = 5  # words: "Mr A. Person", "tel. 022 ..."
_LONGEST_REFERRAL = 25  # words of a sentence with an address or a number
_LONGEST_SIGNATURE = 12  # lines
_LONGEST_TITLE = 6  # words

_AROUND = " \t\n,;:.!()[]*_-–—،؛。，；：！、<>\"“”«»'’¡"
_CONTACT = re.compile(r"\S@\S|https?://|\d[\d ()./-]{4,}\d")
_NAME = re.compile(r"(?:\w{1,3} )?(?:[^\W\d_]\.|[A-ZÀ-ÞА-ЯЁ])")
_WORD = re.compile(r"[^\W_]+")
# A line that ends early was ended by its writer, a long one by the width of a page.
_WRAPPED = re.compile(r"(?<=[^\n]{48})\n(?=[^\n])")
_DAY_OF_MONTH = re.compile(r"(?<!\d)(\d{1,2})\.\s+([^\W\d_]+)")
# A point behind these ends no sentence.
_SHORTENED = (
    "Dr", "Mr", "Mrs", "Ms", "Mme", "Mlle", "Dra", "Sr", "Sra", "Srta", "Prof", "Sig", "Dott",
    "dott", "ssa", "Dipl", "Ing", "Hr", "Fr", "Tel", "tel", "Tél", "tél", "ext", "Ext", "St",
    "Exmo", "Exmos", "тел", "доб", "ул",
)  # fmt: skip
_UNENDED = "".join(rf"(?<!\b{each})" for each in _SHORTENED)
_SENTENCES = re.compile(rf"\n+|[!。！；;]+|{_UNENDED}(?<=[\w)\]>\"”»]{{2}})\.(?=\s|$)")
_ENDED = re.compile(r"[^\W\d_]{2}[.!。！]\s*$")
# Each of what such words join has to tell of the absence by itself.
_JOINING = (
    "and|but|so|yet|then|und|aber|doch|denn|dann|et|mais|donc|car|puis|y|pero|pues|luego|entonces"
    "|e|ma|mas|quindi|poi|então|depois|porém|и|но|а|поэтому|потом|затем"
)
_PIECES = re.compile(
    r"[,،:：]\s+|[，、：()（）]|\s[-–—/|]+\s|\s(?=و\S+\s+\S)"
    rf"|\s(?=(?:{_JOINING})(?:\s+\S+){{2}})",
    re.I,
)
_ANSWERED = re.compile(r"(?:^|\W)(?:re|aw|sv|antw|odp|ynt|rif|r|fwd?|回复|答复|回覆|رد) ?[:：]")
_PARTS = re.compile(r"[/|:：]")

_KINDS = (
    ("away", "lines"), ("away", "hints"), ("away", "support"), ("away", "thanks"),
    ("automatic", "lines"), ("notice", "away"), ("notice", "kinds"),
)  # fmt: skip


def says_only_away(mail: ParsedMail) -> list[str]:
    """What shows it, for organizers. It has to say until when, or its subject has to be absence."""
    if not mail.visible or len(mail.visible) > _LONGEST or _brings_files(mail):
        return []
    text = plain(mail.visible)
    away, hint = first(text, _away()), first(text, phrases("away", "hints"))
    if not (away or hint) or first(text, phrases("notice", "more")) or _is_about_yours(text):
        return []
    title, sure = _title(mail)
    away = away or (hint if sure else None)
    if away is None:
        return []
    may_be = bool(title) or _answers(mail)
    if not (sure or (may_be and absence.tells_return(mail.visible, _sent(mail)))):
        return []
    if not _says_no_more(mail, sure):
        return []
    named = [mark("the subject says %(words)s") % {"words": title}] if title else []
    return [*named, mark("the text says %(words)s, and no more than that") % {"words": away}]


def acknowledges(mail: ParsedMail) -> list[str]:
    """What shows a receipt: its subject, and that it calls itself automatic."""
    subject = begins(machines.subject(mail), phrases("receipt", "subjects"))
    phrase = first(plain(mail.visible), phrases("receipt", "automatic")) if subject else None
    if phrase is None:
        return []
    begins_so = mark("the subject begins %(words)s") % {"words": subject}
    return [begins_so, mark("the text says %(words)s") % {"words": phrase}]


def is_formal(mail: ParsedMail, text: str) -> bool:
    """It answers, and it thanks or names help twice; people who tell of a journey do not."""
    greeting = plain(mail.visible.partition("\n")[0]).strip(" ,:!،，：")
    if first(text, phrases("away", "thanks")) or greeting in word_set("away", "to_anybody"):
        return True
    said = [phrase.text for phrase in phrases("away", "support") if phrase.position(text) >= 0]
    apart = [each for each in said if not any(each in other and each != other for other in said)]
    return len(set(apart)) > 1 and (machines.is_answered(mail) or mail.in_reply_to is not None)


@cache
def _away() -> Phrases:
    return Phrases((*phrases("away", "lines"), *phrases("notice", "away")))


def _answers(mail: ParsedMail) -> bool:
    return machines.is_answered(mail) or mail.in_reply_to is not None


def _brings_files(mail: ParsedMail) -> bool:
    """Pictures are letterheads."""
    return any(not file.type.startswith("image/") for file in mail.attachments)


def _sent(mail: ParsedMail) -> date | None:
    return mail.date.date() if mail.date else None


def _title(mail: ParsedMail) -> tuple[Phrase | None, bool]:
    """The word of absence that a subject begins with; whether it says nothing else.

    What a program puts before the subject that it answers counts as a whole subject.
    """
    written = plain(mail.subject[:300])
    own = _ANSWERED.split(written, maxsplit=1)[0].strip(_AROUND)
    phrase = begins(own, _titles())
    if phrase is None or len(own.split()) > _LONGEST_TITLE:
        return None, False
    alone = all(part.strip(_AROUND) in _title_set() for part in _PARTS.split(own))
    return phrase, alone or own != written.strip(_AROUND)


@cache
def _titles() -> tuple[Phrase, ...]:
    return (*phrases("notice", "titles"), *phrases("away", "subjects"))


@cache
def _title_set() -> frozenset[str]:
    return frozenset(phrase.text for phrase in _titles())


def _says_no_more(mail: ParsedMail, titled: bool) -> bool:
    lines = mail.visible.split("\n")
    signed = next((at for at, line in enumerate(lines) if at and _signs(line, mail)), len(lines))
    below = [line for line in lines[signed + 1 :] if line.strip()]
    if len(below) > _LONGEST_SIGNATURE or any(_ENDED.search(line) for line in below):
        return False
    above = _DAY_OF_MONTH.sub(_without_point, _WRAPPED.sub(" ", "\n".join(lines[:signed])))
    return all(_only_tells(each, _sent(mail), titled) for each in _SENTENCES.split(above))


def _is_about_yours(text: str) -> bool:
    """Whether it speaks of something of the reader's that is not the mail itself."""
    for phrase in phrases("notice", "yours"):
        at = phrase.position(text)
        while at >= 0:
            rest = text[at + len(phrase.text) :].lstrip()
            if begins(rest, phrases("notice", "of_yours")) is None:
                return True
            at = phrase.position(text, at + 1)
    return False


def _without_point(day: "re.Match[str]") -> str:
    goes_on = day[2][0].islower() or plain(day[2]) in numbered("returning", "months")
    return f"{day[1]} {day[2]}" if goes_on else day[0]


def _signs(line: str, mail: ParsedMail) -> bool:
    """Whether it takes leave, or is the sender's own name; office and street may follow."""
    said = plain(line).strip(_AROUND)
    if said.partition(",")[0].strip(_AROUND) in _closings():
        return True
    words = _WORD.findall(said)
    names = set(_WORD.findall(machines.sender(mail)))
    return len(words) <= _LONGEST_APPOSITION and any(len(x) > 2 and x in names for x in words)


@cache
def _closings() -> frozenset[str]:
    return word_set("opt_out", "closings") | word_set("notice", "closings")


def _only_tells(sentence: str, sent: date | None, titled: bool) -> bool:
    """Each piece tells of the absence or is a courtesy; a name may follow what tells of it."""
    pieces = [each.strip(_AROUND) for each in _PIECES.split(sentence)]
    if _CONTACT.search(sentence) and len(sentence.split()) <= _LONGEST_REFERRAL:
        return titled or any(_tells(plain(piece), sent) for piece in pieces)
    told = False
    for piece in filter(None, pieces):
        said = plain(piece)
        if said in _courtesies() or _is_day(said):
            told = told or said in _closings()
        elif _tells(said, sent):
            told = True
        elif not (told and _is_apposition(piece)):
            return False
    return True


def _tells(said: str, sent: date | None) -> bool:
    words = len(said.split())
    if words > _LONGEST_PIECE or (words <= 3 and len(said) > 3 * _LONGEST_PIECE):
        return False
    if first(said, _kinds()):
        return True
    return first(said, phrases("returning", "back")) is not None and absence.tells_return(
        said, sent
    )


@cache
def _kinds() -> tuple[Phrase, ...]:
    """Without those that only say in which time."""
    found = (phrase for section, name in _KINDS for phrase in phrases(section, name))
    return tuple(phrase for phrase in found if phrase.text not in word_set("notice", "meanwhile"))


@cache
def _courtesies() -> frozenset[str]:
    names = ("courtesies", "meanwhile")
    said = (phrase.text for name in names for phrase in phrases("notice", name))
    return frozenset(said) | word_set("away", "to_anybody") | _closings()


def _is_day(said: str) -> bool:
    """Whether it is a date, or a day of the week, and one word beside it at most."""
    words = _WORD.findall(said)
    named = numbered("returning", "months").keys() | numbered("returning", "weekdays").keys()
    others = [word for word in words if not (word[0].isdigit() or word in named)]
    return len(others) <= 1 and len(others) < len(words)


def _is_apposition(piece: str) -> bool:
    return len(piece.split()) <= _LONGEST_APPOSITION and _NAME.match(piece) is not None
