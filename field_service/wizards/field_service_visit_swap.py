from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_datetime


class FieldServiceVisitSwap(models.TransientModel):
    """Swaps the technicians or the times of two visits."""

    _name = "field.service.visit.swap"
    _description = "Swap Visits"

    visit_id = fields.Many2one(
        comodel_name="field.service.visit", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="visit_id.company_id")
    other_id = fields.Many2one(
        comodel_name="field.service.visit",
        string="With",
        required=True,
        ondelete="cascade",
        domain="[('company_id', '=', company_id), ('id', '!=', visit_id), "
        "('state', 'in', ('planned', 'dispatched', 'acknowledged'))]",
    )
    what = fields.Selection(
        selection=[("technician", "Technicians"), ("time", "Times")],
        string="Swap",
        required=True,
        default="technician",
    )
    before = fields.Char(string="First Visit", compute="_compute_periods")
    after = fields.Char(string="Second Visit", compute="_compute_periods")
    note = fields.Char(string="Reason")

    @api.model
    def default_get(self, fields):
        """Take over the one or two visits that are selected."""
        values = super().default_get(fields)
        ids = self.env.context.get("active_ids", [])
        if len(ids) > 2:
            raise UserError(self.env._("Choose two visits to swap, not more."))
        return {**values, **dict(zip(("visit_id", "other_id"), ids, strict=False))}

    @api.depends("visit_id", "other_id")
    def _compute_periods(self):
        for wizard in self:
            wizard.before = wizard._describe(wizard.visit_id)
            wizard.after = wizard._describe(wizard.other_id)

    @api.model
    def _describe(self, visit):
        """Say in one line who goes when."""
        start = visit.start and format_datetime(
            self.env, visit.start, dt_format="short"
        )
        parts = (start, visit.technician_id.name)
        return " · ".join(part for part in parts if part)

    def action_swap(self):
        """Swap the two, or change nothing and say why."""
        self.ensure_one()
        self.visit_id._swap(self.other_id, self.what, self.note)
        return {"type": "ir.actions.act_window_close"}
