"""Where things are kept, and how two runs keep out of each other's way.

The cache holds what is the same for every checkout (Odoo, virtual environments) and
may be deleted at any time. The state holds what belongs to this checkout: database
clusters, attachments, logs.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
from pathlib import Path

from .console import SetupError, say

CHECKOUT = Path(__file__).resolve().parents[2]
SETUP = CHECKOUT / "setup"


def is_root():
    """Tell whether we may install packages and must not run PostgreSQL."""
    return os.geteuid() == 0


def cache_folder():
    """The user's cache, or the one named by FIELD_SERVICE_CACHE."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    chosen = os.environ.get("FIELD_SERVICE_CACHE")
    return make_folder(Path(chosen or Path(base) / "field-service"))


def state_folder():
    """The state of this checkout, or the folder named by FIELD_SERVICE_STATE."""
    chosen = os.environ.get("FIELD_SERVICE_STATE")
    return make_folder(Path(chosen) if chosen else _state_base() / _checkout_key())


def _state_base():
    # PostgreSQL runs as another account when we are root, and that account cannot
    # enter root's home.
    if is_root():
        return Path("/var/lib/field-service")
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "field-service"


def _checkout_key():
    digest = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()
    return f"{CHECKOUT.name}-{digest[:8]}"


def make_folder(path):
    """Create a folder that we can write to, or say which one and why not."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(
            f"Cannot create the folder {path}: {error.strerror}."
        ) from None
    if not os.access(path, os.W_OK | os.X_OK):
        raise SetupError(f"The folder {path} is not writable for this user.")
    return path.resolve()


def check_space(folder, megabytes, purpose):
    """Refuse early what would fill the disk halfway."""
    free = shutil.disk_usage(folder).free // 2**20
    if free < megabytes:
        raise SetupError(
            f"Not enough disk space for {purpose}: {folder} has {free} MB free, "
            f"{megabytes} MB are needed."
        )


@contextlib.contextmanager
def locked(path, what):
    """Hold a lock while `what` is made; a second run waits and finds it made."""
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Waiting for another run that is making {what} ...")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def made_whole(target):
    """Give a folder to fill; it gets its name `target` only when all went well."""
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        yield part
        part.rename(target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
