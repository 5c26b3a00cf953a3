from odoo import api, models


class StockRule(models.Model):
    _inherit = "stock.rule"

    def _get_custom_move_fields(self):
        return [*super()._get_custom_move_fields(), "service_part_id"]

    @api.model
    def _get_rule(self, product_id, location_id, values):
        """Fill a van from its warehouse when no other rule is meant for it.

        So that reordering rules on a van need no route: the route of vans is selected
        by no product and no warehouse, or it would bring stock into stock.
        """
        rule = super()._get_rule(product_id, location_id, values)
        if rule or not location_id.service_van:
            return rule
        # As the rules of other procurements, whoever asks for it.
        warehouse = location_id.sudo().warehouse_id
        return warehouse._get_van_rule().with_env(self.env) if warehouse else rule

    def _push_prepare_move_copy_values(self, move_to_copy, new_date):
        """What has been picked for a van is on its load list still."""
        values = super()._push_prepare_move_copy_values(move_to_copy, new_date)
        values["service_load_id"] = move_to_copy.service_load_id.id
        return values
