from odoo import fields, models

from .sale_order import ORDER_GROUPS


class AccountPayment(models.Model):
    """Receipts a technician gave for cash, and where that cash was counted."""

    _inherit = "account.payment"

    service_order_id = fields.Many2one(
        comodel_name="field.service.order",
        string="Work Order",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        readonly=True,
        copy=False,
        groups=ORDER_GROUPS + ",account.group_account_invoice",
    )
    service_receipt_key = fields.Char(
        readonly=True,
        copy=False,
        help="Made by the phone: however often it is sent, the receipt is one.",
    )
    service_cash_count_id = fields.Many2one(
        comodel_name="field.service.cash.count",
        string="Cash Count",
        index="btree_not_null",
        check_company=True,
        readonly=True,
        copy=False,
    )

    _service_receipt_uniq = models.UniqueIndex(
        "(service_receipt_key) WHERE service_receipt_key IS NOT NULL",
        "This receipt has been given already.",
    )
