from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from odoo.addons.field_service.tests.common_tour import TourCase

from .common import FieldServiceStockCommon


@tagged("post_install", "-at_install")
class TestLoadTour(FieldServiceStockCommon, TourCase, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_van_is_loaded_with_a_scanner(self):
        """Wrong parts are refused, counts survive a reload, the rest stays."""
        stock = self.van.warehouse_id.lot_stock_id
        seal = self._create_part_product("Tour Seal", barcode="TOUR-SEAL")
        pump = self._create_part_product(
            "Tour Pump", barcode="TOUR-PUMP", tracking="serial"
        )
        self._create_part_product("Tour Hose", barcode="TOUR-HOSE")
        self._receive(seal, 5.0, 5.0, location=stock)
        lots = self.env["stock.lot"].create(
            [{"name": f"TOUR-SN{place}", "product_id": pump.id} for place in (1, 2)]
        )
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(
                pump, stock, 1.0, lot_id=lot
            )
        order = self._create_order(release=False)
        for product, quantity in ((seal, 3.0), (pump, 1.0)):
            self._create_part(order, product, quantity, mandatory=True)
        order.action_release()
        noon = fields.Datetime.now().replace(hour=12, minute=0, second=0)
        self._create_visit(order, start=noon + timedelta(days=1))
        load = self.env["field.service.load"]._prepare(self.technician)
        self.start_tour(
            "/odoo/load-van",
            "field_service_load",
            login=self.user_technician.login,
            timeout=120,
        )
        self.assertEqual(load.state, "loaded")
        self.assertEqual(self._get_on_hand(seal, self.van)[0], 3.0)
        self.assertEqual(lots.mapped("location_id"), stock | self.van)
        self.assertEqual(lots[1].location_id, self.van)
        self.assertEqual(len(load.confirmation_ids), 2)
