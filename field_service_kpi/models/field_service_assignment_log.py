from odoo import api, fields, models
from odoo.exceptions import UserError


class FieldServiceAssignmentLog(models.Model):
    """What was done to which posted item, by whom and why. Written once.

    Only the attribution service writes it; an undo changes the state and nothing
    else.
    """

    _name = "field.service.assignment.log"
    _description = "Assignment of a Posted Item"
    _order = "id desc"
    _rec_name = "entry"
    _check_company_auto = True

    action = fields.Selection(
        selection=[
            ("assign", "Assigned"),
            ("exclude", "On no order on purpose"),
            ("repair", "Repaired"),
            ("acknowledge", "Looked at"),
        ],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        selection=[("done", "In force"), ("undone", "Undone")],
        default="done",
        required=True,
        readonly=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    move_line_id = fields.Many2one(
        comodel_name="account.move.line",
        string="Journal Item",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )
    entry = fields.Char(
        string="Journal Entry",
        readonly=True,
        help="As it was called, also when it is gone.",
    )
    date = fields.Date(string="Accounting Date", readonly=True)
    order_id = fields.Many2one(
        comodel_name="field.service.order",
        string="Work Order",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    rule_id = fields.Many2one(
        comodel_name="field.service.assignment.rule",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    finding = fields.Char(readonly=True, help="The finding that was repaired.")
    share_key = fields.Integer(readonly=True, index="btree_not_null")
    seen_on = fields.Datetime(readonly=True)
    reason = fields.Char(readonly=True)
    amount = fields.Monetary(
        readonly=True, help="How much it was about: income positive, cost negative."
    )
    before = fields.Json(string="Distribution Before", readonly=True)
    after = fields.Json(string="Distribution After", readonly=True)
    undone_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, index="btree_not_null"
    )
    undone_on = fields.Datetime(readonly=True)

    _one_decision = models.UniqueIndex(
        "(move_line_id) WHERE action = 'exclude' AND state = 'done'",
        "Somebody has just decided about this item.",
    )

    def write(self, vals):
        if not vals.keys() <= {"state", "undone_by_id", "undone_on"}:
            raise UserError(self.env._("The log of assignments is not changed."))
        return super().write(vals)

    def action_undo(self):
        """Take these assignments back, as they were before."""
        self.env["field.service.attribution"]._undo(self)

    @api.readonly
    def action_open_move(self):
        """Open the journal entry of an assignment."""
        self.ensure_one()
        if not self.move_line_id:
            raise UserError(
                self.env._("%(entry)s is not there any more.", entry=self.entry)
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_line_id.move_id.id,
            "views": [(False, "form")],
        }
