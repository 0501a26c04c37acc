"""What a reader finds on a page."""

import re


def links(page: str) -> set[str]:
    return {found.replace("&amp;", "&") for found in re.findall(r'(?:href|src)="([^"]+)"', page)}


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
