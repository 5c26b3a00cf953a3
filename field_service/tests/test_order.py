from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import MONDAY, FieldServiceCommon


@tagged("post_install", "-at_install")
class TestOrder(FieldServiceCommon):
    def test_release_names_what_is_missing(self):
        order = self._create_order(release=False, partner_id=False, job_type_id=False)
        with self.assertRaisesRegex(ValidationError, "who the customer is.*job type"):
            order.action_release()
        self.assertEqual(order.state, "draft")
        order.write({"partner_id": self.partner.id, "job_type_id": self.job_type.id})
        order.site_id = self.partner
        order.action_release()
        self.assertEqual(order.state, "released")
        self.assertEqual(order.stage_id.state, "released")

    def test_what_is_missing_on_many_orders_is_said_once(self):
        orders = self.env["field.service.order"].create(
            [{"job_type_id": self.job_type.id} for __ in range(12)]
        )
        with self.assertRaises(ValidationError) as refusal:
            orders.action_release()
        message = str(refusal.exception)
        self.assertEqual(len(message.splitlines()), 1, message)
        self.assertIn(f"{orders[0].name}, {orders[1].name}, ", message)
        self.assertIn(f"{orders[9].name} and 2 more: ", message)
        self.assertNotIn(orders[10].name, message)

    def test_job_type_fills_what_is_empty_and_keeps_what_is_set(self):
        order = self._create_order(release=False)
        self.assertEqual(order.planned_hours, 2.0)
        explicit = self._create_order(release=False, planned_hours=6.0)
        self.assertEqual(explicit.planned_hours, 6.0)

    def test_equipment_brings_customer_and_site(self):
        site = self._create_partner("Site")
        asset = self._create_asset("Boiler", site_id=site.id)
        order = self.env["field.service.order"].create({"asset_ids": asset.ids})
        self.assertEqual(order.partner_id, self.partner)
        self.assertEqual(order.site_id, site)
        self.assertEqual(asset.order_count, 1)

    def test_every_path_meets_the_same_gate(self):
        order = self._create_order()
        done = self.env["field.service.stage"].search([("state", "=", "done")], limit=1)
        for attempt in (
            order.action_done,
            lambda: order.write({"state": "done"}),
            lambda: order.write({"stage_id": done.id}),
        ):
            with self.assertRaisesRegex(ValidationError, "No visit is completed"):
                attempt()
        imported = self.env["field.service.order"].load(
            ["partner_id", "job_type_id", "state"], [["Customer", "Repair", "done"]]
        )
        self.assertFalse(imported["ids"])
        self.assertIn("cannot go from New to Done", imported["messages"][0]["message"])

    def test_state_follows_the_visits(self):
        order = self._create_order()
        with self.assertRaisesRegex(ValidationError, "No visit is planned"):
            order.state = "scheduled"
        first = self._create_visit(order)
        self.assertEqual(order.state, "scheduled")
        first.action_start()
        self.assertEqual(order.state, "in_progress")
        reason = self.env.ref("field_service.field_service_reason_return_missing_part")
        first.write(
            {
                "state": "completed",
                "result": "return_needed",
                "return_reason_id": reason.id,
            }
        )
        self.assertEqual(order.state, "released", "a return visit has to be planned")
        second = self._create_visit(order, start=MONDAY.replace(day=3))
        self.assertEqual(order.state, "scheduled")
        self._work(second, hours=1.5)
        self.assertEqual(order.state, "done")
        self.assertTrue(order.completed_on)
        self.assertEqual(order.stage_id.state, "done")

    def test_cancelling_frees_the_technician(self):
        order = self._create_order()
        visit = self._create_visit(order)
        order.action_cancel()
        self.assertEqual(visit.state, "cancelled")
        self.assertFalse(visit.booking_ids)
        busy = self._create_order()
        self._create_visit(busy).action_start()
        with self.assertRaisesRegex(ValidationError, "at work"):
            busy.action_cancel()

    def test_only_a_manager_reopens(self):
        order = self._create_order()
        self._work(self._create_visit(order), hours=1.0)
        self.assertEqual(order.state, "done")
        with self.assertRaisesRegex(ValidationError, "Only a service manager"):
            order.with_user(self.dispatcher).action_reopen()
        order.with_user(self.manager).action_reopen()
        self.assertEqual(order.state, "in_progress")

    def test_stages_may_be_renamed_and_deleted(self):
        """Peer 10: the logic hangs on the technical state, not on a record."""
        order = self._create_order()
        stages = self.env["field.service.stage"].search([])
        stages.filtered(lambda stage: stage.state == "done").name = "Finito"
        stages.filtered(lambda stage: stage.state == "scheduled").unlink()
        visit = self._create_visit(order)
        self.assertEqual(order.state, "scheduled")
        self.assertFalse(order.stage_id)
        self._work(visit, hours=1.0)
        self.assertEqual(order.stage_id.name, "Finito")

    def test_copy_starts_clean(self):
        """Peer 13: dates, results and money of the original stay with it."""
        order = self._create_order(
            promised_start=MONDAY, promised_stop=MONDAY, planned_revenue=100.0
        )
        self._work(self._create_visit(order), hours=1.0)
        order._get_analytic_account()
        copy = order.copy()
        self.assertNotEqual(copy.name, order.name)
        self.assertRecordValues(
            copy,
            [
                {
                    "state": "draft",
                    "visit_ids": [],
                    "completed_on": False,
                    "promised_start": False,
                    "planned_revenue": 0.0,
                    "work_hours": 0.0,
                    "analytic_account_id": False,
                }
            ],
        )

    def test_an_order_with_history_is_not_deleted(self):
        order = self._create_order()
        with self.assertRaisesRegex(UserError, "Cancel it instead"):
            order.unlink()
        order.action_cancel()
        order.unlink()
        self.assertFalse(order.exists())

    def test_the_analytic_account_outlives_everything(self):
        order = self._create_order()
        account = order._get_analytic_account()
        self.assertEqual(account, order._get_analytic_account())
        self.assertEqual(account.company_id, self.company)
        with self.assertRaisesRegex(UserError, "history"):
            order.action_cancel()
            order.unlink()

    def test_many_orders_at_once(self):
        orders = self._create_order(release=False) + self._create_order(release=False)
        orders.action_release()
        self.assertEqual(orders.mapped("state"), ["released", "released"])
        orders._ensure_analytic_accounts()
        self.assertEqual(len(orders.analytic_account_id), 2)

    def test_callback_points_to_the_original(self):
        asset = self._create_asset("Boiler")
        order = self._create_order(asset_ids=asset.ids)
        self._work(self._create_visit(order), hours=1.0)
        action = order.action_create_callback()
        callback = self.env["field.service.order"].browse(action["res_id"])
        self.assertEqual(callback.callback_of_id, order)
        self.assertEqual(callback.asset_ids, asset)
        self.assertEqual(callback.state, "draft")
