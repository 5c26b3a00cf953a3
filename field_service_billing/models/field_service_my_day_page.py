from odoo import api, models


class FieldServiceMyDayPage(models.AbstractModel):
    _inherit = "field.service.my.day.page"

    @api.model
    def _get_page_values(self, visit):
        order = visit.order_id
        return {
            **super()._get_page_values(visit),
            # What to tell the customer who asks; without any price.
            "coverage": {
                "kind": order.coverage,
                "text": order._get_coverage_statement(),
                "reason": order.coverage_reason or "",
            },
        }
