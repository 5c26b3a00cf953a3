from odoo import api, fields, models


class FieldServiceKpiChoice(models.Model):
    """KPIs somebody wants to see on his dashboard; without one, those of his role."""

    _name = "field.service.kpi.choice"
    _description = "KPIs Chosen by a User"
    _rec_name = "user_id"

    user_id = fields.Many2one(
        comodel_name="res.users",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.user,
    )
    kpi_ids = fields.Many2many(comodel_name="field.service.kpi", string="KPIs")

    _user_uniq = models.UniqueIndex("(user_id)", "Another choice is this user's.")

    @api.model
    def _get_choice(self):
        """Return the choice of the current user, possibly none."""
        return self.search([("user_id", "=", self.env.uid)], limit=1)
