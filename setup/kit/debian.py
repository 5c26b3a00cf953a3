"""Odoo 19 from Debian's archive, with apt's own verification of signatures.

The package wants a newer Debian than the one this may run on, so it is not installed
but unpacked. apt gets its own lists and cache for that; the machine's apt is only read.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from .console import CommandError, SetupError, Step, run_logged
from .paths import check_space, made_whole

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
PACKAGE = "odoo-19"
SPACE_MB = 2500

# The package replaces copies of these by links, which lead to where these packages
# put them. Font Awesome must be 4.7, as in Debian 12: later ones name files otherwise.
LINKED = {
    "unstable": [
        "libjs-jquery",
        "libjs-underscore",
        "libjs-jquery-form",
        "fonts-roboto-unhinted",
        "fonts-montserrat",
        "fonts-ocr-b",
    ],
    "bookworm": ["fonts-font-awesome", "fonts-inconsolata"],
}
ADDONS = "usr/lib/python3/dist-packages/odoo/addons"
# Left out of the package for its licence, but still named in an asset bundle: without
# it every page logs an error, which fails every browser test.
LEFT_OUT = f"{ADDONS}/mail/static/lib/selfie_segmentation/selfie_segmentation.js"


def fetch(target, log):
    """Unpack Odoo 19 and what it links to into the folder `target`."""
    if not shutil.which("apt-get"):
        raise SetupError(
            "No Odoo 19 was found and this machine has no apt to fetch Debian's: "
            "name yours in ODOO_HOME."
        )
    check_space(target.parent, SPACE_MB, "Odoo 19")
    with Step("Fetching Odoo 19 from Debian (130 MB, 1.3 GB unpacked)") as step:
        with made_whole(target) as root:
            apt = root / ".apt"
            apt.mkdir()
            packages = _download(apt, log, step)
            for number, package in enumerate(packages, 1):
                step.note = f"unpacking {number} of {len(packages)}"
                _run(["dpkg-deb", "-x", str(package), str(root)], log)
            shutil.rmtree(apt)
            _complete(root)


def _download(apt, log, step):
    """Download the packages from the first mirror that has them signed."""
    mirrors = find_mirrors()
    if not mirrors:
        raise SetupError(
            "No Odoo 19 was found and apt has no Debian mirror to fetch it from: "
            "name an Odoo 19 in ODOO_HOME."
        )
    reason = None
    for mirror in mirrors:
        try:
            return _download_from(mirror, apt, log, step)
        except CommandError as error:
            reason = error.last_line(r"^(E:|W:|Err:|  )")
    raise SetupError(
        f"Odoo 19 could not be fetched from the mirror {mirrors[0]}, which apt is "
        f"configured with (is the network up?): {reason}"
    )


def _download_from(mirror, apt, log, step):
    options = _apt_options(mirror, apt)
    step.note = "reading the package lists"
    _run(["apt-get", *options, "update"], log)
    step.note = "downloading"
    wanted = [f"{name}/{suite}" for suite in LINKED for name in LINKED[suite]]
    debs = apt / "debs"
    debs.mkdir(exist_ok=True)
    command = ["apt-get", *options, "download", f"{PACKAGE}/unstable", *wanted]
    _run(command, log, cwd=debs)
    return sorted(debs.glob("*.deb"))


def _apt_options(mirror, apt):
    for folder in ("lists/partial", "cache/archives/partial", "parts"):
        (apt / folder).mkdir(parents=True, exist_ok=True)
    sources = apt / "sources.list"
    sources.write_text(
        "".join(
            f"deb [signed-by={KEYRING}] {mirror} {suite} main\n" for suite in LINKED
        )
    )
    settings = {
        "Dir::Etc::SourceList": sources,
        "Dir::Etc::SourceParts": apt / "parts",
        "Dir::State::Lists": apt / "lists",
        "Dir::Cache": apt / "cache",
        # The machine's preferences may pin unstable away; ours name each suite.
        "Dir::Etc::Preferences": "/dev/null",
        "Dir::Etc::PreferencesParts": apt / "parts",
        "APT::Sandbox::User": "root",
        "APT::Update::Error-Mode": "any",
        # A mirror that lags behind is good enough; the signature is still checked.
        "Acquire::Check-Valid-Until": "false",
        "Acquire::Languages": "none",
        "Acquire::Retries": "2",
        "Acquire::http::Timeout": "30",
        "Acquire::https::Timeout": "30",
    }
    return [
        word for key, value in settings.items() for word in ("-o", f"{key}={value}")
    ]


def find_mirrors():
    """The addresses of Debian mirrors in the machine's apt configuration.

    apt itself is asked, so every form of its configuration is understood. Third
    parties name their suites after Debian's too; what is not Debian fails on the
    signature, so those that look like it only come first.
    """
    listed = _ask_apt("indextargets", "--format", "$(REPO_URI) $(ORIGIN) $(RELEASE)")
    known = [
        words[0].rstrip("/")
        for words in map(str.split, listed.splitlines())
        if len(words) == 3 and words[1] == "Debian" and words[2] in _suites()
    ]
    planned = re.findall(
        r"^'(\S+)/dists/([^/']+)/(?:In)?Release'",
        _ask_apt("update", "--print-uris"),
        re.MULTILINE,
    )
    others = [address for address, suite in planned if suite in _suites()]
    others.sort(key=lambda address: not address.endswith("/debian"))
    found = dict.fromkeys([*known, *others])
    return [address for address in found if not address.startswith("cdrom:")]


def _suites():
    codename = re.search(
        r"^VERSION_CODENAME=\"?(\w+)", _read("/etc/os-release"), re.MULTILINE
    )
    own = [codename[1]] if codename else []
    return {*own, "stable", "oldstable", "testing", "sid", *LINKED}


def _read(path):
    path = Path(path)
    return path.read_text() if path.exists() else ""


def _ask_apt(*words):
    answer = subprocess.run(
        ["apt-get", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    )
    return answer.stdout


def _run(command, log, **options):
    run_logged(command, log, env={**os.environ, "LC_ALL": "C"}, **options)


def _complete(root):
    stub = root / LEFT_OUT
    stub.parent.mkdir(parents=True, exist_ok=True)
    stub.touch()
    broken = [
        path for path in root.rglob("*") if path.is_symlink() and not path.exists()
    ]
    if broken:
        raise SetupError(
            f"Debian's package of Odoo 19 links to files that are missing, such as "
            f"{broken[0].relative_to(root)}."
        )
