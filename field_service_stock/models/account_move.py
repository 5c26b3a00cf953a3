from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        """A part that goes through stock costs its order when it is used, not here."""
        for move in self.filtered(
            lambda move: move.is_purchase_document(include_receipts=True)
        ):
            move.invoice_line_ids._take_stocked_parts_off_orders()
        return super()._post(soft=soft)
