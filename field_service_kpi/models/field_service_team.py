from odoo import models


class FieldServiceTeam(models.Model):
    """How a team works, on one screen."""

    _name = "field.service.team"
    _inherit = ["field.service.team", "field.service.scorecard.mixin"]

    _scorecard_level = "team"
