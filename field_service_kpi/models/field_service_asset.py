from odoo import models


class FieldServiceAsset(models.Model):
    """What a piece of equipment asks for, on one screen."""

    _name = "field.service.asset"
    _inherit = ["field.service.asset", "field.service.scorecard.mixin"]

    _scorecard_level = "asset"
