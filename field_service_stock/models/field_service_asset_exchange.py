from odoo import Command, models


class FieldServiceAssetExchange(models.AbstractModel):
    """What happens to a unit that was taken out: it comes back, or is scrapped.

    It is the customer's. As his property it has no value in our stock, whatever the
    cost method, and is no cost and no gain of the order.
    """

    _name = "field.service.asset.exchange"
    _description = "Exchange of Equipment"

    def _can_take_back(self):
        """Tell whether the unit can be moved in stock."""
        # Whoever plans the exchange need not have any right on products.
        product = self.sudo().product_id
        if not product.is_storable or product.tracking == "lot":
            return False
        return product.tracking == "none" or bool(self.lot_id or self.serial)

    def _take_back(self, part):
        """Move the unit from the customer to where the part says."""
        self.ensure_one()
        stay = self.installation_ids[:1]
        unit = self.with_company(self.company_id)
        if part.old_unit == "scrap":
            scrap = unit.env["stock.scrap"].create(unit._prepare_scrap_values(part))
            scrap.do_scrap()
            moves = scrap.move_ids
        else:
            values = unit._prepare_take_back_values(part)
            picking = unit.env["stock.picking"].create(values)
            picking.action_confirm()
            moves = picking.move_ids
            moves.quantity = 1.0
            moves.move_line_ids.write(unit._prepare_take_back_line_values(picking))
            moves.picked = True
            picking._action_done()
        stay.removal_move_id = moves[:1]

    def _get_owner(self):
        """Return whose unit it is."""
        return (self.partner_id or self.site_id).commercial_partner_id

    def _get_stock_lot(self):
        """Return the serial number in stock; a unit we never had gets one."""
        if self.lot_id or self.product_id.tracking == "none":
            return self.lot_id
        lots = self.env["stock.lot"]
        lot = lots.search(
            [
                ("product_id", "=", self.product_id.id),
                ("name", "=", self.serial),
                ("company_id", "in", (self.company_id.id, False)),
            ],
            limit=1,
        )
        self.lot_id = lot or lots.create(
            {
                "name": self.serial,
                "product_id": self.product_id.id,
                "company_id": self.product_id.company_id.id,
            }
        )
        return self.lot_id

    def _prepare_take_back_values(self, part):
        """Return the values of the transfer that brings the unit back."""
        order = part.order_id
        warehouse = part._get_picking_type().warehouse_id
        places = {
            "location_id": part._get_consumption_location().id,
            "location_dest_id": self.company_id._get_old_unit_location().id,
        }
        return {
            **places,
            "picking_type_id": warehouse.in_type_id.id,
            "partner_id": (order.site_id or order.partner_id).id,
            "owner_id": self._get_owner().id,
            "origin": order.name,
            "company_id": self.company_id.id,
            "service_order_id": order.id,
            "move_ids": [
                Command.create(
                    {
                        **places,
                        "product_id": self.product_id.id,
                        "product_uom": self.product_id.uom_id.id,
                        "product_uom_qty": 1.0,
                        "company_id": self.company_id.id,
                    }
                )
            ],
        }

    def _prepare_take_back_line_values(self, picking):
        """Return the values of its one line: this unit, the customer's property."""
        lot, owner = self._get_stock_lot(), self._get_owner()
        self._hand_over(lot, picking.location_id, owner)
        return {"lot_id": lot.id, "owner_id": owner.id}

    def _prepare_scrap_values(self, part):
        """Return the values of the scrap order; nothing that is ours is lost."""
        location = part._get_consumption_location()
        lot, owner = self._get_stock_lot(), self._get_owner()
        self._hand_over(lot, location, owner)
        return {
            "product_id": self.product_id.id,
            "product_uom_id": self.product_id.uom_id.id,
            "scrap_qty": 1.0,
            "lot_id": lot.id,
            "owner_id": owner.id,
            "location_id": location.id,
            "company_id": self.company_id.id,
            "origin": part.order_id.name,
        }

    def _hand_over(self, lot, location, owner):
        """Let what we delivered be the customer's where it stands.

        Deliveries keep no owner. Without this the unit would be counted twice: as his
        in our store, and as nobody's at his site.
        """
        quants = self.env["stock.quant"]
        for quant in quants.search(
            [
                ("lot_id", "=", lot.id or -1),
                ("location_id", "=", location.id),
                ("quantity", ">", 0),
                ("owner_id", "!=", owner.id),
            ]
        ):
            place = {"lot_id": lot, "package_id": quant.package_id}
            quantity, before = quant.quantity, quant.owner_id
            for change, whose in ((-quantity, before), (quantity, owner)):
                quants._update_available_quantity(
                    quant.product_id, location, change, owner_id=whose, **place
                )
