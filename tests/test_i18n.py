"""The add-ons speak Russian, completely and in their own terms."""

import re
from pathlib import Path

import polib

from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import code_translations

import translations
from kit.machine import find_modules

ROOT = Path(__file__).parents[1]
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|</?\w+[^>]*>")
# «Заказ-наряд» is what Odoo's manufacturing calls its work orders; the others are words
# of Odoo's own translation for margin and for stock on hand.
FORBIDDEN = re.compile(r"заказ-?наряд|\bотступ|на руках", re.I)
WITHOUT_YO = re.compile(r"\b(счет|учет\w*|отчет\w*|еще|отменен|завершен)\b", re.I)
TAG = re.compile(r"<[^>]*>")
STRAIGHT_QUOTE = re.compile(r'["“”]')
LATIN = {"ID", "%(order)s: %(product)s"}


@tagged("standard", "post_install", "-at_install")
class TestTranslationFiles(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.modules = find_modules()
        cls.current = {
            module: translations.extract(cls.env, module) for module in cls.modules
        }

    def _read(self, path):
        self.assertTrue(path.is_file(), path.name)
        return polib.pofile(str(path))

    def _translated(self):
        """Give (module, entry) for each entry of each Russian file."""
        for module in self.modules:
            for entry in self._read(translations.translation_path(module)):
                yield module, entry

    def _assert_same_terms(self, file, current, name):
        def terms(entries):
            return {entry.msgid: sorted(entry.occurrences) for entry in entries}

        found, expected = terms(file), terms(current)
        self.assertFalse(found.keys() - expected.keys(), f"{name}: obsolete terms")
        self.assertFalse(expected.keys() - found.keys(), f"{name}: missing terms")
        moved = [term for term in expected if found[term] != expected[term]]
        self.assertFalse(moved, f"{name}: run setup/translate")

    def test_templates_are_up_to_date(self):
        for module in self.modules:
            path = translations.template_path(module)
            self._assert_same_terms(self._read(path), self.current[module], path.name)

    def test_every_term_is_in_the_russian_file(self):
        for module in self.modules:
            file = self._read(translations.translation_path(module))
            self._assert_same_terms(file, self.current[module], f"{module} ru.po")
            self.assertEqual(file.metadata["Language"], "ru")

    def test_no_term_is_hidden_in_a_template_literal(self):
        """The extractor overlooks terms after the first ``${`` of a line."""
        hidden = [
            path.relative_to(ROOT)
            for path in ROOT.glob("field_service*/static/src/**/*.js")
            if re.search(r"\$\{[^}]*\b_t\(", path.read_text("utf-8"))
        ]
        self.assertFalse(hidden)

    def test_no_term_has_one_letter_only(self):
        """Odoo does not extract those, so that they stay as they are."""
        found = [
            path.relative_to(ROOT)
            for kind in ("py", "js")
            for path in ROOT.glob(f"field_service*/**/*.{kind}")
            if re.search(r"""\b_t?\((["']).\1""", path.read_text("utf-8"))
        ]
        self.assertFalse(found)

    def test_every_term_is_translated(self):
        for module, entry in self._translated():
            with self.subTest(module=module, term=entry.msgid):
                self.assertFalse(entry.obsolete or entry.fuzzy)
                self.assertTrue(entry.msgstr.strip())
                if entry.msgid not in LATIN:
                    self.assertRegex(entry.msgstr, "[А-Яа-яЁё]")

    def test_placeholders_and_markup_are_kept(self):
        for module, entry in self._translated():
            with self.subTest(module=module, term=entry.msgid):
                self.assertCountEqual(
                    PLACEHOLDER.findall(entry.msgid), PLACEHOLDER.findall(entry.msgstr)
                )

    def test_sentences_end_as_in_the_source(self):
        for module, entry in self._translated():
            with self.subTest(module=module, term=entry.msgid):
                self.assertEqual(
                    entry.msgid.rstrip().endswith((".", "...")),
                    entry.msgstr.rstrip().endswith((".", "…")),
                )

    def test_wording(self):
        for module, entry in self._translated():
            with self.subTest(module=module, term=entry.msgid):
                self.assertNotRegex(entry.msgstr, FORBIDDEN)
                self.assertNotRegex(entry.msgstr, WITHOUT_YO)
                text = TAG.sub("", entry.msgstr)
                self.assertNotRegex(text, STRAIGHT_QUOTE)
                self.assertNotRegex(entry.msgstr, r"\d%", "85 %, not 85%")

    def test_update_changes_nothing(self):
        for module in self.modules:
            file = self._read(translations.translation_path(module))
            merged = translations.merge(self.current[module], file)
            self.assertEqual(str(merged), str(file), f"{module}: run setup/translate")


@tagged("standard", "post_install", "-at_install")
class TestMerge(TransactionCase):
    """What setup/translate does to a file when the terms change."""

    def _file(self, **terms):
        file = polib.POFile()
        file.extend(polib.POEntry(msgid=term, msgstr=terms[term]) for term in terms)
        return file

    def test_translations_stay_and_old_terms_go(self):
        merged = translations.merge(
            self._file(Visit="", Visits=""), self._file(Visit="Выезд", Trip="Рейс")
        )
        self.assertEqual(
            [(entry.msgid, entry.msgstr) for entry in merged],
            [("Visit", "Выезд"), ("Visits", "")],
        )
        self.assertFalse(any(entry.fuzzy for entry in merged))

    def test_there_are_no_dates(self):
        template = translations.extract(self.env, "field_service")
        self.assertFalse([name for name in template.metadata if "Date" in name])

    def test_demo_data_is_left_out(self):
        names = translations._get_demo_records("field_service_stock")
        self.assertTrue(names)
        template = translations.extract(self.env, "field_service_stock")
        places = {place for entry in template for place, line in entry.occurrences}
        self.assertFalse({place.rpartition(".")[2] for place in places} & names)


@tagged("standard", "post_install", "-at_install")
class TestRussian(TransactionCase):
    """What a user sees who has chosen Russian."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("ru_RU")
        modules = cls.env["ir.module.module"].search([("name", "in", find_modules())])
        modules._update_translations(["ru_RU"], overwrite=True)
        cls.russian = cls.env(context={**cls.env.context, "lang": "ru_RU"})

    def _menu(self, xmlid):
        return self.russian.ref(xmlid).name

    def _arch(self, xmlid):
        return self.russian.ref(xmlid).arch

    def test_models_and_fields(self):
        model = self.russian["ir.model"]._get("field.service.order")
        self.assertEqual(model.name, "Наряд")
        labels = self.russian["field.service.visit"].fields_get(
            ["technician_id", "result", "work_hours"], ["string", "selection"]
        )
        self.assertEqual(labels["technician_id"]["string"], "Выездной специалист")
        self.assertEqual(labels["work_hours"]["string"], "Время работы (ч)")
        self.assertIn(("solved", "Решено"), labels["result"]["selection"])

    def test_every_state_of_order_and_visit(self):
        for model in ("field.service.order", "field.service.visit"):
            field = self.russian[model].fields_get(["state"], ["selection"])["state"]
            for state, label in field["selection"]:
                self.assertRegex(label, "[А-Яа-яё]", f"{model} {state}")

    def test_menus(self):
        self.assertEqual(self._menu("field_service.menu_root"), "Выездное обслуживание")
        menus = self.russian["ir.ui.menu"].search(
            [("id", "child_of", self.env.ref("field_service.menu_root").id)]
        )
        self.assertGreater(len(menus), 15)
        for menu in menus:
            self.assertRegex(menu.name, "[А-Яа-яё]")

    def test_views(self):
        arch = self._arch("field_service.field_service_order_view_form")
        self.assertIn('string="Выдать"', arch)
        self.assertIn('string="Выезды"', arch)
        self.assertIn(
            'string="Запчасти"',
            self._arch("field_service_stock.field_service_order_view_form"),
        )

    def test_stages_and_groups(self):
        stage = self.russian.ref("field_service.field_service_stage_draft")
        self.assertEqual(stage.name, "Новый")
        group = self.russian.ref("field_service.group_dispatcher")
        self.assertEqual(group.name, "Диспетчер")

    def test_the_gate_speaks_russian(self):
        order = self.russian["field.service.order"].create({})
        with self.assertRaisesRegex(ValidationError, "Диспетчер: Укажите клиента"):
            order.action_release()
        with self.assertRaisesRegex(ValidationError, "«Новый».*«Выполнен».*невозможен"):
            order.state = "done"

    def test_constraints_speak_russian(self):
        constraints = self.russian["ir.model.constraint"].search(
            [("model.model", "=like", "field.service.%"), ("message", "!=", False)]
        )
        self.assertGreater(len(constraints), 15)
        for constraint in constraints:
            self.assertRegex(constraint.message, "[А-Яа-яё]", constraint.name)

    def test_messages_of_each_module(self):
        for module in find_modules():
            source, expected = next(
                (entry.msgid, entry.msgstr)
                for entry in polib.pofile(str(translations.translation_path(module)))
                if any(
                    # Python's own: the browser gets its terms another way.
                    place.startswith("code:") and "/static/" not in place
                    for place, line in entry.occurrences
                )
                and "%" not in entry.msgid
            )
            known = code_translations.get_python_translations(module, "ru_RU")
            self.assertEqual(known[source], expected, module)
