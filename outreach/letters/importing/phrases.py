"""The set phrases of letters in the six UN languages, by which their parts are recognised."""

import re

SUBJECT = re.compile(
    r"(?:subject|re|objet|asunto|тема|касательно|الموضوع|主题|主題|事由)\s*[:：]\s*(?P<text>.+)",
    re.IGNORECASE,
)

REFERENCE = re.compile(
    r"(?:(?:our|your|n|v|notre|votre|nuestra|su)[./ ]*)?"
    r"(?:ref(?:erence)?|réf(?:érence)?|referencia|исх|вх|المرجع|文号|编号)\b(?:\.|\s*[:：№/]).+",
    re.IGNORECASE,
)

_MONTH = r"[^\W\d_]{3,12}\.?"
DATE = re.compile(
    r"\d{1,2}(?:st|nd|rd|th|er|º|ª|\.)?\s+(?:de\s+|of\s+)?" + _MONTH + r",?\s+(?:de[l]?\s+)?\d{4}"
    r"|" + _MONTH + r"\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}"
    r"|(?<!\d)\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{4}"
    r"|\d{4}-\d{2}-\d{2}"
    r"|\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日"
)

_GREETINGS = (
    *("dear", "to ", "your excellenc", "excellenc", "sir", "madam", "honou?rable", "distinguished"),
    *("ladies", "hon", "monsieur", "madame", "mesdames", "messieurs", "chère", "cher", "honorable"),
    *("estimad", "señor", "excelen", "distinguid", "muy señor", "honorable", "a la ", "al "),
    *("уважаем", "глубокоуважаем", "многоуважаем", "ваше", "ваши", "господин", "госпожа", "дамы"),
    *("سعادة", "أصحاب", "صاحب", "حضرة", "السيد", "معالي", "السادة", "إلى", "الأستاذ", "عزيز"),
    *("尊敬的", "敬爱的", "阁下", "致", "各位", "亲爱的"),
)
GREETING = re.compile(rf"(?:{'|'.join(_GREETINGS)}).{{0,150}}[,،，:：!！;]", re.IGNORECASE)

_CLOSINGS = (
    *("yours", "sincerely", "faithfully", "respectfully", "best regards", "kind regards"),
    *(
        "warm regards",
        "regards",
        "with (?:kind|best|warm|high|our|my|the|all|great)",
        "please accept",
    ),
    *("(?:i|we) remain", "cordially", "in solidarity"),
    *(
        "veuillez",
        "(?:je|nous) vous prie",
        "(?:je|nous) vous prions",
        "cordialement",
        "salutations",
    ),
    *("respectueusement", "avec (?:nos|mes|l'expression|toute)", "dans l'attente", "bien à vous"),
    *(
        "atentamente",
        "le salud",
        "les salud",
        "cordialmente",
        "respetuosamente",
        "reciba",
        "un cordial",
    ),
    *(
        "muy atentamente",
        "sin otro particular",
        "aprovech",
        "с уважением",
        "с глубоким",
        "искренне",
    ),
    *(
        "с наилучшими",
        "примите",
        "с почтением",
        "وتفضل",
        "تفضل",
        "مع ",
        "المخلص",
        "وتقبل",
        "وتقبلوا",
    ),
    *("此致", "敬礼", "顺颂", "顺致", "谨上", "敬上", "谨致", "致以"),
)
CLOSING = re.compile(rf"(?:{'|'.join(_CLOSINGS)})", re.IGNORECASE)

AFTERTHOUGHT = re.compile(r"(?:p\.?\s?s\b|cc\b|encl?\b|annex|attach|copy to)", re.IGNORECASE)
