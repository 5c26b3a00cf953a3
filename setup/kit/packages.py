"""What must come from the operating system: installed as root, else asked for."""

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .console import CommandError, SetupError, Step, run_logged
from .paths import is_root


def _has_library(name):
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def find_postgres():
    """The folders with the programs of a PostgreSQL server, newest first."""
    found = [Path(path).parent for path in [shutil.which("initdb")] if path]
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    versions = sorted(debian, key=lambda path: -int(path.parts[-3].split(".")[0]))
    return found + [path.parent for path in versions]


# Debian package -> is what we need of it already here?
CHECKS = {
    "python3-venv": lambda: (
        all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))
    ),
    "libmagic1": lambda: _has_library("libmagic.so.1"),
    "postgresql": lambda: bool(find_postgres()),
    "wkhtmltopdf": lambda: bool(shutil.which("wkhtmltopdf")),
    "fonts-dejavu-core": lambda: (
        any(Path("/usr/share/fonts").rglob("*.ttf")) or not is_root()
    ),
    "chromium": lambda: any(
        shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")
    ),
    "git": lambda: bool(shutil.which("git")),
}


def missing(names):
    """Those of the packages whose content is not found on this machine."""
    return [name for name in names if not CHECKS[name]()]


def ensure(names, log):
    """Install the missing packages, or tell an ordinary user the command to give."""
    wanted = missing(names)
    if not wanted:
        return
    if not is_root() or not shutil.which("apt-get"):
        raise SetupError(
            "These packages are missing: ask an administrator to run "
            f"'apt-get install {' '.join(wanted)}' (or what your system calls them)."
        )
    with Step(f"Installing {', '.join(wanted)} with apt-get") as step:
        try:
            _install(wanted, log, step)
        except CommandError as error:
            raise SetupError(
                f"apt-get could not install {', '.join(wanted)}: "
                f"{error.last_line('^(E:|W:|Err:)')}"
            ) from None
    left = missing(wanted)
    if left:
        raise SetupError(f"Still not usable after installing: {', '.join(left)}.")


def _install(wanted, log, step):
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    _keep_without_main_cluster(wanted)
    run_logged(["apt-get", "update"], log, env=environment)
    command = ["apt-get", "install", "-y", "--no-install-recommends", *wanted]
    run_logged(command, log, env=environment, step=step, watch=r"^Setting up (\S+)")
    subprocess.run(["ldconfig"], check=False)


def _keep_without_main_cluster(wanted):
    # Debian would start a server of its own: we bring ours, on a private socket.
    settings = Path("/etc/postgresql-common/createcluster.conf")
    if "postgresql" in wanted and not settings.exists():
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text("create_main_cluster = false\n")


def python_name():
    """The running Python in words, to be said in messages."""
    return f"Python {sys.version_info.major}.{sys.version_info.minor}"
