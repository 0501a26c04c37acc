"""The doors by which the made-up missions come in: HTTP to the running app, and mail files."""

import base64
import itertools
import json
import time
from collections.abc import Callable, Sequence

import urllib3
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


class Provider:
    """A made-up mail provider that signs what it tells, as SendGrid does."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def public_key(self) -> str:
        """As it is set in OUTREACH_SENDGRID_EVENTS_KEY."""
        der = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return base64.b64encode(der).decode()

    def headers(self, body: bytes) -> dict[str, str]:
        timestamp = str(int(time.time()))
        signature = self._key.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
        return {
            "Content-Type": "application/json",
            "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
        }


class Doors:
    """Every other mail comes by the provider's hook, the rest as ``inbox ingest`` takes files."""

    def __init__(
        self, public_url: str, provider: Provider, ingest: Callable[[bytes], None]
    ) -> None:
        self._public_url = public_url
        self._provider = provider
        self._ingest = ingest
        self._http = urllib3.PoolManager(timeout=10, retries=False)
        self._turn = itertools.count()

    def load_image(self, url: str, agent: str) -> None:
        self._answered(self._http.request("GET", url, headers={"User-Agent": agent}))

    def one_click(self, url: str) -> None:
        """RFC 8058: the mail program posts for its user."""
        fields = {"List-Unsubscribe": "One-Click"}
        self._answered(self._http.request("POST", url, fields=fields, encode_multipart=False))

    def deliver(self, mail: bytes) -> None:
        if next(self._turn) % 2:
            self._ingest(mail)
            return
        # Signed over the raw body, so the body is made before it is sent.
        body, kind = urllib3.encode_multipart_formdata({"email": mail.decode("utf-8")})
        headers = {**self._provider.headers(body), "Content-Type": kind}
        self._post("/hooks/sendgrid/inbound", body, headers)

    def tell_of_deliveries(self, keys: Sequence[str], at: float) -> None:
        """The provider says that these copies (by our own id) were taken by their mail servers."""
        events = [
            {
                "event": "delivered",
                "delivery": key,
                "timestamp": int(at),
                "sg_event_id": f"delivered-{key}",
                "response": "250 2.0.0 Ok: queued",
            }
            for key in keys
        ]
        body = json.dumps(events).encode()
        self._post("/hooks/sendgrid/events", body, self._provider.headers(body))

    def close(self) -> None:
        self._http.clear()

    def _post(self, path: str, body: bytes, headers: dict[str, str]) -> None:
        url = f"{self._public_url}{path}"
        self._answered(self._http.request("POST", url, body=body, headers=headers))

    @staticmethod
    def _answered(response: urllib3.BaseHTTPResponse) -> None:
        if not 200 <= response.status < 300:
            raise RuntimeError(f"{response.geturl()} answered {response.status}")
