"""Two taps, two phones, one receipt: cash is booked once and counted once."""

from odoo import Command, api, fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .races import RaceCase


@tagged("standard", "post_install", "-at_install")
class TestConcurrencyCash(RaceCase):
    """A fixed price of 100.00 without tax, invoiced and cashed in by one technician."""

    @classmethod
    def _prepare(cls, env):
        ids = super()._prepare(env)
        company = env["res.company"].browse(ids["company"])
        env = api.Environment(
            env.cr, env.uid, {"allowed_company_ids": [ids["company"]]}
        )
        company.service_onsite_invoice = "post"
        product = env["product.product"].create(
            {
                "name": f"Service {cls.mark}",
                "type": "service",
                "invoice_policy": "delivery",
                "taxes_id": [Command.clear()],
                "company_id": company.id,
            }
        )
        company.service_fixed_product_id = product
        technician = env["hr.employee"].browse(ids["technician"])
        technician.action_create_cash_journals()
        user = new_test_user(
            env,
            login=f"race_{cls.mark}",
            groups="field_service.group_technician",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        technician.user_id = user
        job_type = env["field.service.job.type"].browse(ids["job_type"])
        job_type.pricing_method = "fixed"
        return {
            **ids,
            "user": user.id,
            "product": product.id,
            "box": technician.service_cash_journal_id.id,
        }

    @classmethod
    def _clean(cls, env):
        company = cls.ids["company"]
        orders = env["field.service.order"].search([("company_id", "=", company)])
        env.cr.execute(
            """DELETE FROM account_partial_reconcile WHERE company_id = %(company)s;
               DELETE FROM account_analytic_line WHERE company_id = %(company)s;
               UPDATE account_move SET origin_payment_id = NULL
                WHERE company_id = %(company)s;
               DELETE FROM account_payment WHERE company_id = %(company)s;
               DELETE FROM field_service_charge WHERE company_id = %(company)s;
               DELETE FROM account_move_line WHERE company_id = %(company)s;
               DELETE FROM account_move WHERE company_id = %(company)s;
               DELETE FROM sale_order_line WHERE company_id = %(company)s;
               DELETE FROM sale_order WHERE company_id = %(company)s;
               DELETE FROM field_service_cash_count WHERE company_id = %(company)s;
               DELETE FROM field_service_phone_action WHERE company_id = %(company)s;
            """,
            {"company": company},
        )
        env.invalidate_all()
        env["res.users"].browse(cls.ids["user"]).active = False
        orders.job_type_id.pricing_method = "time_material"
        super()._clean(env)

    # ------------------------------------------------------------------ fixture
    def _create_finished(self, env):
        """Create a finished order of 100.00 and return its visit."""
        order = self._create_order(env, fixed_price=100.0, pricing_method="fixed")
        visit = env["field.service.visit"].create(
            {
                "order_id": order.id,
                "technician_id": self.ids["technician"],
                "start": "2026-03-02 08:00:00",
                "stop": "2026-03-02 09:00:00",
                "state": "planned",
            }
        )
        for event in ("arrived", "work_start", "work_end"):
            visit.register_event(event, result="solved")
        return visit.id

    def _tap(self, env, visit_id, kind, key, **payload):
        """Send what the phone sends, as the technician."""
        phone = env["field.service.my.day"].with_user(self.ids["user"])
        action = {
            "key": key,
            "kind": kind,
            "visit_id": visit_id,
            "device_time": fields.Datetime.to_string(fields.Datetime.now()),
            "payload": payload,
        }
        [result] = phone.apply_actions([action])["results"]
        return result["status"], result["message"]

    def _get_figures(self, env, visit_id):
        order = env["field.service.visit"].browse(visit_id).order_id
        box = env["account.journal"].browse(self.ids["box"])
        invoices = order.invoice_ids
        return (
            len(invoices),
            sum(invoices.mapped("amount_residual")),
            box._get_service_cash_balance(),
        )

    @mute_logger("odoo.sql_db", "odoo.service.model", "odoo.http")
    def test_two_taps_make_one_payment(self):
        visit = self._commit(self._create_finished)
        # The invoice: two phones of the same technician, one after the other's answer.
        answers = self._race(
            2, lambda env, index: self._tap(env, visit, "invoice", f"i{index}")
        )
        self.assertEqual([status for status, _text in answers], ["done", "done"])
        self.assertEqual(self._commit(lambda env: self._get_figures(env, visit))[0], 1)
        invoice = self._commit(
            lambda env: env["field.service.visit"].browse(visit).order_id.invoice_ids.id
        )
        cash = {"invoice_id": invoice, "amount": 60.0, "received": 60.0}
        # The same report twice, and the same receipt under another key.
        keys = ("one", "one", "two")
        answers = self._race(
            3,
            lambda env, index: self._tap(
                env, visit, "cash", keys[index], receipt=self.mark, **cash
            ),
        )
        self.assertNotIn("refused", [status for status, _text in answers], answers)
        figures = self._commit(lambda env: self._get_figures(env, visit))
        self.assertEqual(figures, (1, 40.0, 60.0))
        # Two different receipts of 40.00, where 40.00 are left.
        rest = {**cash, "amount": 40.0, "received": 40.0}
        answers = self._race(
            2,
            lambda env, index: self._tap(
                env, visit, "cash", f"r{index}", receipt=f"{self.mark}{index}", **rest
            ),
        )
        self.assertEqual(
            sorted(status for status, _text in answers), ["done", "refused"]
        )
        self.assertIn("paid already", " ".join(text for _status, text in answers))
        figures = self._commit(lambda env: self._get_figures(env, visit))
        self.assertEqual(figures, (1, 0.0, 100.0))
        self._count()

    def _count(self):
        """Two people confirm one count of 95.00: 5.00 are lost once."""

        def create(env):
            return (
                env["field.service.cash.count"]
                .create(
                    {
                        "company_id": self.ids["company"],
                        "employee_id": self.ids["technician"],
                        "counted_amount": 95.0,
                        "handover_amount": 0.0,
                        "explanation": "A coin was lost",
                    }
                )
                .id
            )

        def confirm(env, _index):
            try:
                return env["field.service.cash.count"].browse(count).action_confirm()
            except UserError as error:
                return str(error)

        count = self._commit(create)
        answers = self._race(2, confirm)
        self.assertEqual(answers.count(True), 1, answers)
        box = self._commit(
            lambda env: env["account.journal"]
            .browse(self.ids["box"])
            ._get_service_cash_balance()
        )
        self.assertEqual(box, 95.0)
