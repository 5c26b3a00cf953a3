"""Finding an Odoo 19: the one we are pointed to, one on the path, or Debian's."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from . import debian
from .console import SetupError, say
from .paths import cache_folder, locked

SERIES = "19.0"
ASK_PYTHON = (
    "import importlib.util as u; s = u.find_spec('odoo.release'); print(s.origin)"
)


class Odoo(NamedTuple):
    """An Odoo of the right series; `library` is the folder that holds `odoo/`."""

    library: Path

    @property
    def addons(self):
        """Folders of add-ons beside those inside the package, which Odoo knows."""
        beside = self.library / "addons"
        return [beside] if (beside / "account").is_dir() else []


def find(log):
    """Return a usable Odoo, fetching one when there is none."""
    home = os.environ.get("ODOO_HOME")
    if home:
        return _from_home(Path(home))
    for library in _on_the_path():
        series = read_series(library)
        if series == SERIES:
            return Odoo(library)
        say(f"Odoo {series} in {library} is not used: these add-ons are for {SERIES}.")
    return Odoo(_fetched(log) / "usr/lib/python3/dist-packages")


def _from_home(home):
    library = _find_library(home)
    if not library:
        raise SetupError(f"ODOO_HOME={home} holds no Odoo (no odoo/release.py in it).")
    series = read_series(library)
    if series != SERIES:
        raise SetupError(
            f"ODOO_HOME={home} is Odoo {series}; these add-ons are for Odoo {SERIES}."
        )
    return Odoo(library)


def _find_library(home):
    """A checkout, an unpacked Debian package or a virtual environment."""
    places = [home, *home.glob("lib/python3*/site-packages")]
    places += home.glob("usr/lib/python3*/dist-packages")
    for place in places:
        if (place / "odoo" / "release.py").is_file():
            return place.resolve()
    return None


def read_series(library):
    """Read "19.0" out of release.py without running it."""
    text = (library / "odoo" / "release.py").read_text(encoding="utf-8")
    match = re.search(r"^version_info = \('?([^,']+)'?, (\d+)", text, re.MULTILINE)
    return f"{match[1]}.{match[2]}" if match else "of an unknown version"


def _on_the_path():
    """Where the pythons at hand would import Odoo from."""
    pythons = [sys.executable]
    command = shutil.which("odoo") or shutil.which("odoo-bin")
    if command:
        pythons.append(_interpreter(Path(command)))
        pythons.append(shutil.which("python3"))
    found = [_ask(python) for python in pythons if python]
    return list(dict.fromkeys(library for library in found if library))


def _interpreter(script):
    with script.open("rb") as handle:
        first = handle.readline().decode(errors="replace").split()
    if not first or not first[0].startswith("#!"):
        return None
    name = first[1] if len(first) > 1 and first[0].endswith("env") else first[0][2:]
    return shutil.which(name) if name else None


def _ask(python):
    # From the root folder: a folder named "odoo" in the current one is no Odoo.
    answer = subprocess.run(
        [python, "-c", ASK_PYTHON],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    origin = answer.stdout.strip()
    return Path(origin).resolve().parents[1] if origin.endswith(".py") else None


def _fetched(log):
    cache = cache_folder()
    target = cache / f"odoo-{SERIES}-debian"
    if not target.is_dir():
        with locked(cache / "odoo.lock", "the copy of Odoo"):
            if not target.is_dir():
                debian.fetch(target, log)
    return target
