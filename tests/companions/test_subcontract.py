"""Subcontractors who get a purchase order, which the suite does not need."""

from odoo import Command
from odoo.tests import tagged

from .. import story
from .common import CompanionCommon


@tagged("standard", "post_install", "-at_install")
class TestSubcontract(CompanionCommon):
    def _work(self, setting):
        """Have the vendor's technician work 2 h, at 55.00 an hour as agreed."""
        setting.env["field.service.subcontract.price"].create(
            {
                "vendor_id": self.vendor.id,
                "company_id": setting.company.id,
                "currency_id": setting.company.currency_id.id,
                "date_from": "2020-01-01",
                "price": 55.0,
            }
        )
        technician = setting.env["hr.employee"].create(
            {
                "name": "Vito",
                "company_id": setting.company.id,
                "service_vendor_id": self.vendor.id,
            }
        )
        order = story.create_order(setting, "Subcontracted")
        order.action_release()
        visit = setting.env["field.service.visit"].create(
            {
                "order_id": order.id,
                "technician_id": technician.id,
                "start": story.first_day(),
            }
        )
        story.work(visit, 2.0)
        return order, visit.subcontract_ids

    def test_bill_of_a_purchase_order(self):
        """The line of the purchase order is the visit's: 110.00 once, none is added."""
        for setting in self.settings:
            with self.subTest(company=setting.company.name):
                order, work = self._work(setting)
                service = story.create_service(setting, "Subcontracted work", 0.0)
                service.purchase_method = "purchase"
                share = story.share(order, 100.0)
                purchase = self._create_purchase(
                    setting, service, 2.0, 55.0, analytic_distribution=share
                )
                purchase.button_confirm()
                purchase.action_create_invoice()
                bill = purchase.invoice_ids
                bill.invoice_date = story.first_day().date()
                wizard = setting.env["field.service.bill.wizard"].create(
                    {"move_id": bill.id}
                )
                self.assertEqual(wizard.subcontract_ids, work)
                wizard.action_match()
                self.assertEqual(len(bill.invoice_line_ids), 1)
                self.assertEqual(bill.invoice_line_ids.analytic_distribution, share)
                bill.action_post()
                self.assertEqual((work.state, work.difference), ("billed", 0.0))
                self._assert_figures(order, subcontract=110)
                self._check_books()

    def test_bill_without_purchase_order_credited(self):
        """110.00 by the button, then credited: the order has nothing of it."""
        for setting in self.settings:
            with self.subTest(company=setting.company.name):
                order, work = self._work(setting)
                work.action_create_bill()
                bill = work.bill_id
                day = story.first_day().date()
                bill.invoice_date = day
                bill.invoice_line_ids.tax_ids = [Command.clear()]
                bill.action_post()
                self._assert_figures(order, subcontract=110)
                self._check_books()
                bill._reverse_moves([{"date": day, "invoice_date": day}], cancel=True)
                self.assertEqual(work.state, "open")
                self._assert_figures(order)
                self._check_books()
