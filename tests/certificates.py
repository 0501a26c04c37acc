"""An authority made for one test run, whose certificates only those trust who know it."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = timedelta(days=1)


class Authority:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named("The tests' authority")
        constraints = x509.BasicConstraints(ca=True, path_length=0)
        own = self._certificate(self._name, self._key.public_key(), constraints)
        self.file = folder / "authority.pem"
        self.file.write_bytes(own)

    def certificate(self, address: str) -> Path:
        """A file with a key and its certificate for that IP address."""
        key = ec.generate_private_key(ec.SECP256R1())
        named = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        path = self._folder / f"{address}.pem"
        path.touch(mode=0o600)
        signed = self._certificate(_named(address), key.public_key(), named)
        path.write_bytes(_pem(key) + signed)
        return path

    def client_tls(self) -> ssl.SSLContext:
        """Trusts this authority alone, and checks as strictly as for any other."""
        return ssl.create_default_context(cafile=str(self.file))

    def _certificate(
        self, name: x509.Name, key: ec.EllipticCurvePublicKey, extension: x509.ExtensionType
    ) -> bytes:
        today, number = datetime.now(UTC), x509.random_serial_number()
        return (
            x509.CertificateBuilder(self._name, name, key, number)
            .not_valid_before(today - _DAY)
            .not_valid_after(today + _DAY)
            .add_extension(extension, critical=True)
            .sign(self._key, hashes.SHA256())
            .public_bytes(serialization.Encoding.PEM)
        )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
