from odoo import api, fields, models


class FieldServiceStage(models.Model):
    """A company's own name for a step; what it means is the technical state."""

    _name = "field.service.stage"
    _description = "Work Order Stage"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    state = fields.Selection(
        selection="_selection_state",
        string="Technical State",
        required=True,
        help="What the software does in this stage. Several stages may share a state.",
    )
    fold = fields.Boolean(string="Folded in Kanban")
    company_id = fields.Many2one(
        comodel_name="res.company", index="btree_not_null", help="Empty: all companies."
    )

    @api.model
    def _selection_state(self):
        order = self.env["field.service.order"]
        return order._fields["state"]._description_selection(self.env)

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            # A stage that means something else now is left by the orders in it: their
            # state has not changed. Whoever configures may not see all of them.
            orders = self.env["field.service.order"].sudo()
            orders.search([("stage_id", "in", self.ids)])._align_stage()
        return result
