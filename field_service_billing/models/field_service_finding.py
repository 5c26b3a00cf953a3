from odoo import api, models


class FieldServiceFinding(models.Model):
    _inherit = "field.service.finding"

    @api.model_create_multi
    def create(self, vals_list):
        findings = super().create(vals_list)
        # What is found on site may be worth a recommendation on the same visit.
        findings.order_id._process_offers()
        return findings

    def write(self, vals):
        result = super().write(vals)
        self.order_id._process_offers()
        return result
