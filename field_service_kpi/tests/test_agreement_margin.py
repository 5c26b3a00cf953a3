from datetime import date

from odoo import Command
from odoo.tests import Form, freeze_time, tagged

from .common import FieldServiceKpiCommon


@tagged("post_install", "-at_install")
@freeze_time("2024-06-10 08:00:00")
class TestAgreementMargin(FieldServiceKpiCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner_a.city = "Perth"
        product = cls.env["product.product"].create(
            {
                "name": "Maintenance fee",
                "type": "service",
                "taxes_id": [Command.clear()],
                "property_account_income_id": cls.income.id,
            }
        )
        cls.agreement, cls.other_agreement = cls.env["field.service.agreement"].create(
            [
                {
                    "partner_id": cls.partner_a.id,
                    "date_start": date(2024, 1, 1),
                    "fee_posting": "post",
                    "fee_ids": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "price_unit": price,
                                "interval": "quarter",
                            }
                        )
                    ],
                }
                for price in (333.33, 50.0)
            ]
        )
        (cls.agreement | cls.other_agreement).action_activate()
        cls.order.agreement_id = cls.agreement

    def test_own_account_and_orders_to_the_cent(self):
        agreement = self.agreement
        invoice = agreement._bill_fees(date(2024, 4, 1))
        self.other_agreement._bill_fees(date(2024, 4, 1))
        self._create_entry(
            [
                (self.expense, 120.01, self._share((self.order, 100.0))),
                (self.expense, 80.0, self._share((self.other_order, 100.0))),
                (self.expense, 10.0, self._share((agreement, 100.0))),
            ]
        )
        self._create_invoice(
            "out_invoice", [(45.5, self._share((self.order, 100.0)), None)]
        )
        # 2 x 333.33 = 666.66 of fees less 10.00; 45.50 less 120.01 on the order.
        # Revenue 666.66 + 45.50 = 712.16; margin 656.66 - 74.51 = 582.15.
        self.assertRecordValues(
            agreement,
            [
                {
                    "posted_fees": 656.66,
                    "posted_orders": -74.51,
                    "posted_revenue": 712.16,
                    "posted_cost": 130.01,
                    "posted_margin": 582.15,
                }
            ],
        )
        self.assertEqual(self.other_agreement.posted_margin, 100.0)
        # The fees are on no order, and everything is still explained: 666.66 + 100
        # of fees less 10 of cost.
        self.assertReconciled(off_orders=756.66)
        self.assertFalse(self._findings())
        credit = invoice._reverse_moves()
        credit.action_post()
        agreement.invalidate_recordset()
        self.assertEqual(agreement.posted_margin, -84.51)  # 582.15 - 666.66
        self.assertReconciled(off_orders=90.0)
        self.assertFalse(self._findings())

    def test_sharing_revenue_changes_no_margin(self):
        agreement = self.agreement
        agreement._bill_fees(date(2024, 1, 1))
        self.assertEqual(agreement.posted_margin, 333.33)
        self._create_entry(
            [
                (self.income, 100.0, self._share((agreement, 100.0))),
                (self.income, -100.0, self._share((self.order, 100.0))),
            ]
        )
        agreement.invalidate_recordset()
        self.assertEqual(agreement.posted_margin, 333.33)
        self.assertEqual(
            (agreement.posted_fees, agreement.posted_orders), (233.33, 100.0)
        )
        self.assertReconciled(on_orders=100.0, off_orders=233.33)

    def test_periods_items_and_readers(self):
        agreement = self.agreement
        agreement._bill_fees(date(2024, 4, 1))
        self._create_entry([(self.expense, 20.0, self._share((self.order, 100.0)))])
        self._create_entry(
            [(self.expense, 7.0, self._share((self.other_order, 100.0)))]
        )
        bounded = agreement.with_context(
            service_date_from="2024-06-01", service_date_to="2024-06-30"
        )
        # The fees are invoiced today, in June; the cost is of March.
        self.assertEqual(bounded.posted_margin, 666.66)
        items = self.env["account.move.line"].search(
            agreement.action_open_posted_items()["domain"]
        )
        self.assertEqual(sum(items.mapped("balance")), -646.66)
        self.assertEqual(set(items.mapped("service_agreement_ids")), {agreement})
        action = agreement.action_open_posted_profit()
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(len(rows), 3)
        self.assertEqual(set(rows.mapped("source")), {"agreement", "order"})
        with Form(agreement) as form:
            self.assertEqual(form.posted_margin, 646.66)
        dispatcher = self.env["res.users"].create(
            {
                "name": "Dispatcher",
                "login": "fs_margin_dispatcher",
                "group_ids": [
                    Command.link(self.env.ref("field_service.group_dispatcher").id)
                ],
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
            }
        )
        names = self.env[agreement._name].with_user(dispatcher).fields_get()
        self.assertNotIn("posted_margin", names)
