from odoo import api, fields, models


class FieldServiceAssetOffers(models.AbstractModel):
    """What was recommended for a piece of equipment."""

    _name = "field.service.asset.offers"
    _description = "Recommendations of Equipment"

    offer_ids = fields.One2many(
        comodel_name="field.service.offer",
        inverse_name="asset_id",
        string="Recommendations",
    )
    offer_count = fields.Integer(
        string="Number of Recommendations", compute="_compute_offer_count"
    )

    @api.depends("offer_ids.state")
    def _compute_offer_count(self):
        groups = self.env["field.service.offer"]._read_group(
            [("asset_id", "in", self.ids), ("state", "!=", "expired")],
            ["asset_id"],
            ["__count"],
        )
        counts = dict(groups)
        for asset in self:
            asset.offer_count = counts.get(asset._origin, 0)

    def action_view_offers(self):
        """Open what was recommended for this equipment."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service_billing.field_service_offer_action"
        )
        return {**action, "domain": [("asset_id", "in", self.ids)], "context": {}}
