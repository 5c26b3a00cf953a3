from odoo import models


class FieldServiceTeam(models.Model):
    _name = "field.service.team"
    _inherit = ["field.service.team.load", "field.service.team"]

    def action_setup_vans(self):
        """Ask which van each technician of the teams gets."""
        return self.env["field.service.van.setup"]._open(self.member_ids)
