from odoo import fields
from odoo.tests import tagged

from odoo.addons.field_service.tests.common_tour import TourCase

from .test_parts_use import PartsUseCommon


@tagged("post_install", "-at_install")
class TestPartsTour(PartsUseCommon, TourCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_parts_on_a_phone(self):
        """Tap, scan, warning, offline, refused and put right; each counts once."""
        self.user_technician.tz = "UTC"
        oil = self._create_part_product("Oil", tracking="lot", standard_price=4.0)
        pump = self._create_pump(barcode="40002")
        hose = self._create_part_product("Hose", standard_price=9.0)
        self._create_lot(oil, "L-7", self.van, 5.0)
        self._create_lot(oil, "L-8", self.van, 5.0)
        first = self._create_lot(pump, "PU-1", self.van)
        third = self._create_lot(pump, "PU-3", self.colleague_van)
        self.env["stock.quant"]._update_available_quantity(hose, self.van, 1)
        customer = self._create_partner("Tour Customer")
        order = self._create_order(partner_id=customer.id)
        self.visit.unlink()
        noon = fields.Datetime.now().replace(hour=12, minute=0, second=0)
        visit = self._create_visit(order, start=noon)
        seals = self._create_part(order, self.seal, 3.0)
        self._create_part(order, hose, 1.0)
        order.action_reserve_parts()
        self.start_tour(
            "/odoo/my-day",
            "field_service_my_day_parts",
            login=self.user_technician.login,
            timeout=180,
        )
        self.assertEqual((visit.state, order.state), ("completed", "done"))
        self.assertEqual((seals.used_qty, seals.returned_qty), (11.0, 1.0))
        self.assertEqual(self._get_on_hand(self.seal, self.van), (0.0, 0.0))
        pumps = order.part_ids.filtered(lambda part: part.product_id == pump)
        self.assertEqual(pumps._get_used_lots(), first + third)
        self.assertEqual(sum(pumps.mapped("used_qty")), 2.0)
        self.assertEqual(self._get_on_hand(hose, self.van), (1.0, 0.0))
        # 10 seals at 12.00, 2 litres at 4.00, 2 pumps at 100.00
        self.assertEqual(self._get_cost(order), 328.0)

    def test_what_goes_in_and_what_out_is_said_on_a_phone(self):
        """One pump in place of the old one, which comes back; one on its own."""
        self.user_technician.tz = "UTC"
        pump = self._create_pump()
        old_lot = self._create_lot(pump, "PU-0")
        first = self._create_lot(pump, "PU-1", self.van)
        second = self._create_lot(pump, "PU-2", self.van)
        customer = self._create_partner("Tour Customer")
        boiler = self._create_asset("Boiler", partner_id=customer.id)
        old = self._create_asset(
            "Old pump",
            partner_id=customer.id,
            parent_id=boiler.id,
            product_id=pump.id,
            lot_id=old_lot.id,
        )
        order = self._create_order(partner_id=customer.id, asset_ids=boiler.ids)
        self.visit.unlink()
        noon = fields.Datetime.now().replace(hour=12, minute=0, second=0)
        self._create_visit(order, start=noon)
        self._create_part(order, pump)
        self.start_tour(
            "/odoo/my-day",
            "field_service_my_day_units",
            login=self.user_technician.login,
            timeout=120,
        )
        self.assertTrue(old.removed_on)
        units = self.env["field.service.asset"].search(
            [("lot_id", "in", (first + second).ids)], order="serial"
        )
        self.assertEqual(units.mapped("serial"), ["PU-1", "PU-2"])
        self.assertEqual(units[0].parent_id, boiler)
        self.assertEqual(units[0].installation_ids.replaces_id, old)
        self.assertFalse(units[1].parent_id)
        # It is in our stock, and stays the customer's.
        quant = old_lot.quant_ids.filtered(lambda quant: quant.quantity > 0)
        self.assertEqual(quant.location_id.usage, "internal")
        self.assertEqual(quant.owner_id, customer)

    def test_which_part_was_missing_is_said_on_a_phone(self):
        """Asked where the visit has just ended, also without a network."""
        self.user_technician.tz = "UTC"
        hose = self._create_part_product("Hose", standard_price=9.0)
        gasket = self._create_part_product("Gasket", standard_price=2.0)
        self.env["field.service.reason"].create(
            {"name": "Tour Part", "kind": "return", "missing_part": True}
        )
        order = self._create_order(partner_id=self._create_partner("Tour Customer").id)
        self.visit.unlink()
        noon = fields.Datetime.now().replace(hour=12, minute=0, second=0)
        visit = self._create_visit(order, start=noon)
        self._create_part(order, hose, 1.0)
        self._create_part(order, self.seal, 1.0)
        self.start_tour(
            "/odoo/my-day",
            "field_service_my_day_missing_part",
            login=self.user_technician.login,
            timeout=120,
        )
        self.assertEqual((visit.state, visit.result), ("completed", "return_needed"))
        self.assertEqual(visit.missing_product_id, gasket)
        planned = order.part_ids.filtered(lambda part: part.product_id == gasket)
        self.assertEqual((planned.source, planned.mandatory), ("technician", True))
        self.assertEqual(len(order.part_ids), 3)
