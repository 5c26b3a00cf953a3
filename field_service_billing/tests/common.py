from datetime import date, timedelta

from odoo import Command, fields

from odoo.addons.field_service.tests.common import MONDAY
from odoo.addons.field_service_stock.tests.common import FieldServiceStockCommon

RATE_DATE = date(2026, 1, 1)


class FieldServiceBillingCommon(FieldServiceStockCommon):
    """Prices and rates: work sells at 80.00, travel at 50.00, a filter at 25.00.

    Tina costs 37.50 an hour, an hour on the road 20.00, in company A. Boris costs
    30.00 in company B, where travel costs nothing.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.labour_product = cls._create_service("Labour", 80.0)
        cls.travel_product = cls._create_service("Travel", 50.0)
        cls.fixed_product = cls._create_service("Installation", 1200.0, uom=False)
        for company in cls.company, cls.company_b:
            company.write(
                {
                    "service_labour_product_id": cls.labour_product.id,
                    "service_travel_product_id": cls.travel_product.id,
                    "service_fixed_product_id": cls.fixed_product.id,
                    "service_absorb_labour": True,
                }
            )
        cls.company.service_travel_rate = 20.0
        cls._create_rate(cls.technician, 37.5)
        cls._create_rate(cls.technician_b, 30.0, company_id=cls.company_b.id)
        cls.clerk = cls._create_user("clerk", "field_service_billing.group_billing")
        # Filters: 10 in the van at 10.00 each.
        cls.filter = cls._create_part_product("Filter", lst_price=25.0)
        cls._receive(cls.filter, 10.0, 10.0)

    # ----------------------------------------------------------------- factories
    @classmethod
    def _create_service(cls, name, price, uom=True, **values):
        """Create a service, sold per hour, without tax, invoiced as delivered."""
        if uom:
            values["uom_id"] = cls.env.ref("uom.product_uom_hour").id
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "service",
                "lst_price": price,
                "invoice_policy": "delivery",
                "taxes_id": [Command.clear()],
                **values,
            }
        )

    @classmethod
    def _create_rate(cls, employee, rate, date_from=RATE_DATE, **values):
        return cls.env["field.service.labour.rate"].create(
            {
                "employee_id": employee.id,
                "rate": rate,
                "date_from": date_from,
                "company_id": cls.company.id,
                **values,
            }
        )

    @classmethod
    def _create_worked_order(cls, hours=2.0, travel=0.0, start=MONDAY, **values):
        """Create an order and work it off in one visit."""
        order = cls._create_order(**values)
        visit = cls._create_visit(order, start=start)
        cls._work(visit, hours, travel)
        return order

    @classmethod
    def _use_part(cls, order, product=None, quantity=2.0):
        """Use a part of the van on an order."""
        part = cls._create_part(order, product or cls.filter, quantity)
        part.action_use()
        return part

    @classmethod
    def _get_event(cls, visit, event_type):
        return visit.event_ids.filtered(
            lambda event: event.type == event_type and not event.correction_of_id
        )[-1:]

    @classmethod
    def _correct_end(cls, visit, hours):
        """Correct the end of the work by some hours."""
        event = cls._get_event(visit, "work_end")
        return event.action_correct(
            event.device_time + timedelta(hours=hours), "Clock was wrong"
        )

    @classmethod
    def _bill(cls, orders, post=True):
        """Invoice orders the way the clerk does."""
        invoices = orders._create_invoices()
        if post:
            cls._post(invoices)
        return invoices

    @classmethod
    def _post(cls, invoices):
        invoices.filtered(
            lambda move: not move.invoice_date
        ).invoice_date = fields.Date.to_date("2026-03-10")
        for company, moves in invoices.grouped("company_id").items():
            moves.with_company(company).action_post()
        return invoices

    @classmethod
    def _create_credit(cls, invoice):
        """Make the draft of a full credit note with Odoo's wizard."""
        wizard = (
            cls.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "date": "2026-03-20"})
        )
        credit = cls.env["account.move"].browse(wizard.refund_moves()["res_id"])
        credit.invoice_date = "2026-03-20"
        return credit

    @classmethod
    def _credit(cls, invoice):
        """Credit an invoice in full and post the credit note."""
        credit = cls._create_credit(invoice)
        credit.action_post()
        return credit

    @classmethod
    def _pay(cls, invoice):
        """Register the payment of an invoice in full."""
        cls.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({}).action_create_payments()

    # ---------------------------------------------------------------- assertions
    def _get_income(self, order):
        """Return the posted income of an order, read from its analytic lines."""
        column = order._get_plan_column()
        lines = self.env["account.analytic.line"].search(
            [
                (column, "=", order._get_analytic_account().id),
                ("move_line_id.parent_state", "=", "posted"),
                ("move_line_id.account_id.account_type", "=", "income"),
            ]
        )
        return order.currency_id.round(sum(lines.mapped("amount")))

    def _assert_income(self, expected):
        """Check the posted income of orders: {order: amount}."""
        found = {order.name: self._get_income(order) for order in expected}
        self.assertEqual(
            found, {order.name: amount for order, amount in expected.items()}
        )

    def _assert_one_order(self, invoice):
        """Check that each line with an amount is on exactly one order, fully."""
        for line in invoice.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        ):
            shares = line._get_service_distribution(line.analytic_distribution or {})
            self.assertEqual(list(shares.values()), [100.0], line.name)

    def _assert_no_cogs(self, invoice):
        self.assertFalse(
            invoice.line_ids.filtered(lambda line: line.display_type == "cogs")
        )

    def _get_charge_figures(self, order):
        """Return (kind, worked, to bill, price, state) of an order's charges."""
        return [
            (
                charge.kind,
                charge.worked_qty,
                charge.quantity,
                charge.price_unit,
                charge.state,
            )
            for charge in order.charge_ids.sorted("id")
        ]
