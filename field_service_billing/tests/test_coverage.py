from datetime import date, datetime, timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.field_service.tests.common import MONDAY

from .coverage_common import CoverageCommon

# MONDAY is the 2nd of March 2026, 08:00 UTC.
DAY = MONDAY.date()


@tagged("post_install", "-at_install")
class TestCoverageRules(CoverageCommon):
    # ------------------------------------------------------------------- warranty
    def test_last_day_of_the_warranty_on_the_site_s_clock(self):
        """20:00 UTC is the next day in Auckland, 04:00 UTC the day before in LA."""
        cases = (
            ("UTC", datetime(2026, 3, 2, 20), date(2026, 3, 2), "warranty"),
            ("UTC", datetime(2026, 3, 2, 20), date(2026, 3, 1), "chargeable"),
            ("Pacific/Auckland", datetime(2026, 3, 2, 20), date(2026, 3, 2), None),
            (
                "Pacific/Auckland",
                datetime(2026, 3, 2, 20),
                date(2026, 3, 3),
                "warranty",
            ),
            (
                "America/Los_Angeles",
                datetime(2026, 3, 2, 4),
                date(2026, 3, 1),
                "warranty",
            ),
            ("America/Los_Angeles", datetime(2026, 3, 2, 4), date(2026, 2, 28), None),
        )
        for zone, moment, until, coverage in cases:
            with self.subTest(zone=zone, until=until):
                self.partner.tz = zone
                self.boiler.warranty_until = until
                order = self._create_order(
                    asset_ids=self.boiler.ids, promised_start=moment
                )
                self.assertEqual(order.coverage, coverage or "chargeable")

    def test_the_decision_has_its_evidence(self):
        self.boiler.warranty_until = date(2027, 3, 1)
        order = self._create_order(asset_ids=self.boiler.ids)
        self._assert_decision(order, "warranty", "warranty", "of BOILER-7.")
        self.assertIn("2027", order.coverage_reason)
        self.assertEqual(order.coverage_asset_id, self.boiler)
        self.assertEqual(order.entry_coverage, "warranty")

    def test_all_equipment_must_be_under_warranty(self):
        self.boiler.warranty_until = date(2030, 1, 1)
        pump = self._create_asset("PUMP-2")
        order = self._create_order(asset_ids=(self.boiler | pump).ids)
        self._assert_decision(order, "chargeable", "job_type")
        pump.warranty_until = date(2029, 1, 1)
        self._assert_decision(order, "warranty", "warranty", "BOILER-7, PUMP-2")
        self.assertEqual(order.coverage_asset_id, pump, "the shortest one counts")

    def test_what_is_no_defect_is_no_warranty(self):
        self.boiler.warranty_until = date(2030, 1, 1)
        self.job_type.is_warranty_work = False
        order = self._create_order(asset_ids=self.boiler.ids)
        self._assert_decision(order, "chargeable", "job_type", "Repair: Chargeable.")

    def test_an_ended_warranty_is_said(self):
        self.boiler.warranty_until = DAY - timedelta(days=1)
        order = self._create_order(
            asset_ids=self.boiler.ids, promised_start=MONDAY, release=False
        )
        self._assert_decision(
            order, "chargeable", "job_type", "The warranty of BOILER-7 ended on"
        )

    def test_the_decision_follows_the_facts_until_the_work(self):
        self.boiler.warranty_until = DAY
        order = self._create_order(promised_start=MONDAY)
        self.assertEqual(order.coverage, "chargeable")
        order.asset_ids = self.boiler
        self.assertEqual(order.coverage, "warranty")
        visit = self._create_visit(order, start=MONDAY + timedelta(days=1))
        self.assertEqual(order.coverage, "chargeable", "a day too late")
        visit.start = MONDAY
        self.assertEqual(order.coverage, "warranty")
        visit.register_event("work_start", MONDAY)
        self.boiler.warranty_until = DAY - timedelta(days=1)
        self.assertEqual(order.coverage, "warranty", "somebody is at work")

    def test_another_company_s_agreement_pays_nothing(self):
        self._create_agreement(company_id=self.company_b.id)
        order = self._create_order()
        self._assert_decision(order, "chargeable", "job_type")

    # ------------------------------------------------------------------ agreement
    def test_scope(self):
        other_site = self._create_partner("Site", parent_id=self.partner.id)
        other_type = self.job_type.copy({"name": "Inspection"})
        pump = self._create_asset("PUMP-2")
        line = self._create_agreement().coverage_ids
        cases = (
            ("site_ids", other_site, "site_id", other_site.id),
            ("job_type_ids", other_type, "job_type_id", other_type.id),
            ("asset_ids", pump, "asset_ids", pump.ids),
        )
        for scope, record, name, value in cases:
            with self.subTest(scope=scope):
                line[scope] = record
                order = self._create_order(release=False)
                self._assert_decision(order, "chargeable", "job_type")
                order = self._create_order(release=False, **{name: value})
                self._assert_decision(order, "contract", "agreement", "included")
                self.assertEqual(order.coverage_agreement_line_id, line)
                line[scope] = [Command.clear()]

    def test_a_part_of_covered_equipment_is_covered_but_nothing_beside_it(self):
        burner = self._create_asset("BURNER", parent_id=self.boiler.id)
        pump = self._create_asset("PUMP-2")
        self._create_agreement(coverage={"asset_ids": self.boiler.ids})
        for assets, coverage in (
            (burner, "contract"),
            (burner | self.boiler, "contract"),
            (burner | pump, "chargeable"),
            (pump.browse(), "chargeable"),
        ):
            order = self._create_order(asset_ids=assets.ids)
            self.assertEqual(order.coverage, coverage, assets.mapped("name"))

    def test_term_and_state(self):
        agreement = self._create_agreement(date_end=date(2026, 6, 30))
        line = agreement.coverage_ids

        def decide(day):
            moment = datetime.combine(day, MONDAY.time())
            return self._create_order(release=False, promised_start=moment).coverage

        self.assertEqual(decide(date(2025, 12, 31)), "chargeable")
        self.assertEqual(decide(date(2026, 1, 1)), "contract")
        self.assertEqual(decide(date(2026, 6, 30)), "contract")
        self.assertEqual(decide(date(2026, 7, 1)), "chargeable")
        line.active = False
        self.assertEqual(decide(DAY), "chargeable", "archived")
        line.active = True
        agreement.action_suspend()
        agreement.suspended_on = MONDAY
        self.assertEqual(decide(DAY - timedelta(days=1)), "contract")
        self.assertEqual(decide(DAY), "chargeable", "suspended")
        agreement.action_cancel()
        self.assertEqual(decide(DAY - timedelta(days=1)), "chargeable", "cancelled")

    def test_which_of_several_agreements_pays(self):
        """Own agreement; something left; narrower; older."""
        old = self._create_agreement()
        young = self._create_agreement(date_start=date(2026, 2, 1))
        narrow = self._create_agreement(
            date_start=date(2026, 2, 1), coverage={"asset_ids": self.boiler.ids}
        )
        empty = self._create_agreement(
            coverage={
                "asset_ids": self.boiler.ids,
                "job_type_ids": self.job_type.ids,
                "labour_scope": "visits",
                "included_visits": 1,
            }
        )
        order = self._create_worked_order(1.0, asset_ids=self.boiler.ids)
        self.assertEqual(order.coverage_agreement_line_id, empty.coverage_ids)

        def decide(**values):
            order = self._create_order(promised_start=MONDAY, release=False, **values)
            self.assertEqual(order.coverage, "contract")
            return order.coverage_agreement_line_id.agreement_id

        boiler = self.boiler.ids
        self.assertEqual(decide(asset_ids=boiler), narrow, "the other is used up")
        self.assertEqual(decide(), old)
        self.assertEqual(decide(asset_ids=boiler, agreement_id=young.id), young)

    def test_warranty_comes_before_the_agreement(self):
        self._create_agreement()
        self.boiler.warranty_until = date(2030, 1, 1)
        order = self._create_order(asset_ids=self.boiler.ids)
        self._assert_decision(order, "warranty", "warranty")

    def test_activation_without_anything_that_recurs(self):
        agreement = self._create_agreement(activate=False)
        agreement.coverage_ids.unlink()
        with self.assertRaisesRegex(ValidationError, "add a line"):
            agreement.action_activate()

    def test_terms_that_make_no_sense(self):
        with self.assertRaisesRegex(ValidationError, "how much is included"):
            self._create_agreement(coverage={"labour_scope": "visits"})
        line = self._create_agreement().coverage_ids
        self._create_order()
        with self.assertRaisesRegex(UserError, "Archive it"):
            line.unlink()

    # -------------------------------------------------------------------- by hand
    def test_a_person_says_why(self):
        order = self._create_order().with_user(self.dispatcher)
        leakage = self.env.ref("field_service.field_service_reason_leakage_goodwill")
        for message, vals in (
            ("Choose a reason", {"coverage": "goodwill"}),
            ("Choose a reason", {"coverage_reason": "Because"}),
            ("Choose a reason", {"coverage_reason_id": self.reason.id}),
            (
                "no reason for a coverage",
                {"coverage": "goodwill", "coverage_reason_id": leakage.id},
            ),
            (
                "recorded by the system",
                {"coverage": "goodwill", "coverage_rule": "warranty"},
            ),
        ):
            with (
                self.assertRaisesRegex(UserError, message),
                self.cr.savepoint(),
            ):
                order.write(vals)
        with self.assertRaisesRegex(UserError, "Choose a reason"):
            order.create({"partner_id": self.partner.id, "coverage": "warranty"})
        order.invalidate_recordset()
        self.assertEqual(order.coverage, "chargeable")
        wizard = Form.from_action(
            self.env(user=self.dispatcher), order.action_override_coverage()
        )
        wizard.coverage = "goodwill"
        wizard.reason_id = self.reason
        wizard.note = "phone, 2 March"
        wizard.save().action_confirm()
        self._assert_decision(
            order, "goodwill", "person", "Agreed with the customer – phone, 2 March"
        )
        self.assertEqual(order.coverage_by_id, self.dispatcher)
        order.asset_ids = self.boiler
        self.boiler.warranty_until = date(2030, 1, 1)
        self.assertEqual(order.coverage, "goodwill", "what a person decided stays")
        order.action_accept_coverage()
        self._assert_decision(order, "warranty", "warranty")
        self.assertFalse(order.coverage_reason_id)

    def test_technician_only_reads(self):
        order = self._create_worked_order(1.0).with_user(self.user_technician)
        self.assertTrue(order.coverage_reason)
        values = {"coverage": "goodwill", "coverage_reason_id": self.reason.id}
        for attempt in (
            lambda: order.write(values),
            order.action_accept_coverage,
            lambda: self.env["field.service.agreement.coverage"]
            .with_user(self.user_technician)
            .search([]),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_who_writes_terms(self):
        line = self._create_agreement().coverage_ids
        other = self._create_agreement(company_id=self.company_b.id).coverage_ids
        line.with_user(self.clerk).labour_discount = 5.0
        line.with_user(self.manager).part_discount = 5.0
        self.assertTrue(line.with_user(self.dispatcher).use_summary is not None)
        with self.assertRaises(AccessError):
            line.with_user(self.dispatcher).labour_discount = 90.0
        for user in self.clerk, self.manager, self.dispatcher:
            found = line.with_user(user).search([("agreement_id.partner_id", "!=", 0)])
            self.assertNotIn(other, found)

    def test_forms_open(self):
        agreement = self._create_agreement()
        order = self._create_worked_order(1.0)
        for user in self.dispatcher, self.manager:
            Form(agreement.with_user(user))
            Form(order.with_user(user))
        Form(agreement.coverage_ids.with_user(self.clerk))

    def test_dispatcher_enters_an_order_in_the_form(self):
        self._create_agreement()
        orders = self.env["field.service.order"].with_user(self.dispatcher)
        with Form(orders) as form:
            form.partner_id = self.partner
            form.job_type_id = self.job_type
            self.assertEqual(form.coverage, "contract")
        self._assert_decision(form.record, "contract", "agreement", "Full service")


@tagged("post_install", "-at_install")
class TestCoverageCheck(CoverageCommon):
    """The warranty ends at midnight, and work that was planned before begins after."""

    def setUp(self):
        super().setUp()
        self.boiler.warranty_until = DAY
        self.order = self._create_order(
            asset_ids=self.boiler.ids, promised_start=MONDAY
        )
        start = datetime(2026, 3, 2, 23, 0)
        self.visit = self._create_visit(self.order, start=start)
        self.visit.register_event("work_start", start + timedelta(minutes=90))
        self.visit.register_event(
            "work_end", start + timedelta(minutes=210), result="solved"
        )

    def test_nothing_changes_silently(self):
        order = self.order
        self.assertEqual(order.state, "done")
        self._assert_decision(order, "warranty", "warranty")
        self.assertEqual(order.coverage_pending, "chargeable")
        self.assertIn("ended on", order.coverage_pending_reason)
        self.assertEqual(order.charge_ids.quantity, 0.0)
        self.assertEqual(order.billing_state, "incomplete")
        self.assertIn("Who pays is not settled", order.billing_issues)
        self.assertIn("By the facts", order.message_ids[0].body)
        self.assertEqual(order.attention_reason, "coverage")
        count = len(order.message_ids)
        order._process()
        self.assertEqual(len(order.message_ids), count, "said once")
        with self.assertRaisesRegex(UserError, "Who pays is not settled"):
            order._create_sale_orders()
        with self.assertRaisesRegex(ValidationError, "billing clerk"):
            order.action_close()

    def test_accepted(self):
        order = self.order.with_user(self.clerk)
        order.action_accept_coverage()
        self._assert_decision(order, "chargeable", "job_type")
        self.assertFalse(order.coverage_pending)
        # 2 h x 80.00
        self.assertEqual(order.charge_amount, 160.0)
        self.assertEqual(order.entry_coverage, "warranty")
        self.assertTrue(order.is_coverage_changed)
        self.assertEqual(order.search([("is_coverage_changed", "=", True)]), self.order)
        self.assertEqual(self._bill(self.order).amount_total, 160.0)

    def test_kept_with_a_reason(self):
        order = self.order.with_user(self.dispatcher)
        with self.assertRaisesRegex(UserError, "Choose a reason"):
            order.write({"coverage": "warranty", "coverage_reason_id": False})
        order.write({"coverage": "warranty", "coverage_reason_id": self.reason.id})
        self._assert_decision(order, "warranty", "person")
        self.assertFalse(order.coverage_pending)
        order._process()
        self.assertFalse(order.coverage_pending, "a person has decided")
        self.assertEqual(self.order.billing_state, "not_billable")
        self.assertFalse(order.is_coverage_changed)
        order.action_close()

    def test_the_facts_are_corrected(self):
        self.boiler.warranty_until = date(2030, 1, 1)
        self.order._process()
        self.assertFalse(self.order.coverage_pending)

    def test_invoiced_work_is_not_questioned(self):
        self.order.action_accept_coverage()
        self._bill(self.order)
        self.boiler.warranty_until = date(2030, 1, 1)
        self.order._process()
        self.assertFalse(self.order.coverage_pending)
