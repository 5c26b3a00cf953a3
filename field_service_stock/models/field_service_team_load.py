from odoo import models


class FieldServiceTeamLoad(models.AbstractModel):
    """A team whose vans are loaded."""

    _name = "field.service.team.load"
    _description = "Loading of a Team's Vans"

    def action_prepare_loads(self):
        """Prepare the load lists of the teams' technicians."""
        self.check_access("read")
        return self.member_ids._action_prepare_loads()
