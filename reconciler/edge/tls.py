"""The TLS context: nothing in the environment steers it, no key is logged, checking cannot be turned off."""

import ssl

import certifi

from reconciler.model.errors import RunRefused


def tls_context(ca_file: str) -> ssl.SSLContext:
    """Return a context of our own for clients (faults.md S-07, N-03).

    `ssl.create_default_context` would honour SSLKEYLOGFILE, the default paths SSL_CERT_FILE.

    Args:
        ca_file: Certificate authorities in PEM, trusted instead of the public ones; `""`: the public ones.

    Raises:
        RunRefused: The file cannot be read or holds no certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks the certificate and the host name
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(cafile=ca_file or certifi.where())
    except (OSError, ValueError) as error:
        raise RunRefused(
            f"the certificates in RECONCILER_CA_FILE cannot be used: {error}",
            "name a file with the certificates of the authority in PEM form",
        ) from error
    return context
