from odoo import api, fields, models


class FieldServicePartWizard(models.TransientModel):
    """Asks how much of a part is used or returned; the part does the work."""

    _name = "field.service.part.wizard"
    _description = "Use or Return a Part"

    part_id = fields.Many2one(
        comodel_name="field.service.part",
        required=True,
        index=True,
        ondelete="cascade",
    )
    operation = fields.Selection(
        selection=[("use", "Use"), ("return", "Return")], required=True, default="use"
    )
    product_id = fields.Many2one(related="part_id.product_id")
    uom_id = fields.Many2one(related="part_id.uom_id")
    quantity = fields.Float(
        compute="_compute_quantity",
        store=True,
        readonly=False,
        precompute=True,
        digits="Product Unit",
    )

    @api.depends("part_id", "operation")
    def _compute_quantity(self):
        for wizard in self:
            part = wizard.part_id
            wizard.quantity = (
                part._get_quantity_to_use()
                if wizard.operation == "use"
                else part.consumed_qty
            )

    def action_apply(self):
        """Use or return the quantity that was given."""
        for wizard in self:
            if wizard.operation == "use":
                wizard.part_id.action_use(wizard.quantity)
            else:
                wizard.part_id.action_return(wizard.quantity)
        return {"type": "ir.actions.act_window_close"}
