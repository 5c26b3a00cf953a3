"""What the documents say is there, is there."""

import re
import subprocess
from pathlib import Path

from odoo.tests import BaseCase, tagged

ROOT = Path(__file__).parents[1]


@tagged("standard", "post_install", "-at_install")
class TestDocs(BaseCase):
    def test_links_lead_somewhere(self):
        for document in [*ROOT.glob("*.md"), *ROOT.glob("*/*.md")]:
            text = document.read_text(encoding="utf-8")
            for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
                if "://" not in target:
                    path = document.parent / target
                    self.assertTrue(path.exists(), f"{document.name}: {target}")

    def test_hooks_exist(self):
        text = (ROOT / "docs" / "hooks.md").read_text(encoding="utf-8")
        hooks = set(re.findall(r"`(_\w+)\(", text))
        self.assertGreater(len(hooks), 20)
        code = "\n".join(
            path.read_text(encoding="utf-8")
            for path in ROOT.glob("field_service*/**/*.py")
        )
        missing = [hook for hook in sorted(hooks) if f"def {hook}(" not in code]
        self.assertFalse(missing)

    def test_the_readme_fits_one_screen_and_names_both_commands(self):
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        self.assertLess(text.count("\n"), 90)
        for command in ("setup/demo", "setup/test"):
            self.assertIn(command, text)
            self.assertTrue((ROOT / command).stat().st_mode & 0o100, command)

    def test_no_file_names_a_machine(self):
        """No absolute path of a home or working directory, no host of packages."""
        tracked = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
        ).stdout.decode()
        pattern = re.compile(r"(?<![\w./}$])/(?:root|home/\w+)/")
        for name in filter(None, tracked.split("\0")):
            path = ROOT / name
            if path.suffix in {".png", ".ico"} or not path.is_file():
                continue
            self.assertNotRegex(path.read_text(encoding="utf-8"), pattern, name)
