"""A private PostgreSQL for the time of a command: ``python tests/postgres.py COMMAND…``.

The cluster lives in a temporary folder, listens on a free port of 127.0.0.1 under a drawn password, runs as
an unprivileged user (PostgreSQL refuses root) and is removed at the end, whatever happened. The command finds
it in ``DATABASE_URL``; its role owns its database and may create others, but is no superuser, as in a real
installation.
"""

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

NAME = "observatory"
START_TIMEOUT = 60  # seconds
STOP_TIMEOUT = 20  # seconds
UNAVAILABLE = 69  # exit status when this machine has no PostgreSQL (EX_UNAVAILABLE)
# Nothing here outlives the run: durability would only cost time.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "256MB",
    "max_connections": "60",
}


class PostgresError(Exception):
    """PostgreSQL is absent or does not start; the message is a French sentence."""


def binaries() -> Path | None:
    """The folder of ``initdb`` and ``postgres``, the newest that Debian has; None without PostgreSQL."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if versions:
        return versions[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextmanager
def cluster() -> Iterator[str]:
    """Give the ``DATABASE_URL`` of a fresh cluster, and remove the cluster on leaving."""
    programs = binaries()
    if programs is None:
        raise PostgresError("PostgreSQL n’est pas installé sur cette machine (paquet postgresql).")
    account = _account()
    # A root user's own temporary folder may be closed to the account that runs the server.
    directory = Path(tempfile.mkdtemp(prefix="observatory-postgres-", dir="/tmp" if account else None))
    try:
        password = _create(programs, directory, account)
        server, port = _start(programs, directory, account, password)
        try:
            yield _create_database(port, password)
        finally:
            _stop(server)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _account() -> dict:
    """Arguments of ``subprocess`` that leave root's rights; empty for an ordinary user."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise PostgresError("Aucun compte sans privilège (postgres ou nobody) pour lancer PostgreSQL.")


def _create(programs: Path, directory: Path, account: dict) -> str:
    """Lay out the cluster; gives the password of its superuser."""
    password = secrets.token_hex(16)
    secret = directory / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    if account:
        for path in (directory, secret):
            os.chown(path, account["user"], account["group"])
    command = [
        programs / "initdb",
        "--pgdata",
        directory / "data",
        "--username",
        "postgres",
        "--pwfile",
        secret,
    ]
    command += ["--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale", "--no-sync"]
    done = subprocess.run(
        command, cwd=directory, env=_environment(directory), capture_output=True, text=True, **account
    )
    secret.unlink()
    if done.returncode:
        raise PostgresError(f"initdb a échoué : {done.stderr.strip()}")
    return password


def _environment(directory: Path) -> dict:
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(directory), "LC_ALL": "C"}


def _start(programs: Path, directory: Path, account: dict, password: str) -> tuple[subprocess.Popen, int]:
    """Run the server on a free port, trying another when somebody took it in between."""
    log = directory / "log"
    for _ in range(5):
        port = _free_port()
        options = [f"--{name.replace('_', '-')}={value}" for name, value in SETTINGS.items()]
        with log.open("w") as output:
            server = subprocess.Popen(
                [programs / "postgres", "-D", directory / "data", "-p", str(port), *options],
                cwd=directory,
                env=_environment(directory),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=_stop_with_parent,
                **account,
            )
        if _answers(server, port, password):
            return server, port
        _stop(server)
        if "could not bind" not in log.read_text():
            break
    raise PostgresError(f"PostgreSQL n’a pas démarré : {log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _stop_with_parent():
    """Have the kernel stop the server if this process is killed, in a group that Ctrl-C does not reach."""
    os.setpgid(0, 0)
    ctypes.CDLL(None).prctl(1, signal.SIGINT)  # PR_SET_PDEATHSIG


def _answers(server: subprocess.Popen, port: int, password: str) -> bool:
    limit = time.monotonic() + START_TIMEOUT
    while server.poll() is None and time.monotonic() < limit:
        try:
            _connect(port, password).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return True
    return False


def _connect(port: int, password: str) -> psycopg.Connection:
    return psycopg.connect(
        host="127.0.0.1", port=port, user="postgres", password=password, dbname="postgres", autocommit=True
    )


def _create_database(port: int, password: str) -> str:
    with _connect(port, password) as connection:
        name, secret = sql.Identifier(NAME), sql.Literal(password)
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(name, secret))
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, name))
    return f"postgres://{NAME}:{password}@127.0.0.1:{port}/{NAME}"


def _stop(server: subprocess.Popen):
    """Fast shutdown: open connections are cut; killed when it does not end."""
    server.send_signal(signal.SIGINT)
    try:
        server.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _interrupt(number, frame):
    raise KeyboardInterrupt


def run(command: list[str]) -> int:
    """Run the command with ``DATABASE_URL`` set; gives its exit status, 130 when interrupted."""
    with cluster() as url:
        process = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": url})
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            return 130


def main(command: list[str]) -> int:
    if not command:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return run(command)
    except PostgresError as error:
        sys.stderr.write(f"{error}\n")
        return UNAVAILABLE
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
