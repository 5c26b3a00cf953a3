from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..tools.numbers import format_number, parse_number
from .common_documents import DocumentsCommon


@tagged("post_install", "-at_install")
class TestChecklist(DocumentsCommon):
    def test_an_order_gets_the_questions_of_its_job_type(self):
        order = self._create_order()
        self.assertEqual(
            order.answer_ids.mapped("name"), self.checklist.line_ids.mapped("name")
        )
        self.assertEqual(order.checklist_version, 1)
        self.assertEqual(order.documentation, 0.0)
        self.assertEqual(order.answer_ids.asset_id, self.asset)

    def test_each_type_has_its_answer(self):
        order = self._create_order()
        for name, empty, values, shown in (
            ("Stop works", {"value_yes_no": False}, {"value_yes_no": "na"}, "Not app"),
            ("Pressure", {"value_input": ""}, {"value_input": "3,5"}, "3.5 bar"),
            ("Remarks", {"value_text": "  "}, {"value_text": "Fine"}, "Fine"),
            ("Hoses", {"value_text": "x"}, {"value_option_id": self.good.id}, "Good"),
            ("Next check", {}, {"value_date": "2026-12-01"}, "12/01/2026"),
            ("Hours", {"value_input": False}, {"value_number": 0.0}, "0 h"),
            ("Serial", {}, {"value_text": "SN-1"}, "SN-1"),
        ):
            answer = self._answer_of(order, name)
            answer.write(empty)
            self.assertFalse(answer.is_answered, name)
            answer.write(values)
            self.assertTrue(answer.is_answered, name)
            self.assertTrue(answer.display_value.startswith(shown), name)
            self.assertEqual(answer.answered_by_id, self.env.user)
        plate = self._answer_of(order, "Plate")
        plate.photo_count = 2
        self._photo(answer_id=plate.id)
        self.assertFalse(plate.is_answered)
        photo = self._photo(answer_id=plate.id)
        self.assertTrue(plate.is_answered)
        self.assertEqual(photo.tag, "nameplate")
        self.assertEqual(order.documentation, 100.0)
        photo.unlink()
        self.assertAlmostEqual(order.documentation, 100.0 * 6 / 7)

    def test_numbers_are_read_as_people_write_them(self):
        for text, point, separator, number in (
            ("0", ".", ",", 0.0),
            ("-1,234.5", ".", ",", -1234.5),
            ("2,5", ".", ",", 2.5),
            ("1 234,5", ",", "\u00a0", 1234.5),
            ("1.234", ",", ".", 1234.0),
            ("0.234", ",", ".", 0.234),
        ):
            self.assertEqual(parse_number(text, point, separator), number, text)
        for text in ("", "abc", "1e5", "nan", "inf", "1.2.3", "--1", "5 bar"):
            self.assertIsNone(parse_number(text), text)
        self.assertEqual(format_number(1200.50), "1200.5")
        answer = self._answer_of(self._create_order(), "Pressure")
        with self.assertRaisesRegex(ValidationError, "“about 3” is not a number"):
            answer.value_input = "about 3"

    def test_a_choice_is_one_of_the_options(self):
        answer = self._answer_of(self._create_order(), "Hoses")
        other = self.env["field.service.checklist.option"].create({"name": "Blue"})
        with self.assertRaises(ValidationError):
            answer.value_option_id = other
        answer.value_option_id = self.good
        with self.assertRaisesRegex(UserError, "add a new option"):
            self.good.name = "Perfect"
        self.worn.name = "Worn out"
        with self.assertRaises(ValidationError):
            self.checklist.line_ids[3].option_ids = self.good

    def test_a_change_of_the_template_touches_new_orders_only(self):
        first, second = self._create_order(), self._create_order()
        names = first.answer_ids.mapped("name")
        line = self.checklist.line_ids[1]
        line.write({"name": "Oil pressure", "maximum": 6.0})
        self.assertEqual(self.checklist.version, 2)
        self.checklist.line_ids[0].unlink()
        self.checklist.line_ids = [Command.create({"name": "Belt", "type": "text"})]
        # One version for the changes that no order has seen.
        self.assertEqual(self.checklist.version, 2)
        self.assertEqual((first + second).mapped("checklist_version"), [1, 1])
        for order in (first, second):
            self.assertEqual(order.answer_ids.mapped("name"), names)
        answer = self._answer_of(first, "Pressure")
        self.assertEqual((answer.minimum, answer.maximum), (2.0, 4.0))
        third = self._create_order()
        self.assertEqual(third.checklist_version, 2)
        self.assertEqual(
            third.answer_ids.mapped("name"), self.checklist.line_ids.mapped("name")
        )
        with self.assertRaisesRegex(UserError, "Archive"):
            self.checklist.unlink()

    def test_questions_are_copied_in_all_languages(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        line = self.checklist.line_ids[0]
        line.with_context(lang="ru_RU").name = "Стоп работает"
        answer = self._create_order().answer_ids[0]
        self.assertEqual(answer.name, "Stop works")
        self.assertEqual(answer.with_context(lang="ru_RU").name, "Стоп работает")

    def test_another_job_type_asks_its_own_questions_and_loses_no_answer(self):
        other = self.env["field.service.job.type"].create(
            {
                "name": "Inspection",
                "planned_hours": 1.0,
                "checklist_id": self.env["field.service.checklist"]
                .create(
                    {
                        "name": "Short",
                        "line_ids": [Command.create({"name": "Clean"})],
                    }
                )
                .id,
            }
        )
        order = self._create_order()
        self._answer_of(order, "Pressure").value_input = "3"
        order.answer_ids = [Command.create({"name": "By hand", "type": "text"})]
        order.with_user(self.dispatcher).job_type_id = other
        self.assertEqual(
            sorted(order.answer_ids.mapped("name")), ["By hand", "Clean", "Pressure"]
        )
        order.job_type_id = self.job_type
        self.assertEqual(len(order.answer_ids), len(self.checklist.line_ids) + 1)
        self.assertEqual(self._answer_of(order, "Pressure").value_number, 3.0)

    def test_a_copy_starts_clean(self):
        order = self._create_order()
        self._answer_all(order)
        self._photo(order_id=order.id)
        self.checklist.line_ids[0].name = "Emergency stop"
        copy = order.copy()
        self.assertEqual(copy.checklist_version, 2)
        self.assertEqual(copy.answer_ids[0].name, "Emergency stop")
        self.assertFalse(any(copy.answer_ids.mapped("is_answered")))
        self.assertFalse(copy.photo_ids or copy.finding_ids)
        self.assertEqual(copy.documentation, 0.0)

    def test_a_historic_order_is_not_asked(self):
        order = self._create_order(
            release=False,
            is_historic=True,
            completed_on="2026-01-05 10:00:00",
            state="closed",
        )
        self.assertEqual(order.state, "closed")
        self.assertFalse(order.answer_ids)

    def test_a_checklist_of_another_company_is_refused(self):
        theirs = self._create_checklist(company_id=self.company_b.id)
        with self.assertRaises(UserError):
            self._create_order(checklist_id=theirs.id)
        order = self._create_order(
            company_id=self.company_b.id, asset_ids=[], checklist_id=theirs.id
        )
        self.assertEqual(order.answer_ids.company_id, self.company_b)
        answers = self.env["field.service.checklist.answer"]
        self.assertFalse(
            answers.with_user(self.dispatcher).search([("order_id", "=", order.id)])
        )
        with self.assertRaises(AccessError):
            order.answer_ids[0].with_user(self.dispatcher).value_yes_no = "yes"
        with self.assertRaises(AccessError):
            theirs.with_user(self.manager).read(["name"])


@tagged("post_install", "-at_install")
class TestFinding(DocumentsCommon):
    def test_out_of_range_raises_one_finding(self):
        order = self._create_order()
        for name, bad, good in (
            ("Pressure", {"value_input": "5"}, {"value_input": "4"}),
            ("Stop works", {"value_yes_no": "no"}, {"value_yes_no": "na"}),
            (
                "Hoses",
                {"value_option_id": self.worn.id},
                {"value_option_id": self.good.id},
            ),
        ):
            answer = self._answer_of(order, name)
            answer.write(bad)
            self.assertTrue(answer.is_out_of_range)
            finding = answer.finding_ids
            self.assertEqual(len(finding), 1)
            self.assertEqual((finding.state, finding.name), ("open", name))
            self.assertEqual(finding.asset_id, self.asset)
            answer.write(bad)
            answer.note = "Measured twice"
            self.assertEqual(answer.finding_ids, finding)
            answer.write(good)
            self.assertEqual(finding.state, "withdrawn", name)
            answer.write(bad)
            self.assertEqual(answer.finding_ids, finding)
            self.assertEqual(finding.state, "open")
        self.assertEqual(order.finding_count, 3)

    def test_limits(self):
        answer = self._answer_of(self._create_order(), "Pressure")
        for limits, value, bad in (
            ("none", "99", False),
            ("minimum", "1.99", True),
            ("minimum", "99", False),
            ("maximum", "4.01", True),
            ("maximum", "-5", False),
            ("between", "2", False),
            ("between", "", False),
        ):
            answer.write({"limits": limits, "value_input": value})
            self.assertEqual(answer.is_out_of_range, bad, (limits, value))

    def test_what_a_person_solved_stays_solved_until_it_goes_bad_again(self):
        answer = self._answer_of(self._create_order(), "Pressure")
        answer.value_input = "5"
        finding = answer.finding_ids
        finding.action_solve()
        answer.value_input = "5.5"
        self.assertEqual(finding.state, "solved")
        answer.value_input = "3"
        self.assertEqual(finding.state, "solved")
        answer.value_input = "6"
        self.assertEqual(finding.state, "open")

    def test_a_finding_by_hand(self):
        order = self._create_order()
        visit = self._create_visit(order)
        finding = (
            self.env["field.service.finding"]
            .with_user(self.user_technician)
            .create({"name": "Leak", "order_id": visit.order_id.id})
        )
        self.assertEqual(finding.asset_id, self.asset)
        finding.action_solve()
        finding.action_reopen()
        self.assertEqual(self.asset.finding_ids, finding)

    def test_a_reading_is_history(self):
        order = self._create_order()
        answer = self._answer_of(order, "Hours")
        answer.value_input = "1200"
        reading = self.asset.reading_ids
        self.assertRecordValues(
            reading,
            [{"name": "Hours", "value": 1200.0, "unit": "h", "order_id": order.id}],
        )
        answer.value_input = "1201"
        self.assertEqual(self.asset.reading_ids, reading)
        self.assertEqual(reading.value, 1201.0)
        later = self._create_order()
        self._answer_of(later, "Hours").value_input = "1700"
        self.assertEqual(
            sorted(self.asset.reading_ids.mapped("value")), [1201.0, 1700.0]
        )
        answer.value_input = False
        self.assertEqual(self.asset.reading_ids.order_id, later)

    def test_a_reading_of_two_machines_says_of_which(self):
        other = self._create_asset("Crane")
        order = self._create_order(asset_ids=(self.asset + other).ids)
        answer = self._answer_of(order, "Hours")
        self.assertFalse(answer.asset_id)
        answer.value_input = "10"
        self.assertFalse(answer.is_answered)
        answer.asset_id = other
        self.assertTrue(answer.is_answered)
        self.assertEqual(other.reading_ids.value, 10.0)
        order.asset_ids = self.asset
        self.assertFalse(other.reading_ids)
        self.assertEqual(self.asset.reading_ids.value, 10.0)
