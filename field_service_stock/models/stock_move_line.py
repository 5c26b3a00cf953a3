from odoo import api, models


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._sync_corrected_equipment()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if {"lot_id", "quantity", "quant_id"} & vals.keys():
            self._sync_corrected_equipment()
        return result

    def _sync_corrected_equipment(self):
        """Follow a serial number or a quantity that is corrected afterwards."""
        moves = self.move_id.filtered(lambda move: move.state == "done")
        if moves:
            moves._sync_equipment()
