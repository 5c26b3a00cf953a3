"""Purchases on the margin ladder."""

from odoo import Command
from odoo.tests import tagged

from .common import CompanionCommon


@tagged("standard", "post_install", "-at_install")
class TestLadder(CompanionCommon):
    def _create_order(self, setting):
        order = setting.env["field.service.order"].create(
            {
                "company_id": setting.company.id,
                "partner_id": setting.customer.id,
                "job_type_id": setting.job_type.id,
            }
        )
        order._ensure_analytic_accounts()
        return order

    def _get_rungs(self, order, kind):
        self.env.flush_all()
        self.env.invalidate_all()
        ladder = order._get_margin_ladder()[order]
        return [ladder[rung][kind] for rung in ("committed", "accrued", "posted")]

    def test_service_of_a_vendor(self):
        """3 x 50.00 ordered, half of it for another order; 2 received, 1 billed."""
        for setting in self.settings:
            order, other = self._create_order(setting), self._create_order(setting)
            crane = setting.env["product.product"].create(
                {"name": "Crane", "type": "service", "purchase_method": "receive"}
            )
            shares = {str(one.analytic_account_id.id): 50.0 for one in (order, other)}
            purchase = self._create_purchase(
                setting, crane, 3.0, 50.0, analytic_distribution=shares
            )
            self.assertEqual(self._get_rungs(order, "subcontract"), [0.0, 0.0, 0.0])
            purchase.button_confirm()
            self.assertEqual(self._get_rungs(order, "subcontract"), [75.0, 0.0, 0.0])
            purchase.order_line.qty_received = 1.0
            self.assertEqual(self._get_rungs(order, "subcontract"), [50.0, 25.0, 0.0])
            self._bill(purchase)
            purchase.order_line.qty_received = 2.0
            for one in (order, other):
                self.assertEqual(
                    self._get_rungs(one, "subcontract"), [25.0, 25.0, 25.0]
                )
            action = order.action_open_ladder("committed", "subcontract")
            line = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(line.amount, 25.0)
            self.assertEqual(line.action_open_source()["res_id"], purchase.id)

    def test_parts_for_stock_cost_when_they_are_used(self):
        """4 seals at 12.00 are bought for a part: they are there once, as the part."""
        setting = self.aurora
        product = self._create_bought(setting)
        product.standard_price = 12.0
        order, __ = self._demand(setting, product, 4.0)
        order._ensure_analytic_accounts()
        line = self._get_purchase_line(product)
        line.analytic_distribution = {str(order.analytic_account_id.id): 100.0}
        if line.order_id.state == "draft":
            line.order_id.button_confirm()
        self.assertEqual(self._get_rungs(order, "parts"), [48.0, 0.0, 0.0])

    def test_other_currency(self):
        """A purchase of 1 x 80.00 in a currency of which 2 make one of the company."""
        setting = self.aurora
        order = self._create_order(setting)
        currency = self.env["res.currency"].create(
            {
                "name": "LDR",
                "symbol": "L",
                "rate_ids": [
                    Command.create(
                        {
                            "name": "2020-01-01",
                            "rate": 2.0,
                            "company_id": setting.company.id,
                        }
                    )
                ],
            }
        )
        crane = setting.env["product.product"].create(
            {"name": "Crane", "type": "service"}
        )
        purchase = self._create_purchase(
            setting,
            crane,
            1.0,
            80.0,
            analytic_distribution={str(order.analytic_account_id.id): 100.0},
        )
        purchase.currency_id = currency
        purchase.order_line.price_unit = 80.0
        purchase.button_confirm()
        self.assertEqual(self._get_rungs(order, "subcontract"), [40.0, 0.0, 0.0])
