from odoo import api, models

# What rules read of a finding, and the kinds of rules that do.
READ_FIELDS = {"state", "name", "symptom_id", "cause_id", "remedy_id", "asset_id"}
KINDS = {"finding", "reading"}


class FieldServiceFinding(models.Model):
    _inherit = "field.service.finding"

    @api.model_create_multi
    def create(self, vals_list):
        findings = super().create(vals_list)
        findings._refresh_offers()
        return findings

    def write(self, vals):
        result = super().write(vals)
        if READ_FIELDS & vals.keys():
            self._refresh_offers()
        return result

    def _refresh_offers(self):
        """What is found on site may be worth a recommendation on the same visit."""
        rules = self.env["field.service.offer.rule"]
        self.order_id.filtered(
            lambda order: KINDS & rules._get_active_kinds(order.company_id.id)
        )._refresh_offers()
