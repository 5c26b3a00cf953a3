from odoo import fields, models


class FieldServiceSignoffItem(models.Model):
    """What a journal item gave to an order when the period was signed.

    That is how exactly the items that changed since can be named, also those that
    are gone: ``item_key`` is no reference.
    """

    _name = "field.service.signoff.item"
    _inherit = ["field.service.signed.mixin"]
    _description = "Signed Item"
    _order = "signoff_id desc, item_key, order_id"
    _rec_name = "entry"
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
    # The order may be another company's in a period that was signed with a reason.
    order_id = fields.Many2one(
        comodel_name="field.service.order",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    account_id = fields.Many2one(
        comodel_name="account.account",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    cost_kind = fields.Char(required=True, readonly=True)
    item_key = fields.Integer(string="Journal Item", required=True, readonly=True)
    entry = fields.Char(string="Journal Entry", readonly=True)
    date = fields.Date(string="Accounting Date", required=True, readonly=True)
    amount = fields.Monetary(readonly=True)
