from datetime import datetime

from freezegun import freeze_time

from odoo import Command

from .common import FieldServiceStockCommon

# A Friday before noon; the technician's next working day is the Monday after.
FRIDAY = datetime(2027, 3, 5, 10, 0)
MONDAY = datetime(2027, 3, 8, 8, 0)


class LoadCommon(FieldServiceStockCommon):
    """Parts that the warehouse has, and visits that need them in the van."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.frozen = freeze_time(FRIDAY, tick=True)
        cls.frozen.start()
        cls.addClassCleanup(cls.frozen.stop)
        cls.warehouse = cls.van.warehouse_id
        cls.stock = cls.warehouse.lot_stock_id
        cls.seal = cls._create_part_product("Seal", barcode="FS-LOAD-SEAL")
        cls.pump = cls._create_part_product("Pump", tracking="serial")
        cls._receive(cls.seal, 10.0, 5.0, location=cls.stock)
        cls.tom_user = cls._create_user("tom", "field_service.group_technician")
        cls.tom = cls._create_technician("Tom", user_id=cls.tom_user.id)
        cls.tom_van = cls.tom._create_service_location()
        cls.clerk = cls._create_user("clerk", "stock.group_stock_user")
        cls.loads = cls.env["field.service.load"]

    # ----------------------------------------------------------------- factories
    def _plan(self, start=MONDAY, technician=None, parts=None, **values):
        """Release an order with parts and plan its visit."""
        order = self._create_order(release=False)
        for product, quantity in parts or ((self.seal, 2.0),):
            self.env["field.service.part"].create(
                {
                    "order_id": order.id,
                    "product_id": product.id,
                    "quantity": quantity,
                    "mandatory": True,
                }
            )
        order.action_release()
        visit = self._create_visit(
            order, start=start, technician_id=(technician or self.technician).id
        )
        return order, visit

    def _create_serials(self, *names, product=None, location=None):
        """Put serial numbers into a place."""
        product = product or self.pump
        lots = self.env["stock.lot"].create(
            [
                {
                    "name": name,
                    "product_id": product.id,
                    "company_id": (product.company_id or self.company).id,
                }
                for name in names
            ]
        )
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(
                product, location or self.stock, 1.0, lot_id=lot
            )
        return lots

    def _prepare(self, *technicians):
        people = self.technician.union(*technicians) if technicians else self.technician
        return self.loads._prepare(people)

    def _get_load(self, technician=None, day=MONDAY):
        return self.loads.search(
            [
                ("technician_id", "=", (technician or self.technician).id),
                ("date", "=", day.date()),
            ]
        )

    def _get_lines(self, load):
        return load.sudo()._read_lines()

    def _count(self, load, *counts, **values):
        """Return lines as the phone sends them: (move, quantity, lots)."""
        return [
            {
                "move_id": move.id,
                "quantity": quantity,
                "lots": [{"id": lot.id, "quantity": 1.0} for lot in lots],
                **values,
            }
            for move, quantity, *rest in counts
            for lots in [rest[0] if rest else ()]
        ]

    def _create_second_warehouse(self):
        return self.env["stock.warehouse"].create(
            {"name": "North", "code": "NRTH", "company_id": self.company.id}
        )

    def _create_transfer(self, product, quantity, source, van=None, **values):
        """Move something into a van by hand, as a reordering rule would."""
        van = van or self.van
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": source.warehouse_id.int_type_id.id,
                "location_id": source.id,
                "location_dest_id": van.id,
                "company_id": self.company.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom": product.uom_id.id,
                            "product_uom_qty": quantity,
                            "location_id": source.id,
                            "location_dest_id": van.id,
                            "company_id": self.company.id,
                            **values,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.action_assign()
        return picking
