from odoo import api, fields, models
from odoo.exceptions import UserError


class FieldServiceFeePeriod(models.Model):
    """A period of a fee, and the invoice lines it is on.

    What is billed follows from the lines: when they are deleted, cancelled or credited
    in full, the period is free again. The database lets no two periods overlap that
    are not free, whoever bills at the same moment.
    """

    _name = "field.service.fee.period"
    _description = "Billed Period of a Fee"
    _order = "date_from desc, id desc"
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
    partner_id = fields.Many2one(related="fee_id.partner_id", store=True, index=True)
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    date_from = fields.Date(string="From", required=True, readonly=True)
    date_to = fields.Date(string="To", required=True, readonly=True)
    move_line_ids = fields.One2many(
        comodel_name="account.move.line",
        inverse_name="service_fee_period_id",
        string="Invoice Lines",
        readonly=True,
    )
    move_ids = fields.Many2many(
        comodel_name="account.move",
        string="Invoices",
        compute="_compute_move_ids",
    )
    amount = fields.Monetary(
        string="Billed",
        compute="_compute_billed",
        store=True,
        help="Before tax, credit notes taken off.",
    )
    state = fields.Selection(
        selection=[
            ("free", "Not billed"),
            ("drafted", "Drafted"),
            ("billed", "Billed"),
            ("waived", "Waived"),
        ],
        compute="_compute_billed",
        store=True,
        index=True,
    )
    is_free = fields.Boolean(compute="_compute_billed", store=True)
    waive_reason = fields.Char(
        string="Waived Because",
        help="Why a period that is on no invoice is never billed.",
    )

    _period = models.Constraint(
        "CHECK(date_from <= date_to)", "A period cannot end before it begins."
    )
    # int4range needs no extension, unlike "fee_id WITH =".
    _billed_once = models.Constraint(
        "EXCLUDE USING gist (int4range(fee_id, fee_id, '[]') WITH =, "
        "daterange(date_from, date_to, '[]') WITH &&) WHERE (is_free IS NOT TRUE)",
        "This period of the fee is billed already.",
    )

    # ------------------------------------------------------------------ computes
    @api.depends("fee_id.display_name", "date_from", "date_to")
    def _compute_display_name(self):
        for period in self:
            fee = period.fee_id.display_name
            period.display_name = f"{fee} {period.date_from} – {period.date_to}"

    @api.depends("move_line_ids.move_id")
    def _compute_move_ids(self):
        for period in self:
            # Whoever sees the fee sees which invoice it is on.
            period.move_ids = period.sudo().move_line_ids.move_id

    @api.depends(
        "waive_reason", "move_line_ids.parent_state", "move_line_ids.price_subtotal"
    )
    def _compute_billed(self):
        for period in self:
            items = period.move_line_ids.filtered(
                lambda item: item.parent_state in ("draft", "posted")
            )
            credit = items.filtered(lambda item: item.move_id.move_type == "out_refund")
            invoiced = items - credit
            billed = sum(invoiced.mapped("price_subtotal"))
            # A credit note counts when it is posted, an invoice as soon as it is there.
            posted = credit.filtered(lambda item: item.parent_state == "posted")
            credited = sum(posted.mapped("price_subtotal"))
            currency = period.currency_id or period.company_id.currency_id
            period.amount = currency.round(billed - credited)
            free = not invoiced or (
                posted and currency.compare_amounts(credited, billed) >= 0
            )
            period.state = period._get_billed_state(free, invoiced)
            period.is_free = period.state == "free"

    def _get_billed_state(self, free, invoiced):
        """Return the state that follows from the invoice lines."""
        if free:
            return "waived" if self.waive_reason else "free"
        drafts = any(item.parent_state == "draft" for item in invoiced)
        return "drafted" if drafts else "billed"

    # ---------------------------------------------------------------------- rules
    def write(self, vals):
        if vals.get("waive_reason"):
            for period in self:
                if period.state in ("drafted", "billed"):
                    raise UserError(
                        self.env._(
                            "%(period)s is on an invoice: delete or credit that first.",
                            period=period.display_name,
                        )
                    )
        return super().write(vals)

    def action_view_invoices(self):
        """Open the invoices and credit notes of the periods."""
        return self.move_ids._get_records_action(name=self.env._("Invoices"))
