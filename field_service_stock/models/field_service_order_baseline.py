from odoo import models

from odoo.addons.field_service.models.field_service_order_baseline import PlannedCost


class FieldServiceOrder(models.Model):
    _inherit = "field.service.order"

    def _get_planned_parts(self):
        """Return [(part, quantity expected in the part's unit)].

        A part that is needed in one job of four counts for a quarter.
        """
        self.ensure_one()
        return [
            (part, part.quantity * part.probability)
            for part in self.part_ids
            if not part.cancelled
        ]

    def _get_planned_cost_lines(self):
        """Add the parts at what they cost now."""
        lines = super()._get_planned_cost_lines()
        for part, quantity in self._get_planned_parts():
            product = part.product_id.with_company(self.company_id)
            quantity = part.uom_id._compute_quantity(
                quantity, product.uom_id, round=False
            )
            lines.append(
                PlannedCost(
                    "parts", quantity * product.standard_price, part.display_name
                )
            )
        return lines
