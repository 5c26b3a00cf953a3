from datetime import date

from odoo import Command
from odoo.tests import tagged

from odoo.addons.field_service.tests.common import MONDAY

from ..measure import Scope
from .money_common import FieldServiceMoneyCommon

LAST = date(2026, 3, 31)


@tagged("post_install", "-at_install")
class TestKpiCash(FieldServiceMoneyCommon):
    """The repair (235.00, done on the 2nd) and the loss (100.00, the 6th) are on one
    invoice of the 10th: 335.00. ``quick`` (160.00) was done on the 16th.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(cls.repair | cls.loss)
        cls.quick = cls._do("quick", 2.0, day=16)

    def _pay_part(self, invoice, amount, day):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"amount": amount, "payment_date": day}).action_create_payments()

    def _rows(self, invoice):
        return self.env["field.service.invoice.report"].search(
            [("move_id", "=", invoice.id)], order="id"
        )

    def assertCash(self, code, value, cases=None, **scope):
        self.assertKpi(code, value, cases, **{"date_to": LAST, **scope})

    def test_lag(self):
        """8 and 4 days, and the quick one the next day: mean 13 / 3, median 4."""
        self.assertCash("C1", 6.0, cases=2)
        self.assertCash("C1-M", 6.0, cases=2)
        self._invoice(self.quick, "2026-03-17")
        self.assertCash("C1", 13.0 / 3.0, cases=3)
        self.assertCash("C1-M", 4.0, cases=3)
        self.assertCash("C1-S", 1.0 / 3.0, cases=3)
        # A second invoice of the repair is not late: it is not the first.
        self._create_invoice(self.repair, self.fixed_product, 1.0, 10.0)
        self.assertCash("C1", 13.0 / 3.0, cases=3)

    def test_lag_of_many_companies_has_no_median(self):
        self._invoice(self.foreign)  # done on the 2nd: 8 days
        both = self.company | self.company_b
        currency = self.company.currency_id
        self.assertIsNone(self._value("C1-M", both, currency, date_to=LAST))
        # (8 + 4 + 8) / 3
        mean = self._value("C1", both, currency, date_to=LAST)
        self.assertAlmostEqual(mean.value, 20.0 / 3.0)

    def test_billed_before_the_work(self):
        order = self._create_order()
        self._create_invoice(order, self.fixed_product, 1.0, 50.0)  # on the 10th
        self._work(self._create_visit(order, MONDAY.replace(day=20)), 1.0)
        order.completed_on = "2026-03-20 10:00:00"
        self.assertCash("C1", 12.0 / 3.0, cases=3)

    def test_unbilled_work(self):
        """335.00 until the invoice; then the quick one, and 3 h (240.00) more."""
        self.assertCash("C2", 335.0, cases=4, date_to=date(2026, 3, 9))
        self.assertCash("C2", 160.0, cases=1)
        order = self._create_order()
        self._work(self._create_visit(order, MONDAY.replace(day=23)), 3.0)
        order.completed_on = MONDAY.replace(day=23)
        self.assertCash("C2", 400.0, cases=2)
        # Month by month: nothing was recorded before March.
        values = self._value("C2", interval="month", date_from=date(2026, 1, 1))
        found = {key[2].month: value.value for key, value in values.items()}
        self.assertEqual((found[3], found[4]), (400.0, 400.0))
        self.assertNotIn(2, found)
        # The list is what the figure is the sum of.
        kpi = self.env["field.service.kpi"].search([("code", "=", "C2")])
        action = kpi.action_open_cases(Scope(self.company, LAST, LAST))
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(sum(rows.mapped("unbilled")), 400.0)
        self.assertEqual(set(rows.mapped("age")), {"3"})

    def test_completed_unbilled_work(self):
        """160.00 of the quick one, of 335.00 revenue in 31 days."""
        self.assertCash("C2-D", 160.0 / 335.0 * 31)
        # On the 12th all that was completed was invoiced.
        self.assertCash("C2-D", 0.0, date_to=date(2026, 3, 12))

    def test_payments(self):
        """100.00 the same day, 35.00 after a week, 20.00 after eight days."""
        self._pay_part(self.invoice, 100.0, "2026-03-10")
        self._pay_part(self.invoice, 35.0, "2026-03-17")
        self._pay_part(self.invoice, 20.0, "2026-03-18")
        self.assertCash("C4", 135.0 / 335.0, cases=1)
        self.assertCash("C5", 100.0 / 335.0)
        # 180.00 are owed on the last of 31 days.
        self.assertCash("C3", 180.0 / 335.0 * 31, cases=1)
        self.assertCash("C3", 200.0 / 335.0 * 17, date_to=date(2026, 3, 17))
        repair, loss = self._rows(self.invoice)
        self.assertEqual((repair.total, loss.total), (235.0, 100.0))
        # 155.00 x 235 / 335 = 108.73, and the rest.
        self.assertEqual((repair.paid, loss.paid), (108.73, 46.27))
        self.assertEqual((repair.open_amount, loss.open_amount), (126.27, 53.73))
        self.assertIsNone(self._value("C7", date_to=LAST).value)
        self._pay_part(self.invoice, 180.0, "2026-03-30")
        # From the first cost: 2 March and 5 March.
        self.assertCash("C7", (28.0 + 25.0) / 2, cases=2)

    def test_company_customers_do_not_pay_on_site(self):
        self.partner.is_company = True
        self._pay_part(self.invoice, 100.0, "2026-03-10")
        found = self._value("C5", date_to=LAST)
        self.assertIsNone(found and found.value)

    def test_credit_note(self):
        """Credited after three days: one of two invoices, and nothing collected."""
        quick = self._invoice(self.quick, "2026-03-17")
        credit = self._credit(quick)
        self.assertCash("C6", 1.0 / 2.0, cases=2)
        [row] = self._rows(credit)
        self.assertEqual((row.total, row.order_id), (-160.0, self.quick))
        terms = (quick | credit).line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        if not any(terms.mapped("reconciled")):
            terms.reconcile()
        [row] = self._rows(quick)
        self.assertEqual((row.total, row.paid, row.open_amount), (160.0, 0.0, 0.0))
        self._pay_part(self.invoice, 135.0, "2026-03-12")
        # 335.00 + 160.00 - 160.00 invoiced.
        self.assertCash("C4", 135.0 / 335.0, cases=2)
        self.assertCash("C3", 200.0 / 335.0 * 31)

    def test_late_credit_note_is_no_defect(self):
        credit = self._create_credit(self.invoice)
        credit.invoice_date = "2026-03-25"
        credit.action_post()
        self.assertCash("C6", 0.0, cases=1)

    def test_rows_add_up_to_the_invoice(self):
        """100.00 plus 7 % on three orders and nobody's 11.11: to the cent."""
        tax = self.env["account.tax"].create(
            {"name": "7 %", "amount": 7.0, "company_id": self.company.id}
        )
        orders = (self.repair, self.loss, self.quick)
        shares = {
            str(order._get_analytic_account().id): share
            for order, share in zip(orders, (33.33, 33.33, 33.34), strict=True)
        }
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_date": "2026-03-11",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": name,
                            "price_unit": price,
                            "analytic_distribution": distribution,
                            "tax_ids": [Command.set(tax.ids)],
                        }
                    )
                    for name, price, distribution in (
                        ("Work", 100.0, shares),
                        ("Coffee", 11.11, False),
                    )
                ],
            }
        )
        invoice.action_post()
        rows = self._rows(invoice)
        # 118.89 = 111.11 x 1.07, rounded. Up to each order: 33.33, 66.66, 100.00.
        self.assertEqual(invoice.amount_total, 118.89)
        self.assertEqual(len(rows), 4)
        by_order = {row.order_id: row.total for row in rows}
        # 118.89 x 33.33 / 111.11 = 35.66, 71.33 - 35.66, 107.00 - 71.33, 11.89.
        self.assertEqual([by_order[order] for order in orders], [35.66, 35.67, 35.67])
        self.assertEqual(by_order[self.env["field.service.order"]], 11.89)
        self._pay_part(invoice, 50.0, "2026-03-11")
        rows.invalidate_recordset()
        self.assertAlmostEqual(sum(rows.mapped("paid")), 50.0)
        self.assertAlmostEqual(sum(rows.mapped("open_amount")), 68.89)
        # An invoice that touches no order is not there.
        other = self._create_invoice(
            self.repair, self.fixed_product, 1.0, 9.0, distribute=False
        )
        self.assertFalse(self._rows(other))

    def test_foreign_currency(self):
        """100.00 EUR are 200.00 USD; paid when they are 125.00: paid all the same."""
        euro = self.company_b.currency_id
        self.env["res.currency.rate"].search([]).unlink()
        euro.rate_ids = [
            Command.create({"name": "2026-01-01", "rate": 0.5}),
            Command.create({"name": "2026-03-15", "rate": 0.8}),
        ]
        invoice = self._create_invoice(self.quick, self.fixed_product, 1.0, 100.0)
        invoice.button_draft()
        invoice.currency_id = euro
        invoice.invoice_line_ids.price_unit = 100.0
        invoice.action_post()
        [row] = self._rows(invoice)
        self.assertEqual((row.total, row.open_amount), (200.0, 200.0))
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"payment_date": "2026-03-16"}).action_create_payments()
        row.invalidate_recordset()
        self.assertEqual((row.total, row.paid, row.open_amount), (200.0, 200.0, 0.0))
        # 200.00 of 335.00 + 200.00.
        self.assertCash("C4", 200.0 / 535.0, cases=2)

    def test_second_company(self):
        invoice = self._invoice(self.foreign)
        self._pay_part(invoice, 60.0, "2026-03-12")
        self.assertCash("C4", 60.0 / 240.0, cases=1, company=self.company_b)
        self.assertCash("C1", 8.0, cases=1, company=self.company_b)
        self.assertCash("C4", 0.0, cases=1)

    def test_who_sees_invoices(self):
        report = self.env["field.service.invoice.report"]
        for user in (self.clerk, self.manager):
            self.assertTrue(report.with_user(user).search([]))
            self.assertEqual(report.with_user(user).search([]).company_id, self.company)
        self.assertFalse(report.with_user(self.user_technician).has_access("read"))
