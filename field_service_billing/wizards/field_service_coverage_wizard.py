from odoo import fields, models

from ..models.field_service_job_type import COVERAGES


class FieldServiceCoverageWizard(models.TransientModel):
    """Asks why somebody decides who pays, instead of the rules."""

    _name = "field.service.coverage.wizard"
    _description = "Decide Who Pays"

    order_ids = fields.Many2many(
        comodel_name="field.service.order", string="Work Orders", required=True
    )
    coverage = fields.Selection(selection=COVERAGES, required=True)
    reason_id = fields.Many2one(
        comodel_name="field.service.reason",
        required=True,
        domain="[('kind', '=', 'coverage')]",
    )
    note = fields.Char(help="Who agreed, and to what.")

    def action_confirm(self):
        """Decide the coverage of the orders for this reason."""
        self.ensure_one()
        words = (self.reason_id.name, self.note)
        self.order_ids.write(
            {
                "coverage": self.coverage,
                "coverage_reason_id": self.reason_id.id,
                "coverage_reason": " – ".join(word for word in words if word),
            }
        )
        return {"type": "ir.actions.act_window_close"}
