from odoo import fields, models


class StockMoveLoad(models.AbstractModel):
    """What a stock move has to do with the load list of a van."""

    _name = "field.service.move.load"
    _description = "Loading of Stock Moves"

    service_load_id = fields.Many2one(
        comodel_name="field.service.load",
        string="Load List",
        index="btree_not_null",
        copy=False,
        readonly=True,
        check_company=True,
        ondelete="set null",
    )
    service_load_reason = fields.Selection(
        selection=[
            ("not_found", "Not found"),
            ("damaged", "Damaged"),
            ("no_room", "No room in the van"),
            ("left", "Left behind"),
        ],
        string="Why Not Loaded",
        copy=False,
        readonly=True,
        help="Why it was not loaded although it was there.",
    )

    def _prepare_move_split_vals(self, qty):
        """What is not loaded stays on the list."""
        return {
            **super()._prepare_move_split_vals(qty),
            "service_load_id": self.service_load_id.id,
        }

    def _is_load_step(self):
        """Tell whether this is the step into the van, not one that leads to it."""
        van = self.service_load_id.location_id
        final = self.location_final_id
        if van:
            return self.location_dest_id._child_of(van)
        return not final or self.location_dest_id._child_of(final)

    def _is_load_short(self):
        """Tell whether the move can still be loaded, but not with all of it."""
        return (
            self.state not in ("done", "cancel")
            and self.product_uom.compare(self.quantity, self.product_uom_qty) < 0
        )

    def _is_in_hand(self):
        """Tell whether somebody has the move in hand already: it stays where it is."""
        return bool(self.picked or self.picking_id.printed or self.service_load_id.lock)

    def _get_load_text(self):
        """Return what is moved, in words."""
        amount = f"{self.product_uom.round(self.product_uom_qty):g}"
        text = f"{amount} {self.product_id.display_name}"
        order = self.service_order_id
        return f"{text} ({order.name})" if order else text
