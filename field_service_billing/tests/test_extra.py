from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .common_sale import SaleWorkCommon, draw_signature


class ExtraCommon(SaleWorkCommon):
    """A tap at 119.00 including 19 %, filters at 25.00 and hours at 80.00 on site."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tap = cls._create_service(
            "Second tap",
            119.0,
            uom=False,
            taxes_id=cls._create_included_tax().ids,
            service_on_site=True,
        )
        cls.filter.service_on_site = True
        cls.labour_product.service_on_site = True
        cls.user_technician.tz = "UTC"

    @classmethod
    def _start_work(cls, order):
        visit = cls._create_visit(order, start=datetime.now() - timedelta(hours=2))
        visit.register_event("work_start", visit.start)
        return visit

    def _report(self, visit, product, total, key=None, **values):
        """Send what the customer has said; return (status, message)."""
        payload = {
            "product_id": product.id,
            "quantity": 1.0,
            "total": total,
            "signature": draw_signature(),
            "signed_by": "Mrs. Porter",
            **values,
        }
        action = {
            "key": key or f"{product.id}-{total}-{payload['quantity']}",
            "kind": "extra",
            "visit_id": visit.id,
            "device_time": fields.Datetime.to_string(fields.Datetime.now()),
            "payload": payload,
        }
        phone = self.env["field.service.my.day"].with_user(self.user_technician)
        [result] = phone.apply_actions([action])["results"]
        self.env.invalidate_all()
        return result["status"], result["message"]

    def _finish(self, visit):
        visit.register_event("work_end", fields.Datetime.now(), result="solved")


@tagged("post_install", "-at_install")
class TestExtra(ExtraCommon):
    def test_signed_work_is_on_a_sales_order(self):
        """119.00 shown, 100.00 and 19.00 tax billed, beside 2 h at 80.00."""
        order = self._create_order()
        visit = self._start_work(order)
        self.assertEqual(self._report(visit, self.tap, 119.0), ("done", ""))
        extra = order.extra_ids
        self.assertEqual((extra.state, extra.signed_by), ("accepted", "Mrs. Porter"))
        self.assertTrue(extra.signature)
        sale_order = extra.sale_line_id.order_id
        self.assertEqual((sale_order.state, sale_order.amount_total), ("sale", 119.0))
        self.assertEqual(sale_order.signed_by, "Mrs. Porter")
        self.assertTrue(sale_order.signature)
        self.assertEqual(extra.sale_line_id.qty_delivered, 0.0)
        self._finish(visit)
        self.assertEqual(order.state, "done")
        invoice = self._bill(order)
        self.assertEqual(invoice.amount_untaxed, 260.0)
        self.assertEqual(invoice.amount_total, 279.0)
        self._assert_income({order: 260.0})

    def test_sent_twice_it_is_sold_once(self):
        order = self._create_order()
        visit = self._start_work(order)
        self._report(visit, self.tap, 119.0, key="once")
        status, __ = self._report(visit, self.tap, 119.0, key="once")
        self.assertEqual(status, "duplicate")
        self.assertEqual(len(order.extra_ids), 1)
        self.assertEqual(order.sale_order_ids.amount_total, 119.0)

    def test_on_the_sales_order_of_the_work(self):
        """500.00 for the whole and the tap at 100.00; the price stays for the whole."""
        sale_order = self._sell((self.flat, 1.0))
        order = self._get_work(sale_order)
        order.action_release()
        visit = self._start_work(order)
        self._report(visit, self.tap, 119.0)
        self.assertEqual(order.sale_order_ids, sale_order)
        self.assertEqual((order.quoted_amount, order.planned_revenue), (500.0, 600.0))
        self._finish(visit)
        self.assertEqual(self._bill(order).amount_untaxed, 600.0)

    def test_hours_beside_a_price_for_the_whole(self):
        """Signed: 1 h at 80.00. Worked: 2 h in all, which the price pays for."""
        sale_order = self._sell((self.flat, 1.0))
        order = self._get_work(sale_order)
        order.action_release()
        visit = self._start_work(order)
        self._report(visit, self.labour_product, 80.0)
        self._finish(visit)
        self.assertEqual(self._bill(order).amount_untaxed, 580.0)

    def test_hours_beside_hours_are_those_worked(self):
        """Signed: 1 h more. Worked: 2 h in all, billed once at 80.00."""
        order = self._create_order()
        visit = self._start_work(order)
        self._report(visit, self.labour_product, 80.0)
        self._finish(visit)
        self.assertEqual(self._bill(order).amount_untaxed, 160.0)

    def test_parts_beside_a_fixed_price(self):
        """1,200.00 agreed, two filters signed at 50.00: 1,250.00; cost 20.00 once."""
        order = self._create_order(pricing_method="fixed")
        visit = self._start_work(order)
        self._report(visit, self.filter, 50.0, quantity=2.0)
        part = order.part_ids
        self.assertEqual((part.product_id, part.quantity), (self.filter, 2.0))
        part.location_id = self.van
        part.action_use()
        self._finish(visit)
        invoices = self._bill(order)
        self.assertEqual(sum(invoices.mapped("amount_untaxed")), 1250.0)
        self._assert_no_cogs(invoices)
        self._assert_income({order: 1250.0})

    def test_declined_is_recorded(self):
        order = self._create_order()
        visit = self._start_work(order)
        answer = self._report(
            visit, self.tap, 119.0, declined=True, reason="Too dear", signature=False
        )
        self.assertEqual(answer, ("done", ""))
        extra = order.extra_ids
        self.assertEqual((extra.state, extra.decline_reason), ("declined", "Too dear"))
        self.assertEqual(extra.amount_total, 119.0)
        self.assertFalse(order.sale_order_ids)

    def test_without_a_signature(self):
        order = self._create_order()
        visit = self._start_work(order)
        status, message = self._report(visit, self.tap, 119.0, signature="")
        self.assertEqual(status, "refused")
        self.assertIn("has to sign", message)
        status, message = self._report(visit, self.tap, 119.0, quantity=-1.0)
        self.assertEqual((status, order.extra_ids.ids), ("refused", []))

    def test_what_is_not_sold_on_site(self):
        order = self._create_order()
        visit = self._start_work(order)
        status, message = self._report(visit, self.flat, 500.0)
        self.assertEqual(status, "refused")
        self.assertIn("not sold on site", message)

    def test_price_changed_since(self):
        """The signature is not lost: the office decides."""
        order = self._create_order()
        visit = self._start_work(order)
        self.tap.lst_price = 238.0
        status, message = self._report(visit, self.tap, 119.0)
        self.assertEqual(status, "done")
        self.assertIn("office", message)
        extra = order.extra_ids
        self.assertEqual(extra.state, "check")
        self.assertIn("238.00", extra.problem)
        self.assertTrue(extra.signature and extra.activity_ids)
        self.assertFalse(order.sale_order_ids)
        extra.with_user(self.clerk).action_accept()
        self.assertEqual(extra.state, "accepted")
        self.assertEqual(order.sale_order_ids.amount_total, 238.0)

    def test_locked_sales_order(self):
        """A sales order that is locked stays as it is: there is a second one."""
        sale_order = self._sell((self.flat, 1.0))
        sale_order.action_lock()
        order = self._get_work(sale_order)
        order.action_release()
        visit = self._start_work(order)
        self._report(visit, self.tap, 119.0)
        self.assertEqual(sale_order.amount_total, 500.0)
        self.assertEqual(len(order.sale_order_ids), 2)
        self._finish(visit)
        invoices = self._bill(order)
        self.assertEqual(sum(invoices.mapped("amount_untaxed")), 600.0)

    def test_evidence_is_not_edited(self):
        order = self._create_order()
        self._report(self._start_work(order), self.tap, 119.0)
        with self.assertRaisesRegex(UserError, "is not edited"):
            order.extra_ids.with_user(self.clerk).amount_total = 1.0
        with self.assertRaisesRegex(UserError, "stays"):
            order.extra_ids.unlink()

    def test_who_sees_it(self):
        order = self._create_order()
        visit = self._start_work(order)
        self._report(visit, self.tap, 119.0)
        extra = order.extra_ids
        for user in self.user_technician, self.dispatcher:
            with self.assertRaises(AccessError):
                extra.with_user(user).read(["amount_total"])
        self.assertEqual(extra.with_user(self.manager).amount_total, 119.0)
        stranger = self._create_user("b", "field_service_billing.group_billing")
        stranger.write(
            {"company_ids": self.company_b.ids, "company_id": self.company_b.id}
        )
        with self.assertRaises(AccessError):
            extra.with_user(stranger).read(["amount_total"])

    def test_page_of_the_phone(self):
        """Prices with tax, no costs; in the currency of the customer."""
        order = self._create_order()
        visit = self._start_work(order)
        phone = self.env["field.service.my.day"].with_user(self.user_technician)
        [page] = phone.get_visit_page(visit.id)["visits"]
        prices = {item["name"]: item["price"] for item in page["extras"]["catalog"]}
        self.assertEqual(prices["Second tap"], 119.0)
        self.assertEqual(prices["Filter"], 25.0)
        self.assertEqual(page["extras"]["currency_id"], order.billing_currency_id.id)
        self.assertEqual(phone.get_extra_price(visit.id, self.tap.id, 2), 238.0)
        other = self._create_visit(self._create_order(company_id=self.company_b.id))
        with self.assertRaisesRegex(UserError, "not yours"):
            phone.get_extra_price(other.id, self.tap.id, 2)


@tagged("post_install", "-at_install")
class TestExtraTour(ExtraCommon, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # As in the other tours: packages of Odoo leave this file out.
        cls.env["ir.asset"].create(
            {
                "name": "No background blur",
                "bundle": "web.assets_backend",
                "directive": "remove",
                "path": "mail/static/lib/selfie_segmentation/selfie_segmentation.js",
            }
        )

    def test_offered_signed_and_declined(self):
        """Two taps are signed at 238.00, a filter is declined."""
        order = self._create_order()
        self._start_work(order)
        self.start_tour(
            "/odoo/my-day",
            "field_service_extra",
            login=self.user_technician.login,
            timeout=120,
        )
        self.env.invalidate_all()
        declined, accepted = order.extra_ids
        self.assertEqual(
            (accepted.product_id, accepted.quantity, accepted.amount_total),
            (self.tap, 2.0, 238.0),
        )
        self.assertEqual(accepted.state, "accepted")
        self.assertEqual(accepted.sale_line_id.price_total, 238.0)
        self.assertEqual(
            (declined.state, declined.decline_reason), ("declined", "Not now")
        )
