from odoo import api, models


class FieldServiceSlotFinder(models.AbstractModel):
    _inherit = "field.service.slot.finder"

    @api.model
    def _get_earliest_start(self, order):
        """Offer no time before the mandatory parts are there."""
        earliest = super()._get_earliest_start(order)
        # Who plans the order may know when its parts come.
        expected = order.sudo().readiness_date
        return max(filter(None, (earliest, expected)), default=False)
