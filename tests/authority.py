"""A certificate authority of a test's own, as a company has one, and certificates by it."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Authority:
    """`file` is what goes into SSL_CERT_FILE."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    folder: Path

    @property
    def file(self) -> Path:
        """The authority's own certificate."""
        return self.folder / "authority.pem"

    def server(self, name: str) -> ssl.SSLContext:
        """What a server of this name speaks TLS with."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName(name)])
        certificate = _certificate(name, key, self.certificate.subject, self.key, names)
        pem = self.folder / f"{name}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        return context


def make_authority(folder: Path) -> Authority:
    """A new authority that nobody knows."""
    key = ec.generate_private_key(ec.SECP256R1())
    limits = x509.BasicConstraints(ca=True, path_length=0)
    certificate = _certificate("A Company", key, None, key, limits)
    made = Authority(key, certificate, folder)
    made.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return made


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name | None,
    signer: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + DAY)
        .add_extension(extension, critical=True)
    )
    return builder.sign(signer, hashes.SHA256())
