from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common_documents import DocumentsCommon


@tagged("post_install", "-at_install")
class TestCondition(DocumentsCommon):
    """Questions that are asked only after a certain answer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        lines = cls.checklist.line_ids
        cls.stop, cls.pressure = lines[0], lines[1]
        cls.hoses = lines.filtered(lambda line: line.name == "Hoses")
        cls.checklist.line_ids = [
            Command.create({"sequence": 50 + position, **question})
            for position, question in enumerate(
                (
                    {
                        "name": "Why not",
                        "type": "text",
                        "condition_line_id": cls.stop.id,
                        "condition": "no",
                    },
                    {
                        "name": "Second gauge",
                        "type": "number",
                        "limits": "maximum",
                        "maximum": 4.0,
                        "condition_line_id": cls.pressure.id,
                        "condition": "out_of_range",
                    },
                    {
                        "name": "Replaced",
                        "type": "yes_no",
                        "condition_line_id": cls.hoses.id,
                        "condition": "option",
                        "condition_option_id": cls.worn.id,
                    },
                )
            )
        ]
        cls.gauge = cls.checklist.line_ids.filtered(lambda x: x.name == "Second gauge")
        cls.checklist.line_ids = [
            Command.create(
                {
                    "name": "Third gauge",
                    "type": "number",
                    "sequence": 60,
                    "condition_line_id": cls.gauge.id,
                    "condition": "out_of_range",
                }
            )
        ]

    def test_hidden_questions_are_not_mandatory(self):
        order, other = self._create_order(), self._create_order()
        self.assertEqual(
            order.answer_ids.filtered(lambda answer: not answer.is_asked).mapped(
                "name"
            ),
            ["Why not", "Second gauge", "Replaced", "Third gauge"],
        )
        self._answer_all(order)
        self.assertEqual(order.documentation, 100.0)
        visit = self._create_visit(order)
        self.assertNotIn("Why not", visit.answer_ids.mapped("name"))
        page = self.env["field.service.my.day"]._get_page_values(visit)
        # The phone shows what is asked, as its browser tests say.
        shown = [line["name"] for line in page["answers"] if line["is_asked"]]
        self.assertIn("Stop works", shown)
        self.assertNotIn("Why not", shown)
        self._work(visit, hours=1.0)
        self.assertEqual(order.state, "done")
        self.assertEqual(other.documentation, 0.0)

    def test_the_answer_decides_who_is_asked_and_what_is_missing(self):
        order = self._create_order()
        self._answer_all(order)
        self._answer_of(order, "Stop works").value_yes_no = "no"
        self.assertTrue(self._answer_of(order, "Why not").is_asked)
        # Seven of the eight that are asked.
        self.assertAlmostEqual(order.documentation, 100.0 * 7 / 8)
        visit = self._create_visit(order)
        self._work(visit, hours=1.0)
        self.assertEqual(order.state, "in_progress")
        self.assertIn("must answer: Why not.", order.missing_documents)
        self._answer_of(order, "Why not").with_user(
            self.user_technician
        ).value_text = "Cable cut"
        self.assertEqual(order.state, "done")

    def test_option_and_range(self):
        order = self._create_order()
        self._answer_of(order, "Hoses").value_option_id = self.worn
        self.assertTrue(self._answer_of(order, "Replaced").is_asked)
        self._answer_of(order, "Hoses").value_option_id = self.good
        self.assertFalse(self._answer_of(order, "Replaced").is_asked)
        self._answer_of(order, "Pressure").value_input = "9"
        self.assertTrue(self._answer_of(order, "Second gauge").is_asked)
        self.assertFalse(self._answer_of(order, "Third gauge").is_asked)

    def test_a_chain_follows_its_beginning(self):
        """What was found by a question that is not asked any more is withdrawn."""
        order = self._create_order()
        first = self._answer_of(order, "Pressure")
        second, third = (
            self._answer_of(order, name) for name in ("Second gauge", "Third gauge")
        )
        first.value_input = "9"
        second.value_input = "9"
        self.assertTrue(third.is_asked)
        self.assertEqual(second.finding_ids.state, "open")
        first.with_user(self.user_technician).sudo().value_input = "3"
        self.assertFalse(second.is_asked)
        self.assertFalse(third.is_asked)
        self.assertEqual(second.finding_ids.state, "withdrawn")
        first.value_input = "9"
        self.assertTrue(third.is_asked)
        self.assertEqual(second.finding_ids.state, "open")

    def test_impossible_conditions_are_refused(self):
        for values, sentence in (
            ({"condition": "yes"}, "choose an answer"),
            ({"condition": False}, "choose an answer"),
            ({"condition_line_id": self.gauge.id}, "only on an earlier question"),
            (
                {
                    "condition_line_id": self.hoses.id,
                    "condition": "option",
                    "condition_option_id": False,
                },
                "one of the options",
            ),
            ({"sequence": 0}, "only on an earlier question"),
        ):
            refused = self.assertRaisesRegex(ValidationError, sentence)
            with refused, self.cr.savepoint():
                self.gauge.write(values)
        with self.assertRaisesRegex(ValidationError, "only on an earlier question"):
            self.pressure.sequence = 99
        foreign = self._create_checklist(name="Other").line_ids[0]
        with self.assertRaisesRegex(ValidationError, "of its checklist"):
            self.gauge.write({"condition_line_id": foreign.id, "condition": "yes"})

    def test_a_copy_depends_on_its_own_questions(self):
        copy = self.checklist.copy()
        twin = copy.line_ids.filtered(lambda line: line.name == "Second gauge")
        self.assertEqual(twin.condition_line_id.checklist_id, copy)
        self.assertEqual(twin.condition_line_id.name, "Pressure")

    def test_an_order_keeps_the_conditions_it_was_given(self):
        order = self._create_order()
        self.gauge.write({"condition_line_id": False, "condition": False})
        self.assertFalse(self._answer_of(order, "Second gauge").is_asked)
        new = self._create_order()
        self.assertTrue(self._answer_of(new, "Second gauge").is_asked)
