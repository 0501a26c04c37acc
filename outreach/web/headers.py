"""What every answer says to the browser: what it may load, show, keep and tell others."""

from flask import Flask, Response, make_response, request

from outreach.web.current import parts

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# For a page that says what it shows with htmx, which is one of our own static files.
LIVE_POLICY = f"{PAGE_POLICY}; script-src 'self'; connect-src 'self'"
# A letter brings its own styles and may do nothing else; the open image in it is not loaded, so
# that looking at a copy is never counted as its recipient's opening it.
COPY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'; sandbox"
)
# So may a stranger's mail, in which whoever reads it may follow a link to another window.
MAIL_POLICY = f"{COPY_POLICY} allow-popups allow-popups-to-escape-sandbox"
# A file is to be saved; a browser that shows it all the same lets it do nothing.
FILE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Content-Security-Policy": PAGE_POLICY,
    # Not no-referrer: over HTTPS the check of forms wants to see that they come from here.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


def install(app: Flask) -> None:
    app.after_request(_add_headers)


def live(page: str) -> Response:
    """A page that runs our own scripts."""
    answer = make_response(page)
    answer.headers["Content-Security-Policy"] = LIVE_POLICY
    return answer


def _add_headers(response: Response) -> Response:
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    if parts().settings.public_url.startswith("https:"):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
