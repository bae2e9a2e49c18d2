"""A PostgreSQL cluster of the torture's own, started as an ordinary user, that may be stopped hard."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path


class NoServerBinaries(Exception):
    """PostgreSQL's `initdb` and `postgres` are not on this machine (Debian: apt-get install postgresql)."""


def binaries() -> Path:
    """The folder of the newest server's programs. Raises NoServerBinaries."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if not found:
        on_path = shutil.which("initdb")
        if on_path is None:
            raise NoServerBinaries("No initdb under /usr/lib/postgresql or on the PATH.")
        return Path(on_path).parent
    return max(found, key=lambda path: int(path.parent.name))


class ClusterFailed(Exception):
    """A program of PostgreSQL's did not do what it was asked for; says what it said."""


class Cluster:
    """`url` is a database in it. Whoever runs this as root runs the server as `postgres`, or `nobody` where that is missing."""

    def __init__(self) -> None:
        self._bin = binaries()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        # Not below pytest's folders: each run that begins shuts them to everybody but its own user, while this one goes on.
        self._folder = Path(tempfile.mkdtemp(prefix="kefuflow-cluster-"))
        self._folder.chmod(0o711)
        self._data = self._folder / "cluster"
        self._data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            user = _ordinary_user()
            os.chown(self._data, user.pw_uid, user.pw_gid)
        self._run("initdb", "-D", str(self._data), "-U", "kefuflow", "-A", "trust", "-E", "UTF8", "--no-locale")
        settings = f"port = {self._port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n"
        with (self._data / "postgresql.conf").open("a") as file:
            file.write(settings + "max_connections = 200\nshared_buffers = 64MB\n")
        self.start()
        self.url = f"postgresql://kefuflow@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-w", "-t", "60", "-l", str(self._data / "log"), "start")

    def crash(self) -> None:
        """End every server process at once, without a checkpoint: what was not in the log on disk is gone."""
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "-t", "120", "stop")

    def remove(self) -> None:
        for _ in range(3):
            if not (self._data / "postmaster.pid").exists():
                break
            try:
                self.crash()
            except ClusterFailed:
                time.sleep(1)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), *arguments]
        if os.geteuid() == 0:
            user = _ordinary_user()
            command = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", *command]
        # Into a file: a server that goes on would hold a pipe open.
        told = self._folder / f"{program}.log"
        with told.open("wb") as log:
            ended = subprocess.run(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/")
        if ended.returncode:
            raise ClusterFailed(f"{' '.join(command)} ended with {ended.returncode}: {told.read_text()[-2000:]}")


def _ordinary_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")
