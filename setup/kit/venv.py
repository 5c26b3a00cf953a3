"""The virtual environment: pinned requirements, made anew when they change."""

import hashlib
import platform
import shutil
import site
import sys
from pathlib import Path
from typing import NamedTuple

from .console import CommandError, SetupError, Step, run_logged
from .paths import SETUP, cache_folder, check_space, locked

RUN = (SETUP / "requirements.txt",)
TEST = (*RUN, SETUP / "requirements-test.txt")
SPACE_MB = 900


class Venv(NamedTuple):
    """A virtual environment that is complete."""

    folder: Path

    @property
    def python(self):
        """The interpreter to run Odoo with."""
        return self.folder / "bin" / "python"

    def share(self):
        """Let this process import from it: it was made by the same Python."""
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        site.addsitedir(str(self.folder / "lib" / version / "site-packages"))


def ensure(requirements, log):
    """Return the environment with these requirements, making it when missing."""
    cache = cache_folder()
    folder = cache / f"venv-{_key(requirements)}"
    # The stamp is written last: a folder without one is the rest of an interruption.
    stamp = folder / ".complete"
    if not stamp.exists():
        with locked(cache / "venv.lock", "the virtual environment"):
            if not stamp.exists():
                check_space(cache, SPACE_MB, "the virtual environment")
                _make(folder, requirements, log)
                stamp.touch()
    return Venv(folder)


def _key(requirements):
    digest = hashlib.sha256()
    for path in requirements:
        digest.update(path.read_bytes())
    for word in (sys.version, sys.base_prefix, platform.machine()):
        digest.update(word.encode())
    return digest.hexdigest()[:12]


def _make(folder, requirements, log):
    shutil.rmtree(folder, ignore_errors=True)
    python = str(folder / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    files = [word for path in requirements for word in ("-r", str(path))]
    with Step("Making the virtual environment from pinned requirements") as step:
        try:
            run_logged([sys.executable, "-m", "venv", str(folder)], log)
            run_logged([*pip, _builder(requirements[0])], log)
            run_logged(
                [*pip, "--no-build-isolation", "--use-pep517", *files],
                log,
                step=step,
                watch=r"^Collecting (\S+)",
            )
        except BaseException as error:
            shutil.rmtree(folder, ignore_errors=True)
            if not isinstance(error, CommandError):
                raise
            raise SetupError(
                "pip could not install the requirements (is the network up?): "
                f"{error.last_line('^Could not fetch', 'connection broken', '^ERROR')}"
            ) from None


def _builder(requirements):
    lines = requirements.read_text().splitlines()
    return next(line for line in lines if line.startswith("setuptools=="))
