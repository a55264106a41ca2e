"""The portal as ``bin/run`` serves it, on a free port of this machine, for the time of the measures."""

import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .database import ROOT

WORKERS = 2
START_TIMEOUT = 60  # seconds
STOP_TIMEOUT = 10  # seconds
TIMEOUT = 60  # seconds, for one answer
OPTIONS = ["--worker-class", "gthread", "--threads", "4", "--no-control-socket", "--log-level", "warning"]


class NoServer(Exception):
    """The portal did not start; the message holds its last words."""


@dataclass(frozen=True)
class Answer:
    """What came back: how long the whole answer took and how many bytes travelled."""

    status: int
    milliseconds: float
    size: int


@dataclass(frozen=True)
class Server:
    port: int
    #: process whose children answer
    pid: int = 0

    def get(self, path: str) -> Answer:
        """Ask as a browser does, gzip accepted; from the first byte sent to the last received."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        try:
            start = time.perf_counter()
            connection.request("GET", path, headers={"Accept-Encoding": "gzip", "Connection": "close"})
            response = connection.getresponse()
            body = response.read()
            return Answer(response.status, (time.perf_counter() - start) * 1000, len(body))
        finally:
            connection.close()


@contextmanager
def serving() -> Iterator[Server]:
    """Two workers of gunicorn on the database of ``DATABASE_URL``; stopped on leaving, whatever happened."""
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "observatory.wsgi", "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(
        [*command, "--workers", str(WORKERS), *OPTIONS],
        cwd=ROOT,
        env=os.environ,
        stdin=subprocess.DEVNULL,
        preexec_fn=_stop_with_parent,
    )
    try:
        server = Server(port, process.pid)
        _wait(process, server)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _stop_with_parent():
    """Have the kernel stop the server if the benchmark is killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def _wait(process: subprocess.Popen, server: Server) -> None:
    limit = time.monotonic() + START_TIMEOUT
    while process.poll() is None and time.monotonic() < limit:
        try:
            if server.get("/sante/").status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise NoServer(f"The portal did not answer within {START_TIMEOUT} s (exit status {process.poll()}).")
