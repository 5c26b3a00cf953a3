"""The database server: one the user names, or a private cluster on a socket."""

import configparser
import contextlib
import fcntl
import hashlib
import os
import pwd
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import packages
from .console import CommandError, SetupError, Step, run_logged
from .paths import check_space, is_root, locked

# Any of these names a server; PGUSER and PGPASSWORD alone do not.
NAMING = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE")
ROLE = "odoo"
MINIMUM = 13
SPACE_MB = 1500
# A test database that a power cut destroys is made again.
VOLATILE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum_naptime": "20s",
}
SOCKET_PATH_LIMIT = 90


def existing_server(config_file=None):
    """The variables of a server that the user named, or None.

    A configuration file of Odoo wins over the environment, as the more particular.
    """
    config_file = config_file or os.environ.get("ODOO_RC")
    if config_file:
        named = _read_config(Path(config_file))
        if named:
            return named
    if any(os.environ.get(name) for name in NAMING):
        return {
            name: value for name, value in os.environ.items() if name.startswith("PG")
        }
    return None


def _read_config(path):
    parser = configparser.RawConfigParser()
    try:
        with path.open(encoding="utf-8") as handle:
            parser.read_file(handle)
    except (OSError, configparser.Error) as error:
        raise SetupError(
            f"Cannot read the configuration file {path}: {error}"
        ) from None
    named = {}
    for key in ("host", "port", "user", "password"):
        value = parser.get("options", f"db_{key}", fallback="").strip()
        if value and value != "False":
            named[f"PG{key.upper()}"] = value
    return named if {"PGHOST", "PGPORT", "PGUSER"} & set(named) else None


class Cluster:
    """A PostgreSQL cluster of our own: no system service, no TCP, no password.

    Whoever uses it holds a shared lock; the last one to leave stops it.
    """

    def __init__(self, folder, *, volatile, log):
        self.folder = folder
        self.data = folder / "data"
        self.sockets = _socket_folder(folder)
        self.volatile = volatile
        self.log = log
        self._users = None

    @property
    def environment(self):
        """The variables that lead psycopg2 and Odoo here."""
        return {"PGHOST": str(self.sockets), "PGPORT": "5432", "PGUSER": ROLE}

    @contextlib.contextmanager
    def running(self):
        """Have the server running within the block."""
        self.folder.mkdir(parents=True, exist_ok=True)
        _check_reach(self.folder)
        with locked(self.folder / "start.lock", "the database cluster"):
            self._users = (self.folder / "users.lock").open("a")
            if not self.data.is_dir():
                self._create()
            self._start()
            fcntl.flock(self._users, fcntl.LOCK_SH)
        try:
            yield self
        finally:
            self._leave()

    def _leave(self):
        with locked(self.folder / "start.lock", "the database cluster"):
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            command = [*self._control(), "stop", "-m", "fast"]
            subprocess.run(command, capture_output=True, check=False, cwd="/")
        self._users.close()

    # Making

    def _create(self):
        check_space(self.folder, SPACE_MB, "the databases")
        account = _account()
        with Step("Making a private PostgreSQL cluster"):
            # initdb wants to own the folder it fills; the rename comes last.
            nursery = self.folder / "data.part"
            shutil.rmtree(nursery, ignore_errors=True)
            nursery.mkdir(mode=0o700)
            try:
                _own(nursery, account)
                self._initdb(nursery / "data")
                (nursery / "data").rename(self.data)
            except CommandError as error:
                raise SetupError(
                    f"PostgreSQL's initdb failed: {error.last_line()}"
                ) from None
            finally:
                shutil.rmtree(nursery, ignore_errors=True)

    def _initdb(self, data):
        programs = packages.find_postgres()[0]
        command = [str(programs / "initdb"), "-D", str(data), "-U", ROLE]
        command += ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        run_logged(_as_account(command), self.log, cwd="/")
        # Said here, because a PGPORT of the environment would be taken otherwise.
        settings = {"listen_addresses": "''", "port": "5432", "max_connections": "100"}
        settings |= VOLATILE if self.volatile else {}
        with (data / "postgresql.conf").open("a") as handle:
            handle.writelines(f"{key} = {value}\n" for key, value in settings.items())

    # Running

    def _start(self):
        _make_socket_folder(self.sockets)
        if self._is_running():
            return
        self._forget_dead_server()
        server_log = self.folder / "server.log"
        # pg_ctl hands these words to a shell.
        options = f"-c unix_socket_directories={shlex.quote(str(self.sockets))}"
        command = [*self._control(), "start", "-w", "-t", "60", "-o", options]
        log_option = ["-l", str(server_log)]
        server_log.touch()
        _own(server_log, _account())
        try:
            run_logged([*command, *log_option], self.log, cwd="/")
        except CommandError:
            last = server_log.read_text(errors="replace").splitlines()[-1:]
            reason = last[0] if last else "no reason given"
            raise SetupError(
                f"The private PostgreSQL cluster does not start: {reason}"
            ) from None

    def _control(self):
        return _as_account([str(self._programs() / "pg_ctl"), "-D", str(self.data)])

    def _programs(self):
        """The programs of the version that made the cluster."""
        version = (self.data / "PG_VERSION").read_text().strip()
        for folder in packages.find_postgres():
            words = [str(folder / "postgres"), "--version"]
            answer = subprocess.run(words, capture_output=True, text=True, check=False)
            if f" {version}." in answer.stdout:
                return folder
        raise SetupError(
            f"The cluster in {self.folder} was made by PostgreSQL {version}, which is "
            "not installed any more: install it, or delete that folder to start anew."
        )

    def _is_running(self):
        command = [*self._control(), "status"]
        answer = subprocess.run(command, capture_output=True, check=False, cwd="/")
        return answer.returncode == 0 and _is_postgres(self._pid())

    def _pid(self):
        try:
            return int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return 0

    def _forget_dead_server(self):
        """Remove the traces of a killed server whose process number was given away.

        In containers that is common. In all other cases PostgreSQL does so itself,
        after making sure that none of its old processes is alive.
        """
        pid = self._pid()
        if pid and Path(f"/proc/{pid}").exists() and not _is_postgres(pid):
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            for left in self.sockets.glob(".s.PGSQL.*"):
                left.unlink()


def _is_postgres(pid):
    """Tell whether this is a living server; a container may keep dead ones listed."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    return "Name:\tpostgres\n" in status and "State:\tZ" not in status


def _socket_folder(folder):
    """Beside the data, or under /tmp when the path is too long for a socket."""
    sockets = folder / "run"
    if len(str(sockets)) <= SOCKET_PATH_LIMIT:
        return sockets
    key = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"field-service-{os.geteuid()}-{key}"


def _make_socket_folder(sockets):
    account = _account()
    # Only this user may come in: whoever reaches the socket is let in.
    sockets.mkdir(mode=0o700, exist_ok=True)
    owner = account.pw_uid if account else os.geteuid()
    if sockets.is_symlink() or sockets.stat().st_uid not in {owner, os.geteuid()}:
        raise SetupError(f"The folder {sockets} belongs to another user.")
    _own(sockets, account)


# PostgreSQL refuses to run as root.


def _account():
    """The unprivileged account to run the server with, None for the user's own."""
    if not is_root():
        return None
    for name in ("postgres", "field-service"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    command = ["useradd", "--system", "--shell", "/usr/sbin/nologin", "field-service"]
    subprocess.run(command, check=True, capture_output=True)
    return pwd.getpwnam("field-service")


def _as_account(command):
    account = _account()
    return ["runuser", "-u", account.pw_name, "--", *command] if account else command


def _check_reach(folder):
    account = _account()
    if not account:
        return
    folder.chmod(0o755)
    folder.parent.chmod(folder.parent.stat().st_mode | 0o055)
    command = _as_account(["test", "-x", str(folder)])
    if subprocess.run(command, check=False, cwd="/").returncode:
        raise SetupError(
            f"The account {account.pw_name}, which runs PostgreSQL, cannot enter "
            f"{folder}: choose another folder with FIELD_SERVICE_STATE."
        )


def _own(path, account):
    if account:
        shutil.chown(path, account.pw_uid, account.pw_gid)
