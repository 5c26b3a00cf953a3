"""Each add-on builds as a wheel, and works from an addons path."""

import ast
import os
import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from odoo.tools import config

from kit.machine import find_modules

CHECKOUT = Path(__file__).resolve().parents[1]
MODULES = find_modules()
READ_MANIFESTS = """
import sys
from odoo.modules import module
from odoo.tools import config

config.parse_config(["--addons-path", sys.argv[1]], setup_logging=False)
module.initialize_sys_path()
for name in sys.argv[2:]:
    manifest = module.Manifest.for_addon(name)
    print(name, manifest.version, manifest["license"], manifest["installable"])
"""


def _manifest(module):
    return ast.literal_eval((CHECKOUT / module / "__manifest__.py").read_text())


def _build(source, folder):
    """Build a wheel without network; return its metadata and the names in it."""
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--quiet", "--wheel-dir", folder, source]
    subprocess.run(command, check=True, capture_output=True)
    [wheel] = Path(folder).glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        [metadata] = [name for name in names if name.endswith("/METADATA")]
        return Parser().parsestr(archive.read(metadata).decode()), names


@pytest.mark.parametrize("module", MODULES)
def test_an_addon_builds_as_a_wheel(module, tmp_path):
    metadata, names = _build(CHECKOUT / module, tmp_path)
    assert metadata["Name"].replace("-", "_") == f"odoo_addon_{module}"
    assert metadata["Version"].startswith("19.0.")
    assert metadata["License"] == "LGPL-3"
    assert f"odoo/addons/{module}/__manifest__.py" in names
    required = " ".join(metadata.get_all("Requires-Dist"))
    assert "odoo==19.0" in required.replace("odoo ==", "odoo==")
    below = [name for name in MODULES if name in _manifest(module)["depends"]]
    assert all(f"odoo_addon_{name}" in required.replace("-", "_") for name in below)


def test_one_requirement_brings_all(tmp_path):
    # A copy, as setuptools leaves its work beside the source.
    source = tmp_path / "source"
    shutil.copytree(CHECKOUT / "setup" / "_metapackage", source)
    metadata, _names = _build(source, tmp_path / "wheels")
    required = [
        line.split(">")[0].split("<")[0] for line in metadata.get_all("Requires-Dist")
    ]
    assert sorted(name.replace("-", "_") for name in required) == sorted(
        f"odoo_addon_{module}" for module in MODULES
    )


def test_an_addons_path_is_all_that_an_existing_odoo_needs(tmp_path):
    for module in MODULES:
        (tmp_path / module).symlink_to(CHECKOUT / module)
    others = [path for path in config["addons_path"] if Path(path) != CHECKOUT]
    answer = subprocess.run(
        [
            *(sys.executable, "-c", READ_MANIFESTS),
            *(",".join([*others, str(tmp_path)]), *MODULES),
        ],
        cwd="/",
        env={name: value for name, value in os.environ.items() if name != "ODOO_RC"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.splitlines() == [
        f"{module} {_manifest(module)['version']} LGPL-3 True" for module in MODULES
    ]
