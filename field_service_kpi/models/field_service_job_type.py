from odoo import models


class FieldServiceJobType(models.Model):
    """How a kind of work goes, on one screen."""

    _name = "field.service.job.type"
    _inherit = ["field.service.job.type", "field.service.scorecard.mixin"]

    _scorecard_level = "job_type"
