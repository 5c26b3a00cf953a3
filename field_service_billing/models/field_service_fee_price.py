from odoo import api, fields, models
from odoo.exceptions import UserError


class FieldServiceFeePrice(models.Model):
    """The price of a fee from a date on, and how it came about."""

    _name = "field.service.fee.price"
    _description = "Price of a Fee"
    _order = "date desc, id desc"
    _check_company_auto = True

    fee_id = fields.Many2one(
        comodel_name="field.service.agreement.fee",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    agreement_id = fields.Many2one(
        related="fee_id.agreement_id", store=True, index=True
    )
    company_id = fields.Many2one(
        related="fee_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    date = fields.Date(
        string="Valid From",
        required=True,
        readonly=True,
        help="For periods that begin on this day or later.",
    )
    old_price = fields.Float(string="Before", digits="Product Price", readonly=True)
    price_unit = fields.Float(string="Price", digits="Product Price", readonly=True)
    percent = fields.Float(string="Change (%)", digits=(16, 4), readonly=True)
    formula = fields.Char(readonly=True)

    _date_uniq = models.Constraint(
        "UNIQUE(fee_id, date)", "The price of the fee was adjusted for this date."
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_if_not_billed(self):
        for price in self:
            billed = price.sudo().fee_id.period_ids.filtered(  # whoever deletes it
                lambda period, day=price.date: (
                    not period.is_free and period.date_from >= day
                )
            )
            if billed:
                raise UserError(
                    self.env._(
                        "%(fee)s is billed at this price already.",
                        fee=price.fee_id.display_name,
                    )
                )
