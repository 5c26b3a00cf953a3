from odoo import fields, models


class FieldServiceFinding(models.Model):
    _inherit = "field.service.finding"

    part_ids = fields.One2many(
        comodel_name="field.service.part",
        inverse_name="finding_id",
        string="Parts Needed",
    )
