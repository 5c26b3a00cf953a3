from datetime import timedelta

from odoo import fields, http
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .common_sale import SaleWorkCommon, draw_signature


@tagged("post_install", "-at_install")
class TestQuote(SaleWorkCommon):
    """A work order is quoted, in several options, and what is accepted is kept.

    2 h at 80.00 and 3 filters at 25.00 are 235.00; they cost 2 x 37.50 + 3 x 10.00 =
    105.00.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(site_id=cls.site.id)
        cls._create_part(cls.order, cls.filter, 3.0)
        cls.pump = cls._create_part_product("Pump", lst_price=300.0)
        cls._receive(cls.pump, 2.0, 120.0)

    @classmethod
    def _quote(cls, order=None):
        return (order or cls.order)._get_quotation()

    def _make_better(self):
        """Return a quotation of two options; the better one has a pump and 3 h."""
        sale_order = self._quote()
        sale_order.action_add_service_option()
        good, better = sale_order.service_option_ids
        hours = better.line_ids.filtered(lambda line: line.service_basis == "labour")
        hours.product_uom_qty = 3.0
        self.env["sale.order.line"].create(
            {
                "order_id": sale_order.id,
                "product_id": self.pump.id,
                "sequence": max(better.line_ids.mapped("sequence")) + 1,
            }
        )
        return sale_order, good, better

    # ------------------------------------------------------------------------ quote
    def test_hours_and_parts_are_quoted(self):
        sale_order = self._quote()
        self.assertEqual(
            [
                (line.product_id, line.product_uom_qty, line.price_unit)
                for line in sale_order.order_line
            ],
            [(self.labour_product, 2.0, 80.0), (self.filter, 3.0, 25.0)],
        )
        self.assertEqual(sale_order.order_line.service_order_id, self.order)
        self.assertEqual(sale_order.partner_shipping_id, self.site)
        self.assertEqual(sale_order.amount_untaxed, 235.0)
        self.assertEqual(sale_order.service_margin, 130.0)
        # Asked once more, it is the same one.
        self.assertEqual(self._quote(), sale_order)
        self.assertEqual(self.order.billing_state, "incomplete")

    def test_fixed_price_is_quoted_whole(self):
        """1,200.00 for the whole; what is planned costs 105.00."""
        self.order.pricing_method = "fixed"
        sale_order = self._quote()
        self.assertEqual(sale_order.order_line.service_basis, "finished")
        self.assertEqual(sale_order.amount_untaxed, 1200.0)
        self.assertEqual(sale_order.service_margin, 1095.0)

    def test_fees_and_the_way(self):
        """An hour on the way at 50.00 and a fee of 30.00, which is charged once."""
        fee = self._create_service("Parking", 30.0, uom=False)
        charge = self.env["field.service.charge"].create(
            {"order_id": self.order.id, "kind": "fee", "product_id": fee.id}
        )
        self._create_visit(self.order, travel_before_minutes=60)
        sale_order = self._quote()
        self.assertEqual(sale_order.amount_untaxed, 315.0)
        sale_order.action_confirm()
        line = sale_order.order_line.filtered(lambda line: line.product_id == fee)
        self.assertEqual(charge.sale_line_id, line)
        self.assertEqual(line.qty_delivered, 1.0)

    def test_nothing_to_quote(self):
        order = self._create_order(planned_hours=0.0)
        with self.assertRaisesRegex(UserError, "nothing to quote"):
            self._quote(order)
        self.assertFalse(order.sale_order_ids)

    def test_covered_work_is_not_quoted(self):
        self.order.coverage = "goodwill"
        with self.assertRaisesRegex(UserError, "nothing to quote"):
            self._quote()

    def test_missing_product(self):
        self.company.service_labour_product_id = False
        with self.assertRaisesRegex(UserError, "Labour Product"):
            self._quote()

    def test_done_and_sold_work_is_not_quoted(self):
        self._quote().action_confirm()
        with self.assertRaisesRegex(UserError, "is sold already"):
            self._quote()
        with self.assertRaisesRegex(UserError, "before the work begins"):
            self._quote(self._create_worked_order(1.0))

    def test_who_may_quote(self):
        with self.assertRaises(AccessError):
            self.order.with_user(self.user_technician).action_quote()
        user = self._create_user(
            "seller",
            "sales_team.group_sale_salesman,field_service.group_dispatcher",
        )
        action = self.order.with_user(user).action_quote()
        sale_order = self.env["sale.order"].with_user(user).browse(action["res_id"])
        self.assertEqual(sale_order.amount_untaxed, 235.0)
        sale_order.action_add_service_option()
        # The margin is for those who see costs.
        self.assertNotIn("service_margin", sale_order.fields_get())
        self.assertNotIn("margin", sale_order.service_option_ids.fields_get())
        with self.assertRaises(AccessError):
            sale_order.service_option_ids.mapped("margin")

    # ------------------------------------------------------------------- acceptance
    def test_accepted_figures_are_kept(self):
        sale_order = self._quote()
        sale_order.action_confirm()
        order = self.order
        self.assertEqual(
            (order.quoted_amount, order.quoted_hours, order.planned_revenue),
            (235.0, 2.0, 235.0),
        )
        self.assertEqual(order.part_ids.quoted_qty, 3.0)
        self.assertFalse(sale_order.picking_ids - order.service_picking_ids)
        sale_order.order_line[0].product_uom_qty = 4.0
        self.assertEqual(order.quoted_hours, 2.0)

    def test_quoted_work_is_charged_once(self):
        """3 h at 80.00 and 2 of the 3 filters: 290.00, on the lines quoted."""
        sale_order = self._quote()
        sale_order.action_confirm()
        part = self.order.part_ids
        part.action_use(2.0)
        part.action_release()
        self._do(self.order, 3.0)
        invoice = self._bill(self.order)
        self.assertEqual(self.order.sale_order_ids, sale_order)
        self.assertEqual(invoice.amount_untaxed, 290.0)
        self._assert_income({self.order: 290.0})
        self._assert_no_cogs(invoice)

    # ---------------------------------------------------------------------- options
    def test_options(self):
        """Good 235.00; better 3 x 80.00 + 75.00 + 300.00 = 615.00."""
        sale_order, good, better = self._make_better()
        self.assertEqual(
            sale_order.service_option_ids.mapped("name"), ["Good", "Better"]
        )
        self.assertEqual((good.amount_total, better.amount_total), (235.0, 615.0))
        self.assertEqual(good.margin, 130.0)
        # 3 x 37.50 + 30.00 + 120.00 = 262.50
        self.assertEqual(better.margin, 352.5)
        self.assertEqual(sale_order.amount_untaxed, 615.0)
        good.action_choose()
        self.assertEqual(sale_order.amount_untaxed, 235.0)
        self.assertEqual((good.amount_total, better.amount_total), (235.0, 615.0))
        self.assertEqual((good.is_chosen, better.is_chosen), (True, False))
        shown = sale_order._get_order_lines_to_report()
        self.assertEqual(shown, good.line_ids)

    def test_chosen_option_is_the_baseline(self):
        sale_order, good, better = self._make_better()
        good.action_choose()
        better.action_choose()
        sale_order.action_confirm()
        order = self.order
        self.assertEqual((order.quoted_amount, order.quoted_hours), (615.0, 3.0))
        self.assertEqual(order.planned_hours, 3.0)
        self.assertEqual(order.part_ids.product_id, self.filter | self.pump)
        self.assertEqual(order.part_ids.mapped("quoted_qty"), [3.0, 1.0])
        # What was left out is neither sold nor delivered.
        self.assertFalse(good.line_ids.filtered("qty_to_invoice"))
        self._do(order, 3.0)
        self.assertEqual(
            better.line_ids.filtered(
                lambda line: line.service_basis == "labour"
            ).service_charge_ids.mapped("worked_qty"),
            [3.0],
        )

    def test_options_of_a_confirmed_sale_stay(self):
        sale_order, good, better = self._make_better()
        sale_order.action_confirm()
        with self.assertRaisesRegex(UserError, "not a quotation any more"):
            good.action_choose()
        with self.assertRaisesRegex(UserError, "not a quotation any more"):
            good.unlink()
        self.assertTrue(better.is_chosen)

    def test_an_option_has_to_be_chosen(self):
        sale_order, good, better = self._make_better()
        better.unlink()
        with self.assertRaisesRegex(UserError, "Choose one of the options"):
            sale_order.action_confirm()
        good.action_choose()
        sale_order.action_confirm()
        self.assertEqual(self.order.quoted_amount, 235.0)

    def test_option_of_another_quotation(self):
        __, good, __ = self._make_better()
        other = self._sell((self.flat, 1.0), confirm=False)
        with self.assertRaisesRegex(UserError, "not one of this quotation"):
            other._choose_option(good)

    def test_options_of_what_makes_a_work_order(self):
        """Also of sales that make their work orders: only the choice makes one."""
        sale_order = self._sell((self.flat, 1.0), confirm=False)
        sale_order.action_add_service_option()
        better = sale_order.service_option_id
        better.line_ids.filtered("product_id").price_unit = 650.0
        sale_order.action_confirm()
        order = self._get_work(sale_order)
        self.assertEqual((len(order), order.quoted_amount), (1, 650.0))


@tagged("post_install", "-at_install")
class TestQuotePortal(SaleWorkCommon, HttpCase):
    def test_customer_chooses(self):
        """By the link he was sent; not when it is over, and nobody else's."""
        order = self._create_order(site_id=self.site.id)
        sale_order = order._get_quotation()
        sale_order.action_add_service_option()
        good, better = sale_order.service_option_ids
        better.line_ids.filtered("product_id").product_uom_qty = 5.0
        sale_order.action_quotation_sent()
        sale_order._portal_ensure_token()
        self.authenticate(None, None)
        page = self.url_open(sale_order.get_portal_url())
        self.assertIn("Choose one of these options", page.text)
        self.assertIn("400.00", page.text)
        self.assertIn("160.00", page.text)
        self.assertNotIn("margin", page.text.lower().replace("margin-", ""))
        self._choose(sale_order, good)
        self.assertEqual(sale_order.service_option_id, good)
        self.assertEqual(sale_order.amount_total, 160.0)
        said = "".join(sale_order.message_ids.mapped("body"))
        self.assertIn("has chosen “Good”", said)
        self._choose(sale_order, better, token="wrong")
        self.assertEqual(sale_order.service_option_id, good)
        other = self._sell((self.flat, 1.0), confirm=False)
        other.action_add_service_option()
        self._choose(sale_order, other.service_option_ids[0])
        self.assertEqual(sale_order.service_option_id, good)
        sale_order.validity_date = fields.Date.today() - timedelta(days=1)
        self._choose(sale_order, better)
        self.assertEqual(sale_order.service_option_id, good)
        sale_order.validity_date = False
        self._choose(sale_order, better)
        self.make_jsonrpc_request(
            f"/my/orders/{sale_order.id}/accept",
            {
                "access_token": sale_order.access_token,
                "name": "Mrs. Porter",
                "signature": draw_signature(),
            },
        )
        self.env.invalidate_all()
        self.assertEqual((sale_order.state, order.quoted_amount), ("sale", 400.0))
        self.assertEqual(order.planned_hours, 5.0)
        # What was accepted stays.
        self._choose(sale_order, good)
        self.assertEqual(sale_order.amount_total, 400.0)

    def _choose(self, sale_order, option, token=None):
        """Press the button of an option, as the page does."""
        self.url_open(
            f"/my/orders/{sale_order.id}/service_option/{option.id}",
            data={
                "access_token": token or sale_order.access_token,
                "csrf_token": http.Request.csrf_token(self),
            },
        )
        sale_order.invalidate_recordset()
