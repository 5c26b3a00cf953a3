from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang, plaintext2html

from .field_service_job_type import PRICE_GROUPS

FEE_ACTIVITY = "field_service_billing.mail_activity_type_agreement_fee"


class FieldServiceAgreementBilling(models.AbstractModel):
    """From the fees of an agreement to invoices.

    One invoice per agreement and run, each line on the agreement's own analytic
    account. Two runs at once: both write the agreement, so that PostgreSQL refuses the
    later one, and the periods are guarded by the database besides.
    """

    _name = "field.service.agreement.billing"
    _description = "Billing of Agreements"

    fee_ids = fields.One2many(
        comodel_name="field.service.agreement.fee",
        inverse_name="agreement_id",
        string="Fees",
        copy=False,  # core would read them for whoever copies: see copy_data
        groups=PRICE_GROUPS,
    )
    fee_period_ids = fields.One2many(
        comodel_name="field.service.fee.period",
        inverse_name="agreement_id",
        string="Billed Periods",
        groups=PRICE_GROUPS,
    )
    fee_posting = fields.Selection(
        selection=[("draft", "Draft invoices"), ("post", "Posted invoices")],
        string="The Daily Job Makes",
        groups=PRICE_GROUPS,
        help="Empty: as the company says.",
    )
    fee_lead_days = fields.Integer(
        string="Billed Ahead (days)",
        groups=PRICE_GROUPS,
        help="Fees in advance are billed so many days before their period begins.",
    )
    fee_error = fields.Text(
        string="Not Billed", readonly=True, copy=False, groups=PRICE_GROUPS
    )
    fee_revision = fields.Integer(readonly=True, copy=False, groups=PRICE_GROUPS)
    next_fee_date = fields.Date(
        string="Next Fee",
        compute="_compute_next_fee_date",
        groups=PRICE_GROUPS,
        search="_search_next_fee_date",
    )
    fee_invoice_count = fields.Integer(
        compute="_compute_fee_invoice_count", groups=PRICE_GROUPS
    )

    _fee_lead_days = models.Constraint(
        "CHECK(fee_lead_days BETWEEN 0 AND 366)",
        "Fees are billed 0 to 366 days ahead.",
    )

    # ------------------------------------------------------------------ computes
    @api.depends("fee_ids.next_date")
    def _compute_next_fee_date(self):
        for agreement in self:
            dates = agreement.fee_ids.filtered("next_date").mapped("next_date")
            agreement.next_fee_date = min(dates) if dates else False

    def _search_next_fee_date(self, operator, value):
        if operator not in ("<", "<=", "="):
            return NotImplemented
        return [("fee_ids.next_date", operator, value)]

    @api.depends("fee_period_ids.move_line_ids.move_id")
    def _compute_fee_invoice_count(self):
        for agreement in self:
            agreement.fee_invoice_count = len(agreement.fee_period_ids.move_ids)

    def _has_terms(self):
        """A fee is something that was agreed."""
        # Whether there is one is no secret; how much it is stays one.
        return super()._has_terms() or bool(self.sudo().fee_ids)

    # ----------------------------------------------------------------------- cron
    @api.model
    def _cron_fees(self):
        """Bill what is due, agreement by agreement; one failure stops nobody."""
        domain = [
            ("state", "in", ("active", "ended")),
            ("fee_ids", "any", [("next_date", "<=", fields.Date.today())]),
        ]
        agreements = self.search(domain, order="id")
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(agreements))
        for agreement in agreements:
            agreement._bill_and_tell()
            if not cron._commit_progress(1):
                break

    def _bill_and_tell(self):
        """Bill what is due today; what is in the way is told, not raised."""
        self.ensure_one()
        agreement = self.with_company(self.company_id)
        today = fields.Date.context_today(agreement)
        error = agreement._attempt(lambda: agreement._bill_fees(today))
        agreement._attempt(lambda: agreement._note_fee_error(error))

    def _note_fee_error(self, error):
        """Show on the agreement why it was not billed, and to its responsible."""
        self.ensure_one()
        if (self.fee_error or None) != error:
            self.fee_error = error
        # Nobody gets a mail for it, every day anew: the activity is enough.
        agreement = self.with_context(mail_activity_quick_update=True)
        if not error:
            return agreement.activity_unlink([FEE_ACTIVITY])
        note = plaintext2html(error)
        existing = agreement.activity_search([FEE_ACTIVITY])
        if existing:
            return existing.write({"note": note})
        return agreement.activity_schedule(
            FEE_ACTIVITY, user_id=self._get_responsible().id, note=note
        )

    def _get_responsible(self):
        """Return whom to tell about the agreement."""
        self.ensure_one()
        return self.user_id or self.team_id.leader_id or self.create_uid

    # -------------------------------------------------------------------- invoice
    def _bill_fees(self, until, wanted=None):
        """Make the invoice of what is due up to a day.

        :param wanted: pairs (fee, first day) to bill nothing but these
        :return: the invoice; none when nothing is due
        :raises UserError: naming all that is missing, before anything is made
        """
        self.ensure_one()
        self._check_may_bill()
        self._lock()
        # A second run that started before sees it and is refused by PostgreSQL.
        self.fee_revision += 1
        self.env.flush_all()
        dues = self._get_dues(until, wanted)
        moves = self.env["account.move"].with_company(self.company_id)
        if not dues:
            return moves
        issues = self._get_fee_issues(dues)
        if issues:
            raise UserError("\n".join(issues))
        # Periods are written by the system alone.
        periods = (
            self.env["field.service.fee.period"]
            .sudo()
            .create(
                [
                    {"fee_id": due.fee.id, "date_from": due.start, "date_to": due.stop}
                    for due in dues
                ]
            )
        )
        move = moves.create(self._prepare_fee_invoice_values(dues, periods))
        self.env.flush_all()
        if self._is_fee_posted():
            move.action_post()
        self._message_log(
            body=self.env._(
                "Fees billed: %(lines)s",
                lines="; ".join(self._describe_due(due) for due in dues),
            )
        )
        return move

    def _check_may_bill(self):
        """Refuse what is not agreed any more, or not yet."""
        if self.state not in ("active", "ended"):
            raise UserError(
                self.env._(
                    "Agreement %(agreement)s is “%(state)s”: its fees are not billed.",
                    agreement=self.name,
                    state=self._get_state_label(self.state),
                )
            )

    def _get_dues(self, until, wanted=None):
        """Return the periods to bill, by fee."""
        dues = self.fee_ids._get_due_periods(until)
        if wanted is None:
            return dues
        return [due for due in dues if (due.fee.id, due.start) in wanted]

    def _is_fee_posted(self):
        """Tell whether the invoice of fees is posted at once."""
        self.ensure_one()
        return (self.fee_posting or self.company_id.service_fee_posting) == "post"

    def _describe_due(self, due):
        """Say in one line what is billed."""
        return self.env._(
            "%(fee)s, %(start)s to %(stop)s, %(quantity)s × %(price)s",
            fee=due.fee.name,
            start=format_date(self.env, due.start),
            stop=format_date(self.env, due.stop),
            quantity=formatLang(self.env, due.fee.quantity),
            price=formatLang(
                self.env, due.fee._get_period_price(due), currency_obj=self.currency_id
            ),
        )

    def _get_fee_partner(self):
        """Return who gets the invoice."""
        address = self.partner_id.address_get(["invoice"])["invoice"]
        return self.env["res.partner"].browse(address)

    def _prepare_fee_invoice_values(self, dues, periods):
        """Return the values of the invoice. Extend with what others need on it."""
        self.ensure_one()
        return {
            "move_type": "out_invoice",
            "partner_id": self._get_fee_partner().id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date": self._is_fee_posted() and fields.Date.context_today(self),
            "invoice_origin": self.name,
            "ref": self.reference,
            "invoice_user_id": self.user_id.id,
            "invoice_line_ids": [
                Command.create(due.fee._prepare_invoice_line_values(due, period))
                for due, period in zip(dues, periods, strict=True)
            ],
        }

    # ------------------------------------------------------------------- actions
    def action_bill_fees(self):
        """Show what would be billed, before anything is."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Bill Fees"),
            "res_model": "field.service.fee.wizard",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_agreement_ids": self.ids},
        }

    def action_view_fee_invoices(self):
        """Open the invoices and credit notes of the fees."""
        moves = self.fee_period_ids.move_ids
        return moves._get_records_action(name=self.env._("Invoices"))

    def _finish(self):
        """Say what was billed beyond the last day: it is to be credited."""
        result = super()._finish()
        for agreement in self:
            end = agreement.date_end
            # Who ends an agreement need not see prices.
            beyond = agreement.sudo().fee_period_ids.filtered(
                lambda period, end=end: (
                    period.state in ("drafted", "billed") and period.date_to > end
                )
            )
            if beyond:
                agreement._message_log(
                    body=self.env._(
                        "Billed beyond the last day, to be credited: %(periods)s.",
                        periods="; ".join(beyond.mapped("display_name")),
                    )
                )
        return result

    def _resume(self):
        """Periods that lie within the suspension are not billed later."""
        today = fields.Date.context_today(self)
        for agreement in self.filtered("suspended_on"):
            begin = agreement.suspended_on.date()
            # Waived by the system, for whoever resumes the agreement.
            fees = agreement.sudo().fee_ids
            self.env["field.service.fee.period"].sudo().create(  # as above
                [
                    {
                        "fee_id": due.fee.id,
                        "date_from": due.start,
                        "date_to": due.stop,
                        "waive_reason": self.env._("The agreement was suspended."),
                    }
                    for due in fees._get_due_periods(today)
                    if begin <= due.start and due.stop < today
                ]
            )
        return super()._resume()
