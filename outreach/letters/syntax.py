"""What Jinja says of an expression that it cannot read, for whoever typed it."""

from outreach.texts import mark, retold

_SENTENCES = (
    mark("Encountered unknown tag '%(tag)s'"),
    mark(
        "Encountered unknown tag '%(tag)s'. Jinja was looking for the following tags: %(tags)s. "
        "The innermost block that needs to be closed is '%(block)s'"
    ),
    mark(
        "Encountered unknown tag '%(tag)s'. You probably made a nesting mistake. Jinja is "
        "expecting this tag, but currently looking for %(tags)s. The innermost block that needs "
        "to be closed is '%(block)s'"
    ),
    mark(
        "Unexpected end of template. Jinja was looking for the following tags: %(tags)s. "
        "The innermost block that needs to be closed is '%(block)s'"
    ),
    mark("unexpected end of template, expected '%(expected)s'"),
    mark("expected token '%(expected)s', got '%(found)s'"),
    mark("unexpected '%(sign)s'"),
    mark("unexpected '%(sign)s', expected '%(expected)s'"),
    mark("unexpected char %(sign)s at %(place)s"),
    mark("can't assign to '%(what)s'"),
    mark("tag name expected"),
    mark("expected name or number"),
    mark("expected subscript expression"),
    mark("Invalid character in identifier"),
    mark("invalid syntax for function call expression"),
    mark("Missing end of comment tag"),
    mark("Missing end of raw directive"),
)
_SIGNS = (
    mark("'elif' or 'else' or 'endif'"),
    mark("'endfor' or 'else'"),
    mark("begin of print statement"),
    mark("begin of statement block"),
    mark("end of print statement"),
    mark("end of statement block"),
    mark("end of template"),
    mark("name"),
    mark("string"),
    mark("integer"),
    mark("float"),
)


def said(message: str) -> str:
    return retold(message.rstrip("."))
