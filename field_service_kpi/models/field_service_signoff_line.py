from odoo import api, fields, models


class FieldServiceSignoffLine(models.Model):
    """A frozen figure. Written by one SQL statement at the sign-off, never again."""

    _name = "field.service.signoff.line"
    _inherit = ["field.service.signed.mixin"]
    _description = "Signed Figure"
    _order = "signoff_id desc, order_id, account_id, id"
    _rec_name = "order_name"
    _check_company_auto = True
    _log_access = False

    signoff_id = fields.Many2one(
        comodel_name="field.service.signoff",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    order_id = fields.Many2one(
        comodel_name="field.service.order",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Empty: what of the account was on no order.",
    )
    order_name = fields.Char(string="Number", readonly=True)
    account_id = fields.Many2one(
        comodel_name="account.account",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    account_code = fields.Char(
        readonly=True, help="As it was, also when the account was merged since."
    )
    cost_kind = fields.Selection(
        selection="_get_cost_kinds", string="Kind", required=True, readonly=True
    )
    amount = fields.Monetary(readonly=True, help="Income positive, cost negative.")
    item_count = fields.Integer(
        string="Items", readonly=True, help="Journal items that it is the sum of."
    )

    @api.model
    def _get_cost_kinds(self):
        report = self.env["field.service.ledger.report"]._fields["cost_kind"]
        return [
            *report._description_selection(self.env),
            ("none", self.env._("On no order")),
        ]
