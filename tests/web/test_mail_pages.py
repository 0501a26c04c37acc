"""A mail at the desk: all of it one click away, its files as downloads, its HTML in a sandbox."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext

from outreach.db import Database
from outreach.inbox.cleaning import clean
from outreach.inbox.kinds import MailKind
from outreach.inbox.tables import IncomingMail, RawMail, RawState
from outreach.web.headers import MAIL_POLICY
from tests.inbox.attaching import PDF, PNG, PROGRAM, a_mail_with
from tests.inbox.hostile_html import ALL, FETCHES, MUTATIONS, SCRIPTS, hostile
from tests.web.browsing import Stranger, a_stranger, chromium, served
from tests.web.mailing import a_read_mail
from tests.web.reading import text

FILES = (
    ("Réponse.pdf", "application/pdf", PDF),
    ("letter.pdf", "application/pdf", PROGRAM),
    ("../seal\u202egnp.svg", "image/svg+xml", PNG),
)
ANSWER = """We agree.

On 20 November 2026 at 10:00, The organizers <letters@example.org> wrote:
> Will you close the office?

Not before March.
"""


def stored(database: Database, now: datetime, content: bytes, **values: object) -> str:
    """The path of its page."""
    with database.transaction() as session:
        return f"/inbox/mail/{a_read_mail(session, now, content, **values)}"


def forget_bytes(database: Database, path: str) -> None:
    with database.transaction() as session:
        mail = session.get_one(IncomingMail, int(path.rpartition("/")[2]))
        raw = session.get_one(RawMail, mail.raw_id)
        raw.state, raw.content = RawState.deleted, b""


def test_the_page_lists_files_with_what_they_really_are(
    viewer: FlaskClient, database: Database, now: datetime
) -> None:
    path = stored(database, now, a_mail_with(*FILES))
    page = viewer.get(path).text
    read = text(page)
    assert "Réponse.pdf" in read
    assert "a PDF" in read
    assert "It calls itself a PDF and is a program; do not open it." in read
    assert "It calls itself an SVG drawing and is a PNG picture; do not open it." in read
    assert "\u202e" not in page
    assert f'href="{path}/attachments/0"' in page


def test_a_file_is_a_download_whatever_it_says_it_is(
    viewer: FlaskClient, database: Database, now: datetime
) -> None:
    path = stored(database, now, a_mail_with(*FILES))
    pdf, _, seal = (viewer.get(f"{path}/attachments/{at}") for at in range(3))
    assert pdf.data == PDF
    assert pdf.headers["Content-Disposition"] == (
        "attachment; filename=\"R_ponse.pdf\"; filename*=UTF-8''R%C3%A9ponse.pdf"
    )
    assert seal.headers["Content-Disposition"].endswith("''sealgnp.svg")
    for answer in (pdf, seal):
        assert answer.content_type == "application/octet-stream"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("at", ["3", "99999", "100000", "9" * 30, "-1", "x"])
def test_there_is_no_other_file(
    at: str, viewer: FlaskClient, database: Database, now: datetime
) -> None:
    path = stored(database, now, a_mail_with(*FILES))
    assert viewer.get(f"{path}/attachments/{at}").status_code == 404
    assert viewer.get("/inbox/mail/9999/attachments/0").status_code == 404
    assert viewer.get("/inbox/mail/9999/html").status_code == 404


def test_the_trimmed_view_hides_no_text(
    viewer: FlaskClient, database: Database, now: datetime
) -> None:
    page = viewer.get(stored(database, now, a_mail_with(text=ANSWER))).text
    assert "The whole text in its order" in page
    assert ANSWER.strip().replace("<", "&lt;").replace(">", "&gt;") in page


def test_what_it_was_taken_for_stands_there_with_its_evidence(
    viewer: FlaskClient, database: Database, now: datetime
) -> None:
    evidence = ["its subject says so", "it came at once"]
    kind = MailKind.out_of_office
    path = stored(database, now, a_mail_with(), kind=kind, evidence=evidence)
    read = text(viewer.get(path).text)
    assert "because its subject says so, and it came at once" in read


def test_html_is_shown_in_a_frame_that_may_only_open_links(
    viewer: FlaskClient, database: Database, now: datetime
) -> None:
    html = "<p onclick=x>We <b>agree</b>.</p><script>x</script>"
    path = stored(database, now, a_mail_with(html=html))
    sandbox = "allow-popups allow-popups-to-escape-sandbox"
    assert f'sandbox="{sandbox}" src="{path}/html"' in viewer.get(path).text
    answer = viewer.get(f"{path}/html")
    assert "<p>We <b>agree</b>.</p>\n</div>" in answer.text
    assert answer.headers["Content-Security-Policy"] == MAIL_POLICY
    assert MAIL_POLICY.endswith(f"sandbox {sandbox}")
    assert "default-src 'none'" in MAIL_POLICY
    assert "script" not in MAIL_POLICY
    assert "same-origin" not in MAIL_POLICY


def test_a_mail_without_html_has_no_frame(
    viewer: FlaskClient, database: Database, now: datetime
) -> None:
    page = ("page.html", "text/html", b"<p>attached</p>")
    path = stored(database, now, a_mail_with(page))
    assert "<iframe" not in viewer.get(path).text
    assert viewer.get(f"{path}/html").status_code == 404


def test_of_long_html_the_page_says_that_it_is_cut(
    viewer: FlaskClient, database: Database, now: datetime
) -> None:
    path = stored(database, now, a_mail_with(html="<p>word</p>" * 50_000))
    assert "Only the beginning is shown" in viewer.get(f"{path}/html").text


def test_a_page_outlives_the_bytes_of_its_mail(
    viewer: FlaskClient, database: Database, now: datetime
) -> None:
    path = stored(database, now, a_mail_with(*FILES, text=ANSWER, html="<p>We agree.</p>"))
    forget_bytes(database, path)
    page = viewer.get(path).text
    read = text(page)
    assert "We agree." in read
    assert "Will you close the office?" in read
    assert "Réponse.pdf" in read
    assert "was deleted after its time" in read
    for gone in ("/attachments/", "<iframe", ".eml"):
        assert gone not in page
    for part in ("/attachments/0", "/html", ".eml"):
        answer = viewer.get(path + part)
        assert answer.status_code == 404
        assert "was deleted after its time" in answer.text


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def context(browser: Browser, viewer: FlaskClient) -> Iterator[BrowserContext]:
    """Signed in as the viewer is, for any server on loopback."""
    cookie = viewer.get_cookie("outreach")
    assert cookie is not None
    with browser.new_context(viewport={"width": 360, "height": 800}) as opened:
        opened.add_cookies([{"name": "outreach", "value": cookie.value, "url": "http://127.0.0.1"}])
        yield opened


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    with a_stranger() as listening:
        yield listening


@pytest.mark.chromium
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_tried_works_on_a_page_that_takes_no_care(
    context: BrowserContext, stranger: Stranger
) -> None:
    """Or else the tests below would prove nothing."""
    stranger.pages = {"/scripts": "".join(SCRIPTS), "/mutation": MUTATIONS[0]}
    for number, html in enumerate(hostile(stranger.address)):
        stranger.pages[f"/{number}"] = html
    page = context.new_page()
    for path in ("/scripts", "/mutation"):
        page.goto(stranger.address + path)
        assert page.title() == "ran"
    stranger.asked.clear()
    for at in range(len(SCRIPTS), len(SCRIPTS) + len(FETCHES)):
        # Each on a page of its own: some of them send their reader on to another page.
        context.new_page().goto(f"{stranger.address}/{at}", wait_until="commit")
    for _ in range(100):
        if len(asked := {path for path in stranger.asked if "." in path}) > 15:
            break
        page.wait_for_timeout(100)
    assert len(asked) > 15


@pytest.mark.chromium
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_cleaning_alone_keeps_a_browser_from_asking_strangers(
    context: BrowserContext, stranger: Stranger
) -> None:
    cleaned = (clean(html, {}).html for html in hostile(stranger.address))
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(f"<title>still</title>{''.join(cleaned)}")
    page.wait_for_timeout(500)
    assert page.title() == "still"
    assert asked == []
    assert stranger.asked == []


@pytest.mark.chromium
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_opening_a_hostile_mail_asks_nobody_else_and_runs_nothing(
    app: Flask, database: Database, now: datetime, context: BrowserContext, stranger: Stranger
) -> None:
    tried = hostile(stranger.address)
    of_each = len(SCRIPTS), len(SCRIPTS) + len(FETCHES)
    groups = ["".join(tried[: of_each[0]]), "".join(tried[of_each[0] : of_each[1]])]
    paths = [
        stored(database, now, a_mail_with(html=html)) for html in [*groups, *tried[of_each[1] :]]
    ]
    assert len(paths) == 2 + len(MUTATIONS) == 2 + len(ALL) - of_each[1]
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with served(app) as desk:
        for path in paths:
            page.goto(desk + path)
            page.get_by_text("As it was formatted").click()
            frame = page.frame_locator("iframe")
            frame.locator("div").first.wait_for(state="attached")
            assert "ran" not in {each.title() for each in page.frames}
            assert frame.locator("script, [onerror], [onload]").count() == 0
        page.wait_for_timeout(300)
        assert {url for url in asked if not url.startswith(f"{desk}/")} == set()
        assert {f"{desk}{path}/html" for path in paths} <= set(asked)
    assert stranger.asked == []


@pytest.mark.chromium
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_link_in_a_mail_opens_a_window_of_its_own(
    app: Flask, database: Database, now: datetime, context: BrowserContext, stranger: Stranger
) -> None:
    stranger.pages["/read"] = "<title>away</title><script>document.title=`ran ${opener}`</script>"
    html = f'<a href="{stranger.address}/read">read on</a>'
    path = stored(database, now, a_mail_with(html=html))
    page = context.new_page()
    with served(app) as desk:
        page.goto(desk + path)
        page.get_by_text("As it was formatted").click()
        with page.expect_popup() as opened:
            page.frame_locator("iframe").get_by_text("read on").click()
        opened.value.wait_for_load_state()
        assert opened.value.title() == "ran null"
        assert page.url == desk + path


@pytest.mark.chromium
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("width", [360, 1440])
def test_a_mail_fits_its_page(
    width: int, app: Flask, database: Database, now: datetime, context: BrowserContext
) -> None:
    files = (("a" * 150 + ".pdf", "application/pdf", PROGRAM), *FILES)
    content = a_mail_with(*files, text=ANSWER + "x" * 300, html="<p>x</p>")
    path = stored(database, now, content, evidence=["it names " + "x" * 200])
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    with served(app) as desk:
        page.goto(desk + path)
        for summary in page.locator("summary").all():
            summary.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
