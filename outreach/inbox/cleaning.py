"""A stranger's HTML made fit to be looked at: it runs nothing, fetches nothing and hides no link.

nh3 decides what stays, by the lists here. What comes out of it is well-formed, with ``<``, ``>``
and ``"`` escaped in attributes, so that pictures and links can be found in it by a pattern.
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from html import escape, unescape
from typing import NamedTuple
from unicodedata import normalize
from urllib.parse import unquote

import nh3

from outreach.inbox.balancing import balance
from outreach.inbox.recognizing import picture_type

MOST_PICTURES = 4_000_000  # bytes that are shown of a mail's own pictures, all together
_LONGEST_HOST_SHOWN = 100

_TAGS = {
    "a", "abbr", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote", "br",
    "caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "dfn", "div", "dl", "dt",
    "em", "figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hr", "i", "img", "ins", "kbd", "li", "main", "mark", "ol", "p", "pre", "q", "rp", "rt", "ruby",
    "s", "samp", "section", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody",
    "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "wbr",
}  # fmt: skip
_WITH_ALL_IN_THEM = {
    "applet", "audio", "canvas", "embed", "frameset", "iframe", "math", "noembed", "noframes",
    "noscript", "object", "option", "script", "select", "style", "svg", "template", "textarea",
    "title", "video", "xmp",
}  # fmt: skip
_CELL = {"align", "valign", "width", "colspan", "rowspan", "bgcolor"}
_ATTRIBUTES = {
    "*": {"dir", "lang", "style"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "table": {"align", "border", "cellpadding", "cellspacing", "width", "bgcolor"},
    "td": _CELL,
    "th": _CELL,
    "tr": {"align", "valign", "bgcolor"},
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "font": {"color", "face", "size"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value"},
    **{name: {"align"} for name in ("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr")},
}
_STYLES = {
    "background-color", "border", "border-bottom", "border-collapse", "border-color", "border-left",
    "border-right", "border-spacing", "border-style", "border-top", "border-width", "color",
    "direction", "font-family", "font-size", "font-style", "font-variant", "font-weight",
    "line-height", "list-style-type", "padding", "padding-bottom", "padding-left", "padding-right",
    "padding-top", "text-align", "text-decoration", "text-indent", "text-transform", "unicode-bidi",
    "vertical-align", "white-space", "width",
}  # fmt: skip
# A function fetches or computes, but for a colour; an escape or a comment may hide one.
_BEYOND_PLAIN_STYLE = re.compile(r"\\|/\*|(?<!rgb)(?<!rgba)\(", re.IGNORECASE)

# Only addresses that every browser reads alike: no user, no backslash, nothing that is dropped.
_WEB = re.compile(r"https?://([\w.\-]{1,255})(?::\d{1,5})?(?:[/?#][^\s\\]*)?", re.IGNORECASE)
_MAIL = re.compile(r"mailto:[^\s\\@?]{1,128}@([\w.\-]{1,255})(?:\?[^\s\\]*)?", re.IGNORECASE)
_TELEPHONE = re.compile(r"tel:([+\d().\-]{1,40})", re.IGNORECASE)
_LOOKS_LIKE_HOST = re.compile(r"(?:[\w\-]{1,63}\.){1,8}[^\W\d_]{2,63}")

_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")

_LINK = re.compile(r'(<a\b[^<>]*? href="([^"]*)")([^<>]*>)(.*?)</a>', re.DOTALL)
_PICTURE = re.compile(r"<img\b[^<>]*>")
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
_ANY_TAG = re.compile(r"<[^<>]*>")


class Cleaned(NamedTuple):
    """``is_whole`` is False where the mail's HTML is longer than what is shown of it."""

    html: str
    is_whole: bool


def clean(html: str, pictures: Mapping[str, bytes]) -> Cleaned:
    """``pictures``: what a mail brings with it, by Content-ID (RFC 2392)."""
    balanced = balance(html)
    safe = nh3.clean(
        balanced.html,
        tags=_TAGS,
        clean_content_tags=_WITH_ALL_IN_THEM,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        filter_style_properties=_STYLES,
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    linked = _LINK.sub(_with_its_host, safe)
    return Cleaned(_Pictures(pictures).put_into(linked), balanced.is_whole)


def _attribute(tag: str, name: str, value: str) -> str | None:
    """What becomes of an attribute that is allowed; None where its value is not."""
    value = value.strip()
    if name == "href":
        return value if _host(value) is not None else None
    if name == "src":
        return value if value[:4].lower() == "cid:" else None
    if name == "style":
        return None if _BEYOND_PLAIN_STYLE.search(value) else value
    return value


def _with_its_host(link: "re.Match[str]") -> str:
    """The address as a tooltip; its host behind words that look like another one."""
    start, href, rest, words = link.groups()
    host = _host(unescape(href)) or ""
    shown = f" [{escape(host[:_LONGEST_HOST_SHOWN])}]" if _names_another(words, host) else ""
    return f'{start} title="{href}"{rest}{words}</a>{shown}'


def _host(address: str) -> str | None:
    """Where it leads, in ASCII: a host or a telephone; None where that is not certain."""
    for kind in (_WEB, _MAIL, _TELEPHONE):
        if found := kind.fullmatch(address):
            return _ascii(found[1])
    return None


def _names_another(words: str, host: str) -> bool:
    read = normalize("NFKC", _UNSEEN.sub("", unescape(_ANY_TAG.sub("", words))))
    named = map(_ascii, _LOOKS_LIKE_HOST.findall(read))
    plain = (name.removeprefix("www.") for name in named)
    return any(host != name and not host.endswith(f".{name}") for name in plain)


def _ascii(host: str) -> str:
    """RFC 5890: letters of other scripts may look like Latin ones."""
    try:
        return host.encode("idna").decode().lower()
    except UnicodeError:
        return host.lower()


class _Pictures:
    """Gives out a mail's own pictures until they are too much for one page."""

    def __init__(self, by_id: Mapping[str, bytes]) -> None:
        self._by_id = by_id
        self._left = MOST_PICTURES

    def put_into(self, html: str) -> str:
        return _PICTURE.sub(lambda found: self._shown(dict(_ATTRIBUTE.findall(found[0]))), html)

    def _shown(self, attributes: dict[str, str]) -> str:
        """Attributes are escaped as they came. An empty ``alt`` is that of mere decoration."""
        content = self._by_id.get(unquote(unescape(attributes.get("src", ""))[4:]), b"")
        media_type = picture_type(content)
        if media_type is None or len(content) > self._left:
            words = attributes.get("alt", "picture").strip()
            return f"[{words}]" if words else ""
        self._left -= len(content)
        kept = {name: value for name, value in attributes.items() if name != "src"}
        written = "".join(f' {name}="{value}"' for name, value in kept.items())
        return f'<img src="data:{media_type};base64,{b64encode(content).decode()}"{written}>'
