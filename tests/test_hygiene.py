"""Rules that every model, view and file of the suite keeps."""

import ast
import re
from pathlib import Path

from odoo.modules import Manifest
from odoo.tests import TransactionCase, tagged

MODULES = (
    "field_service",
    "field_service_stock",
    "field_service_billing",
    "field_service_kpi",
)
ROOT = Path(__file__).parents[1]
MAGIC = {"create_uid", "write_uid"}
FILE_LINES = 400
FUNCTION_LINES = 60


def python_files():
    """Return the Python files of the modules, tests left out."""
    return [
        path
        for module in MODULES
        for path in sorted((ROOT / module).rglob("*.py"))
        if "tests" not in path.parts
    ]


@tagged("standard", "post_install", "-at_install")
class TestModels(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.models = [
            model
            for name, model in cls.env.items()
            if model._original_module in MODULES
            and name.startswith("field.service")
            and not model._abstract
        ]
        cls.stored = [model for model in cls.models if model._auto]

    def _own_fields(self, model):
        return [
            field for name, field in model._fields.items() if field._module in MODULES
        ]

    def test_there_is_something_to_check(self):
        self.assertGreater(len(self.models), 15)
        self.assertEqual(
            {model._original_module for model in self.models}, set(MODULES)
        )

    def test_every_model_says_what_it_is(self):
        for model in self.models:
            self.assertNotEqual(model._description, model._name, model._name)

    def test_every_model_has_access_rights_of_groups(self):
        access = self.env["ir.model.access"].search(
            [("model_id.model", "in", [model._name for model in self.models])]
        )
        self.assertFalse(access.filtered(lambda line: not line.group_id))
        covered = set(access.mapped("model_id.model"))
        self.assertEqual({model._name for model in self.models} - covered, set())

    def test_every_model_with_a_company_has_a_company_rule(self):
        for model in self.models:
            if "company_id" not in model._fields or model._transient:
                continue
            rules = self.env["ir.rule"].search(
                [("model_id.model", "=", model._name), ("groups", "=", False)]
            )
            self.assertTrue(
                rules.filtered(lambda rule: "company_id" in (rule.domain_force or "")),
                model._name,
            )

    def test_every_reference_is_indexed(self):
        names = [
            f"{model._name}.{field.name}"
            for model in self.stored
            if not model._transient
            for field in self._own_fields(model)
            if field.type == "many2one"
            and field.store
            and not field.index
            and field.name not in MAGIC
        ]
        self.assertFalse(names)

    def test_references_stay_within_the_company(self):
        names = [
            f"{model._name}.{field.name}"
            for model in self.stored
            if "company_id" in model._fields and not model._transient
            for field in self._own_fields(model)
            if field.type in ("many2one", "many2many")
            and field.store
            and not field.related
            and not field.compute
            # Companies are nobody's: rules say who may name which.
            and field.comodel_name != "res.company"
            and self.env[field.comodel_name]._check_company_auto
            and not field.check_company
        ]
        self.assertFalse(names)

    def test_lists_and_pivots_show_stored_figures(self):
        """What can be grouped or summed must be in the database (peer 20)."""
        views = self.env["ir.ui.view"].search(
            [
                ("model", "in", [model._name for model in self.stored]),
                ("type", "=", "pivot"),
            ]
        )
        for view in views:
            model = self.env[view.model]
            for name in re.findall(r'<field name="(\w+)"', view.arch):
                self.assertTrue(model._fields[name].store, f"{view.name}: {name}")

    def test_every_action_has_a_search_view(self):
        names = [model._name for model in self.models if not model._transient]
        actions = self.env["ir.actions.act_window"].search([("res_model", "in", names)])
        self.assertTrue(actions)
        searches = self.env["ir.ui.view"].search(
            [("model", "in", names), ("type", "=", "search")]
        )
        self.assertFalse(
            set(actions.mapped("res_model")) - set(searches.mapped("model"))
        )

    def test_every_action_helps_who_finds_nothing(self):
        names = [model._name for model in self.models if not model._transient]
        actions = self.env["ir.actions.act_window"].search(
            [("res_model", "in", names), ("target", "!=", "new")]
        )
        self.assertFalse(
            actions.filtered(lambda action: not action.help).mapped("name")
        )

    def test_selections_can_be_uninstalled(self):
        """Whoever adds a value to somebody else's selection says what becomes of it."""
        for name, model in self.env.items():
            for field in model._fields.values():
                if field.type != "selection" or field._module in MODULES:
                    continue
                added = getattr(field, "ondelete", None) or {}
                ours = (
                    [
                        value
                        for value in self.env["ir.model.fields.selection"].search(
                            [
                                ("field_id.model", "=", name),
                                ("field_id.name", "=", field.name),
                            ]
                        )
                        if value.get_external_id()[value.id].split(".")[0] in MODULES
                    ]
                    if added
                    else []
                )
                for value in ours:
                    self.assertIn(value.value, added, f"{name}.{field.name}")


@tagged("standard", "post_install", "-at_install")
class TestFiles(TransactionCase):
    def test_public_methods_say_what_they_do(self):
        silent = [
            f"{path.name}:{method.name}"
            for path in python_files()
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            for method in getattr(node, "body", ())
            if isinstance(method, ast.FunctionDef)
            and not method.name.startswith("_")
            and method.name not in ("create", "write", "unlink", "copy", "init")
            and not ast.get_docstring(method)
        ]
        self.assertFalse(silent)

    def test_files_and_functions_stay_small(self):
        for path in python_files():
            text = path.read_text(encoding="utf-8")
            self.assertLessEqual(text.count("\n"), FILE_LINES, path.name)
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef):
                    lines = node.end_lineno - node.lineno + 1
                    self.assertLessEqual(lines, FUNCTION_LINES, f"{path}:{node.name}")

    def test_sudo_is_explained(self):
        """A reason stands beside each extension of rights, at most four lines above."""
        bare = []
        for path in python_files():
            lines = path.read_text(encoding="utf-8").splitlines()
            for number, line in enumerate(lines):
                if ".sudo()" in line and not any(
                    "#" in near for near in lines[max(0, number - 8) : number + 1]
                ):
                    bare.append(f"{path.name}:{number + 1}")
        self.assertFalse(bare)

    def test_no_model_replaces_another(self):
        """A name that is defined twice takes away what the first one could do."""
        defined = {}
        for path in python_files():
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef):
                    values = self._get_names(node)
                    name = values.get("_name")
                    if name and name not in values.get("_inherit", ()):
                        defined.setdefault(name, []).append(str(path))
        self.assertTrue(defined)
        self.assertFalse({name for name, paths in defined.items() if len(paths) > 1})

    def _get_names(self, node):
        """Names of the model a class defines and of those it extends."""
        result = {}
        for line in node.body:
            if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
                name = line.targets[0].id
                if name in ("_name", "_inherit"):
                    found = ast.walk(line.value)
                    result[name] = [
                        one.value for one in found if isinstance(one, ast.Constant)
                    ]
        return {
            "_inherit": result.get("_inherit", []),
            "_name": next(iter(result.get("_name", [])), None),
        }

    def test_modules_depend_one_way(self):
        """field_service <- stock <- billing <- kpi; a lower one knows no upper one."""
        for position, module in enumerate(MODULES):
            manifest = Manifest.for_addon(module)
            uppers = MODULES[position + 1 :]
            self.assertFalse(set(manifest["depends"]) & set(uppers))
            if position:
                self.assertIn(MODULES[position - 1], manifest["depends"])
            for path in (ROOT / module).rglob("*.py"):
                text = path.read_text(encoding="utf-8")
                for upper in uppers:
                    self.assertNotRegex(text, rf"\b{upper}\b", str(path))

    def test_manifests_are_complete(self):
        for module in MODULES:
            manifest = Manifest.for_addon(module)
            self.assertEqual(manifest["license"], "LGPL-3")
            self.assertRegex(manifest["version"], r"^19\.0\.\d+\.\d+\.\d+$")
            for name in ("name", "summary", "author", "website", "category"):
                self.assertTrue(manifest[name], f"{module}: {name}")
            for name in ("README.md", "pyproject.toml", "static/description/icon.png"):
                self.assertTrue((ROOT / module / name).exists(), f"{module}: {name}")

    def test_no_open_ends(self):
        pattern = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
        for path in python_files():
            self.assertNotRegex(path.read_text(encoding="utf-8"), pattern, path.name)
