from datetime import timedelta

from odoo import fields

from .common import FieldServiceStockCommon


class ReplenishmentCommon(FieldServiceStockCommon):
    """A warehouse with parts, a van with a past, and a visit in three days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now()
        cls.warehouse = cls.van.warehouse_id
        cls.stock = cls.warehouse.lot_stock_id
        cls.lines = cls.env["field.service.replenishment"]
        cls.company.write(
            {
                "service_replenish_days": 7,
                "service_fill_rate": 0.95,
                "service_use_history_days": 365,
                "service_slow_days": 120,
            }
        )
        cls.product = cls._create_part_product("Seal")
        cls.order = cls._create_order(release=False)
        cls.visit = cls._create_visit(cls.order, start=cls.now + timedelta(days=3))

    def _ago(self, moves, days):
        """Let done moves have happened some days ago."""
        moves.write({"date": self.now - timedelta(days=days)})

    def _use_unplanned(self, product, quantity, days, location=None, **values):
        """Use a part that nobody planned, some days ago."""
        part = self._create_part(
            self.order,
            product,
            quantity,
            source="technician",
            location_id=(location or self.van).id,
            **values,
        )
        part._use(quantity)
        done = part.move_ids.filtered(lambda move: move.state == "done")
        self._ago(done, days)
        return part

    def _propose(self, *companies):
        companies = companies or [self.company]
        self.lines._propose(self.env["res.company"].union(*companies))
        return self._get_lines()

    def _get_lines(self, product=None, van=None):
        return self.lines.search(
            [
                ("product_id", "=", (product or self.product).id),
                ("location_id", "=", (van or self.van).id),
            ]
        )
