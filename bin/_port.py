"""Say in plain French why the web server could not listen: ``_port.py HOST PORT``."""

import errno
import socket
import sys


def problem(host: str, port: str) -> str | None:
    """A sentence, or None when the address is free."""
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        return f"PORT vaut « {port} » : attendu un nombre de 1 à 65535."
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError:
        return f"HOST vaut « {host} » : cette machine n’a pas d’adresse de ce nom."
    with socket.socket(family, kind, protocol) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(1)
        except OSError as error:
            return _explain(error, host, port)
    return None


def _explain(error: OSError, host: str, port: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Le port {port} de {host} est déjà pris par un autre programme, peut-être l’observatoire. "
            f"Arrêtez-le, ou choisissez un autre port : PORT={min(int(port) + 1, 65535)} bin/run"
        )
    if error.errno == errno.EACCES:
        return f"Ce compte n’a pas le droit d’ouvrir le port {port} : choisissez un port au-dessus de 1023."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"HOST vaut « {host} » : ce n’est pas une adresse de cette machine."
    return f"Impossible d’écouter sur {host}:{port} : {error.strerror}."


if __name__ == "__main__":
    sys.exit(problem(*sys.argv[1:3]))
