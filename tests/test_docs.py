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

    def test_every_weakness_has_its_tests(self):
        """What docs/quality.md names is there, and it names all that is there."""
        text = (ROOT / "docs" / "quality.md").read_text(encoding="utf-8")
        places = dict(re.findall(r"`(\w)`\s+is\s+`([\w/.]+)`", text))
        rows = re.findall(r"^\| (?!weakness)(.+?) \| (.+) \|$", text, re.M)
        self.assertGreater(len(rows), 50)
        named = set()
        for weakness, cell in rows:
            tests = re.findall(r"`(\w)([\w/.]*)::(test_\w+)`", cell)
            self.assertTrue(tests, weakness)
            named |= {(places[place] + rest, test) for place, rest, test in tests}
        there = {
            (str(path.relative_to(ROOT)), test)
            for path in [*ROOT.glob("tests/*.py"), *ROOT.glob("*/tests/*.py")]
            for test in re.findall(r"def (test_\w+)\(", path.read_text("utf-8"))
        }
        self.assertFalse(sorted(named - there), "named, but not there")
        ours = {pair for pair in there if "/test_peers_" in pair[0]}
        self.assertFalse(sorted(ours - named), "there, but not named")

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
