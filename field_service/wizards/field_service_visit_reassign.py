from odoo import api, fields, models


class FieldServiceVisitReassign(models.TransientModel):
    """Gives one or many visits to another technician."""

    _name = "field.service.visit.reassign"
    # Dispatchers choose a technician without reading employees' records.
    _inherit = ["hr.mixin"]
    _description = "Reassign Visits"

    visit_ids = fields.Many2many(
        comodel_name="field.service.visit",
        required=True,
        default=lambda self: self._get_default_visits(),
    )
    company_id = fields.Many2one(
        comodel_name="res.company", compute="_compute_company_id"
    )
    technician_id = fields.Many2one(
        comodel_name="hr.employee",
        required=True,
        ondelete="cascade",
        domain="[('company_id', 'in', (False, company_id))]",
    )
    note = fields.Char(string="Reason")

    @api.model
    def _get_default_visits(self):
        return self.env["field.service.visit"].browse(
            self.env.context.get("active_ids", ())
        )

    @api.depends("visit_ids")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.visit_ids[:1].company_id

    def action_reassign(self):
        """Give all visits to the technician, or none and say why."""
        self.ensure_one()
        self.visit_ids._reassign(self.technician_id, self.note)
        return {"type": "ir.actions.act_window_close"}
