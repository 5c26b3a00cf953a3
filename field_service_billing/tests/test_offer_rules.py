from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_offer import FieldServiceOfferCommon


@tagged("post_install", "-at_install")
class TestOfferRules(FieldServiceOfferCommon):
    # -------------------------------------------------------------------- evidence
    def test_age(self):
        (offer,) = self._find()
        self.assertIn("Boiler is 11 years old, installed on", offer.evidence)
        self.assertEqual(offer.sentence, offer.evidence)
        self.boiler.installed_on = self.today - timedelta(days=365 * 9)
        self.assertEqual(self._find().state, "expired")
        self.boiler.installed_on = self.today - timedelta(days=365 * 12)
        again = self._find()
        self.assertEqual((again, again.state), (offer, "draft"))
        self.assertIn("11 years", again.evidence)  # 4,380 / 365.25 = 11.99

    def test_warranty_ending(self):
        rule = self._create_rule("warranty", days=30)
        for days, found in ((-1, False), (0, True), (30, True), (31, False)):
            self.boiler.warranty_until = self.today + timedelta(days=days)
            offer = self._find(rule).filtered(lambda one: one.state == "draft")
            self.assertEqual(bool(offer), found, days)
        self.boiler.warranty_until = self.today + timedelta(days=20)
        self.assertIn("in 20 days", self._find(rule).evidence)

    def test_no_agreement(self):
        rule = self._create_rule("no_agreement")
        self.assertEqual(self._find(rule).evidence, "No agreement covers Boiler")
        earlier = self._create_boiler_order()
        self._work(
            self._create_visit(earlier, fields.Datetime.now() - timedelta(days=9)), 1.0
        )
        offer = self._find(rule)
        self.assertEqual(
            offer.evidence, "No agreement covers Boiler; work orders in 12 months: 1"
        )
        agreement = self.env["field.service.agreement"].create(
            {
                "partner_id": self.partner.id,
                "company_id": self.company.id,
                "line_ids": [
                    Command.create(
                        {
                            "job_type_id": self.job_type.id,
                            "site_id": self.site.id,
                            "asset_ids": [Command.set(self.boiler.ids)],
                        }
                    )
                ],
            }
        )
        self.assertEqual(self._find(rule).state, "draft")
        agreement.state = "active"
        self.assertEqual(self._find(rule).state, "expired")

    def test_reading_out_of_limits(self):
        rule = self._create_rule("reading", question="pressure")
        checklist = self.env["field.service.checklist"].create(
            {
                "name": "Boiler",
                "line_ids": [
                    Command.create(
                        {
                            "name": "Pressure",
                            "type": "number",
                            "unit": "bar",
                            "limits": "between",
                            "minimum": 1.0,
                            "maximum": 2.0,
                        }
                    ),
                ],
            }
        )
        job_type = self.job_type.copy({"name": "With list"})
        job_type.checklist_id = checklist
        order = self._create_boiler_order(job_type_id=job_type.id)
        self._create_visit(order, fields.Datetime.now() + timedelta(days=1))
        answer = order.answer_ids
        self.assertFalse(self._find(rule, order))
        answer.value_input = "3.4"
        # The finding that follows from the answer brings it by itself.
        offer = order.offer_ids.filtered(lambda one: one.rule_id == rule)
        self.assertIn("Pressure: 3.4", offer.evidence)
        self.assertIn("out of limits", offer.evidence)
        answer.value_input = "1.5"
        self.assertEqual(self._find(rule, order).state, "expired")

    def test_finding_of_a_kind(self):
        reasons = self.env["field.service.reason"]
        leak, noise = reasons.create(
            [{"name": "Leak", "kind": "symptom"}, {"name": "Noise", "kind": "symptom"}]
        )
        rule = self._create_rule("finding", reason_ids=leak.ids)
        finding = self.env["field.service.finding"].create(
            {"name": "Drips", "order_id": self.order.id, "symptom_id": noise.id}
        )
        self.assertFalse(self._find(rule))
        finding.symptom_id = leak
        offer = self.order.offer_ids.filtered(lambda one: one.rule_id == rule)
        self.assertEqual(offer.evidence, "Found: Drips (Leak)")
        finding.action_solve()
        self.assertEqual(offer.state, "expired")

    def _repair(self, days, hours=2.0, **values):
        start = fields.Datetime.now().replace(hour=9, minute=0) - timedelta(days=days)
        order = self._create_boiler_order(**values)
        self._work(self._create_visit(order, start), hours)
        order.completed_on = start
        return order

    def test_repairs_and_their_cost_from_the_ledger(self):
        """Tina costs 37.50 an hour: 2 x 4 hours, and 2 filters at 10.00."""
        repairs = self._create_rule("repairs", repair_count=2, months=12)
        spend = self._create_rule(
            "spend", percent=50.0, months=12, replacement_price=400.0
        )
        self._repair(days=20, hours=4.0)
        self.assertFalse(self._find(repairs))
        last = self._repair(days=10, hours=4.0)
        self._repair(days=500, hours=8.0)  # too long ago
        self.assertEqual(last.state, "done")
        # 300.00 of 400.00 = 75 %
        offer = self._find(spend)
        self.assertRegex(
            offer.evidence,
            r"^2 repairs in 12 months, last on .+; spend \$.?300\.00 = 75 % of "
            r"replacement$",
        )
        # The technician reads the share, not what it has cost us.
        self.assertNotIn("300", offer.sentence)
        self.assertIn("repairs: 75 % of replacement", offer.sentence)
        offer = self._find(repairs)
        # 300.00 of the 2,000.00 of a new boiler = 15 %
        self.assertIn("= 15 % of replacement", offer.evidence)
        self.assertNotIn("%", offer.sentence)
        # Parts count as well: 20.00 more.
        last.action_reopen()
        self._use_part(last)
        self.env.invalidate_all()
        self.assertEqual(last._get_repair_spend(self.boiler), 170.0)
        # Travel does not.
        spend.percent = 81.0
        last.action_done()
        self.assertEqual(self._find(spend).state, "expired")  # 320 of 400 = 80 %

    def test_an_order_on_two_pieces_is_shared(self):
        pump = self._create_asset("Pump", site_id=self.site.id)
        order = self._repair(days=5, asset_ids=(self.boiler | pump).ids)
        # 2 hours at 37.50 = 75.00
        self.assertEqual(order._get_repair_spend(self.boiler), 37.5)
        self.assertEqual(order._get_repair_spend(pump), 37.5)

    def test_owed_work_is_no_repair(self):
        rule = self._create_rule("repairs", repair_count=1)
        other = self.job_type.copy({"name": "Inspection"})
        self._repair(days=5, job_type_id=other.id)
        self.assertTrue(self._find(rule))
        rule.repair_job_type_ids = self.job_type
        self.assertEqual(self._find(rule).state, "expired")

    # -------------------------------------------------------------------- filters
    def test_where_a_rule_applies(self):
        self.assertTrue(self._find())
        other = self.job_type.copy({"name": "Other"})
        self.rule.job_type_ids = other
        self.assertEqual(self._find().state, "expired")
        self.rule.write({"job_type_ids": False, "product_ids": self.small.ids})
        self.assertEqual(self._find().state, "expired")
        self.rule.product_ids = self.model
        self.assertEqual(self._find().state, "draft")
        self.rule.active = False
        self.assertEqual(self._find().state, "expired")

    def test_a_sentence_with_words(self):
        self.rule.sentence = "{equipment} at {site} of {customer}: {evidence}."
        self.assertRegex(
            self._find().sentence,
            r"^Boiler at Plant of Customer: Boiler is 11 years old, .+\.$",
        )

    def test_in_the_language_of_the_technician(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.user_technician.lang = "ru_RU"
        self.rule.with_context(lang="ru_RU").sentence = "Пора: {equipment}"
        self.assertEqual(self._find().sentence, "Пора: Boiler")

    # ------------------------------------------------------------------ bad input
    def test_a_rule_that_says_nothing(self):
        rules = self.env["field.service.offer.rule"]
        values = {"name": "Empty", "company_id": self.company.id}
        with self.assertRaisesRegex(ValidationError, "add a package"):
            rules.create({**values, "kind": "age"})
        with self.assertRaisesRegex(ValidationError, "no product"):
            rules.create(
                {
                    **values,
                    "kind": "age",
                    "package_ids": [Command.create({"name": "Nothing"})],
                }
            )
        with self.assertRaisesRegex(ValidationError, "Findings"):
            self._create_rule("finding")
        with self.assertRaisesRegex(ValidationError, "Repairs, at Least"):
            self._create_rule("repairs", repair_count=0)
        with self.assertRaisesRegex(ValidationError, "job type of the new"):
            self.rule.outcome = "order"
        with self.assertRaisesRegex(ValidationError, "{price} is not known"):
            self.rule.sentence = "Only {price}"

    @mute_logger("odoo.sql_db")
    def test_negative_figures(self):
        for name in ("repair_count", "months", "percent", "years", "days"):
            with (
                self.assertRaisesRegex(IntegrityError, "limits_positive"),
                self.cr.savepoint(),
            ):
                self.rule[name] = -1
                self.rule.flush_recordset()
            self.rule.invalidate_recordset()
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.rule.package_ids[:1].line_ids.quantity = 0
            self.env.flush_all()
        self.env.invalidate_all()
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.company.service_offer_disturbance = -1
            self.env.flush_all()

    def test_an_archived_product(self):
        self.small.active = False
        with self.assertRaisesRegex(ValidationError, "Small boiler is archived"):
            self._create_rule("warranty", packages={"1": self.small})
        # Half of the packages is left; without any, it is held back.
        self.assertFalse(self._find().is_blocked)
        self.assertEqual(self._find().expected_margin, 600.0)
        self.large.active = False
        offer = self._find()
        self.assertTrue(offer.is_blocked)
        self.assertIn("No package can be sold", offer.blockers)

    def test_three_packages_at_most(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.cr.savepoint(),
        ):
            self.rule.package_ids.level = "1"
            self.env.flush_all()

    def test_a_rule_that_fails_holds_up_no_work(self):
        """Whatever a rule does, the technician's event is recorded."""
        rules = self.env.registry["field.service.offer.rule"]
        self.patch(rules, "_find_age", lambda *args: 1 / 0)
        self.order.offers_checked_on = False
        with self.assertLogs(
            "odoo.addons.field_service_billing.models.field_service_order_offers",
            "ERROR",
        ) as logged:
            self._work(self.visit, 0.1)
        self.assertEqual(self.visit.state, "completed")
        self.assertIn("recommendations not worked out", logged.output[0])
