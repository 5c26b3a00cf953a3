from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class FieldServiceAssignmentWizard(models.TransientModel):
    """Shows proposals for many items, to correct and assign at once."""

    _name = "field.service.assignment.wizard"
    _description = "Assign Posted Items"

    company_id = fields.Many2one("res.company", readonly=True)
    order_id = fields.Many2one(
        comodel_name="field.service.order",
        string="All on One Order",
        domain="[('company_id', '=', company_id), ('state', '!=', 'draft')]",
        help="Put on every line below.",
    )
    reason = fields.Char(help="Needed for what belongs to no order on purpose.")
    line_ids = fields.One2many("field.service.assignment.wizard.line", "wizard_id")

    @api.model
    def _open(self, items):
        """Return the action that shows proposals for journal items."""
        self.env["field.service.attribution"]._check_accountant()
        if len(items.company_id) > 1:
            raise UserError(self.env._("Choose items of one company."))
        proposals = self.env["field.service.assignment.proposal"]._propose(items)
        amounts = self.env["field.service.attribution"]._get_open_amounts(items)
        wizard = self.create(
            {
                "company_id": items[:1].company_id.id,
                "line_ids": [
                    Command.create(
                        {
                            "move_line_id": item.id,
                            "amount": amounts.get(item.id, 0.0),
                            "order_id": proposals[item].order.id
                            if item in proposals
                            else False,
                            "why": proposals[item].reason
                            if item in proposals
                            else False,
                        }
                    )
                    for item in items
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Assign to Work Orders"),
            "res_model": self._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    @api.onchange("order_id")
    def _onchange_order_id(self):
        for line in self.line_ids:
            if self.order_id:
                line.order_id = self.order_id
                line.why = False

    def action_assign(self):
        """Put each item on its order; lines without an order stay as they are."""
        self.ensure_one()
        lines = self.line_ids.filtered("order_id")
        if not lines:
            raise UserError(self.env._("Choose a work order for at least one item."))
        reasons = {
            line.move_line_id: " · ".join(filter(None, (self.reason, line.why)))
            for line in lines
        }
        self.env["field.service.attribution"]._assign(
            {line.move_line_id: line.order_id for line in lines}, reason=reasons
        )
        return {"type": "ir.actions.act_window_close"}

    def action_exclude(self):
        """Record that all these items belong to no order on purpose."""
        self.ensure_one()
        self.env["field.service.attribution"]._exclude(
            self.line_ids.move_line_id, self.reason
        )
        return {"type": "ir.actions.act_window_close"}
