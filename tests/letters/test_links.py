"""Links that no reader could follow."""

import pytest

from outreach.letters.links import broken_links
from tests.letters.factories import a_source


@pytest.mark.parametrize(
    "body",
    [
        "[WIPO](https://www.wipo.int/a?b=c#d)",
        "<https://россия.рф/>",
        "[write](mailto:someone@wipo.int?subject=x)",
        "{{ unsubscribe_url }}",
        "No link at all.",
    ],
)
def test_good_links_are_not_spoken_of(body: str) -> None:
    assert broken_links(a_source(body)) == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("[x](https://wipo)", "line 1: https://wipo leads nowhere: wipo is not the name of a site"),
        ("One.\n\n<https://example.org/x>", "line 3: https://example.org/x leads nowhere"),
        ("[x](http://192.168.0.1/)", "192.168.0.1 is not the name of a site"),
        ("[x](https://ann:secret@wipo.int)", "holds a user name or password"),
        ("[x](mailto:someone)", "someone is no mail address"),
        ("[x](https://[wipo)", "is not the name of a site"),
        ("Text[^1]\n\n[^1]: [x](https://wipo)", "line 3: "),
    ],
)
def test_a_link_that_leads_nowhere_is_told_with_its_line(body: str, says: str) -> None:
    (problem,) = broken_links(a_source(body))
    assert says in problem
