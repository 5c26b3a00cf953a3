from odoo import fields, models


class FieldServiceToolHandover(models.TransientModel):
    """Asks who gets some tools."""

    _name = "field.service.tool.handover"
    _description = "Hand Over Tools"
    _inherit = ["hr.mixin"]

    resource_ids = fields.Many2many(
        comodel_name="resource.resource", string="Tools", required=True
    )
    employee_id = fields.Many2one(
        comodel_name="hr.employee",
        string="To",
        help="Empty: back to the store.",
        domain="[('company_id', 'in', allowed_company_ids)]",
    )
    note = fields.Char()

    def action_apply(self):
        """Hand the tools over."""
        for tool in self.resource_ids:
            tool._hand_over(self.employee_id, self.note)
        return {"type": "ir.actions.act_window_close"}
