"""Servers with authorities of their own, and those that want to see a certificate of ours.

A private key is never written to a disk for this: OpenSSL reads it from a file that exists in memory only.
"""

import contextlib
import os
import ssl
from collections.abc import Iterator

from msgspec import Struct

from gonogo.errors import ConfigError
from gonogo.io.config.credentials import Secret


class Tls(Struct, frozen=True):
    """What one server asks for besides what the system trusts."""

    authorities: str = ""
    """PEM. When given, nobody else vouches for the server; "" for those of the system."""
    certificate: str = ""
    """PEM, shown to the server that asks for one; "" for none. With those between it and its authority."""
    key: Secret = Secret("")
    """PEM, of `certificate`."""
    whose: str = ""
    """Where it comes from, for what is said of it: `kubeconfig prod`."""

    def nameless(self) -> "Tls":
        """The same server without our certificate: who proves by something else is nobody else besides."""
        return Tls(self.authorities, whose=self.whose)


def adapted(context: ssl.SSLContext, tls: Tls) -> ssl.SSLContext:
    """`context`, showing the certificate of `tls`. Raises ConfigError when that cannot be used."""
    if not tls.certificate:
        return context
    try:
        with _in_memory(tls.certificate + "\n" + tls.key.reveal()) as path:
            # an empty password: OpenSSL would ask for that of an encrypted key at the terminal
            context.load_cert_chain(path, password="")
    except (ssl.SSLError, OSError, ValueError) as error:
        raise ConfigError(
            "the client certificate cannot be used: it and its key are in PEM form, and the key not encrypted",
            where=tls.whose,
        ) from error
    return context


def only_by(authorities: str, whose: str) -> ssl.SSLContext:
    """Trusts these and nobody else. Raises ConfigError for what is no certificate."""
    try:
        return ssl.create_default_context(cadata=authorities)
    except (ssl.SSLError, ValueError) as error:
        raise ConfigError("its authority holds no certificate in PEM form", where=whose) from error


def context_for(tls: Tls) -> ssl.SSLContext:
    """To look whether it can be used. Raises ConfigError when it cannot."""
    bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return adapted(only_by(tls.authorities, tls.whose) if tls.authorities else bare, tls)


@contextlib.contextmanager
def _in_memory(text: str) -> Iterator[str]:
    """Path of a file with that content, for as long as it is needed."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("gonogo-tls", os.MFD_CLOEXEC)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            yield f"/proc/self/fd/{descriptor}"
        return
    import tempfile  # where there is no such file system

    with tempfile.NamedTemporaryFile("w", encoding="ascii", prefix="gonogo-") as file:  # of mode 0600
        file.write(text)
        file.flush()
        yield file.name
