import json

from odoo import fields, models


class FieldServiceAccrualLine(models.Model):
    """One source of an accrual: what it is, for which order, and how much it is.

    With a reason it is left out: the amount is zero and the value says of what.
    """

    _name = "field.service.accrual.line"
    _description = "Work Order Accrual Line"
    _order = "accrual_id, order_id, kind desc, id"
    _check_company_auto = True

    accrual_id = fields.Many2one(
        comodel_name="field.service.accrual",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="accrual_id.company_id", store=True, index=True, precompute=True
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    date = fields.Date(related="accrual_id.date", store=True, string="Period End")
    state = fields.Selection(related="accrual_id.state", store=True, index=True)
    kind = fields.Selection(
        selection=[
            ("work", "Unbilled work"),
            ("purchase", "Unbilled receipt"),
            ("share", "Agreement revenue"),
        ],
        required=True,
    )
    order_id = fields.Many2one(
        comodel_name="field.service.order",
        string="Work Order",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    agreement_id = fields.Many2one(
        comodel_name="field.service.agreement",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    name = fields.Char(string="Source", required=True)
    charge_ids = fields.Many2many(
        comodel_name="field.service.charge", string="Charges", check_company=True
    )
    source_model = fields.Char()
    source_id = fields.Many2oneReference(model_field="source_model", string="Purchase")
    quantity = fields.Float(digits="Product Unit")
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        index="btree_not_null",
        help="Of the sales or purchase order.",
    )
    amount_currency = fields.Monetary(
        string="In Currency", help="Before tax, in the currency of its document."
    )
    amount = fields.Monetary(
        currency_field="company_currency_id",
        help="In the company's currency, at the rate of the period's end.",
    )
    value = fields.Monetary(
        currency_field="company_currency_id",
        help="What is left out would have been worth.",
    )
    reason = fields.Char(string="Left Out Because")
    account_id = fields.Many2one(
        comodel_name="account.account",
        string="Income or Expense",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    cost_type = fields.Char()
    distribution = fields.Json(help="Analytic distribution of the journal item.")

    def _get_group_key(self):
        """Return what lines of one journal item have in common."""
        self.ensure_one()
        shares = {
            key: round(share, 2) for key, share in (self.distribution or {}).items()
        }
        return (
            self.order_id,
            self.agreement_id,
            self.kind,
            self.account_id,
            json.dumps(shares, sort_keys=True),
            self.cost_type,
        )

    def action_open_source(self):
        """Open the charges or the purchase order behind the line."""
        self.ensure_one()
        if self.source_model:
            source = self.env[self.source_model].browse(self.source_id)
            return source._get_records_action()
        if self.charge_ids:
            return self.charge_ids._get_records_action(name=self.name)
        return (self.order_id or self.agreement_id)._get_records_action()
