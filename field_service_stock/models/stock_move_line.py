from odoo import api, models

from .stock_move_valuation import SETTLING

# What the worth of a done move depends on.
VALUED_FIELDS = frozenset(
    (
        "quantity",
        "product_uom_id",
        "lot_id",
        "quant_id",
        "owner_id",
        "location_id",
        "location_dest_id",
        "move_id",
        "picked",
    )
)


class StockMoveLine(models.Model):
    """A done move that is edited costs its order what it then is."""

    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        moves = self.env["stock.move"].browse(
            {values["move_id"] for values in vals_list if values.get("move_id")}
        )
        before = moves._get_watched_states()
        lines = super(
            StockMoveLine, self.with_context(service_settling=SETTLING)
        ).create(vals_list)
        lines = lines.with_env(self.env)
        self._settle_service(lines.move_id, before)
        lines._sync_corrected_equipment()
        return lines

    def write(self, vals):
        moves = self.move_id | self.env["stock.move"].browse(vals.get("move_id"))
        watched = moves if not VALUED_FIELDS.isdisjoint(vals) else moves.browse()
        before = watched._get_watched_states()
        lines = self.with_context(service_settling=SETTLING) if before else self
        result = super(StockMoveLine, lines).write(vals)
        if before:
            if not {"location_id", "location_dest_id", "owner_id"}.isdisjoint(vals):
                for name in ("is_in", "is_out"):
                    self.env.add_to_compute(moves._fields[name], moves)
            self._settle_service(moves, before)
        if {"lot_id", "quantity", "quant_id"} & vals.keys():
            self._sync_corrected_equipment()
        return result

    def _sync_corrected_equipment(self):
        """Follow a serial number or a quantity that is corrected afterwards."""
        moves = self.move_id.filtered(lambda move: move.state == "done")
        if moves:
            moves._sync_equipment()

    def _settle_service(self, moves, before):
        """Let the work orders follow what has changed in done moves."""
        if moves._is_service_settling():
            return
        new = moves.filtered(
            lambda move: move.state == "done" and (move.is_in or move.is_out)
        )
        known = self.env["stock.move"].union(*before)
        before = {**dict.fromkeys(new - known), **before}
        moves.union(*before)._settle_service_change(before)
