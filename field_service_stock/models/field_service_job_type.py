from odoo import fields, models


class FieldServiceJobType(models.Model):
    _inherit = "field.service.job.type"

    part_ids = fields.One2many(
        comodel_name="field.service.job.type.part",
        inverse_name="job_type_id",
        string="Parts Kit",
        copy=True,
    )
