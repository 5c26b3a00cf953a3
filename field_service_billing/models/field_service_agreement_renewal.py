from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

RENEWAL_ACTIVITY = "field_service_billing.mail_activity_type_agreement_renewal"


class FieldServiceAgreementRenewal(models.AbstractModel):
    """What becomes of an agreement whose end comes near.

    It stays one agreement: the last day moves on, lines, fees and what was done stay.
    """

    _name = "field.service.agreement.renewal"
    _description = "Renewal of Agreements"

    renewal = fields.Selection(
        selection=[
            ("none", "Ends"),
            ("ask", "Somebody decides"),
            ("auto", "Renews by itself"),
        ],
        string="At Its End",
        default="ask",
        required=True,
        tracking=True,
    )
    renewal_months = fields.Integer(string="Renewed for (months)", default=12)
    notice_days = fields.Integer(
        string="Notice (days)",
        default=30,
        help="Until so many days before the end either side may give notice.",
    )
    reminder_days = fields.Integer(
        string="Reminder (days)",
        default=30,
        help="The responsible is reminded so many days before notice ends.",
    )
    notice_date = fields.Date(
        string="Notice Until", compute="_compute_notice_date", store=True, index=True
    )
    term_start = fields.Date(
        string="Present Term Since",
        readonly=True,
        copy=False,
        help="First day after the last renewal.",
    )
    renewal_count = fields.Integer(string="Renewals", readonly=True, copy=False)
    reminded_end = fields.Date(
        readonly=True, copy=False, help="The end somebody was reminded of."
    )

    _renewal_positive = models.Constraint(
        "CHECK(renewal_months BETWEEN 1 AND 120 AND notice_days >= 0"
        " AND reminder_days >= 0)",
        "An agreement is renewed for 1 to 120 months; notice and reminder are not "
        "negative.",
    )

    @api.depends("date_end", "notice_days")
    def _compute_notice_date(self):
        for agreement in self:
            end = agreement.date_end
            agreement.notice_date = end and end - relativedelta(
                days=agreement.notice_days
            )

    # ----------------------------------------------------------------------- cron
    @api.model
    def _cron_renew(self):
        """Renew what renews by itself; remind of the rest, and of prices."""
        today = fields.Date.today()
        agreements = self.search(
            [("state", "in", ("active", "suspended")), ("date_end", "!=", False)],
            order="id",
        )
        agreements = agreements.filtered(lambda record: record._needs_renewal(today))
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(agreements))
        for agreement in agreements:
            agreement._attempt(agreement._follow_renewal)
            if not cron._commit_progress(1):
                return
        for agreement in self._get_indexation_due():
            agreement._attempt(agreement._remind_of_prices)

    def _renews_now(self, today):
        """Tell whether it renews by itself, as nobody gave notice in time."""
        return (
            self.renewal == "auto"
            and self.state == "active"
            and self.notice_date < today
        )

    def _needs_renewal(self, today):
        """Tell whether there is something to renew or to remind of."""
        self.ensure_one()
        if self._renews_now(today):
            return True
        remind = self.notice_date - relativedelta(days=self.reminder_days)
        return (
            self.renewal != "none"
            and self.reminded_end != self.date_end
            and remind <= today
        )

    def _follow_renewal(self):
        """Renew by itself when nobody gave notice in time; else remind."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        if self._renews_now(today):
            return self._renew(self._get_renewed_end())
        self.reminded_end = self.date_end
        if self.renewal == "auto":
            note = self.env._(
                "Renews by itself unless notice is given until %(date)s.",
                date=format_date(self.env, self.notice_date),
            )
        else:
            note = self.env._(
                "Ends on %(end)s; notice until %(date)s. Renew it, or let it end.",
                end=format_date(self.env, self.date_end),
                date=format_date(self.env, self.notice_date),
            )
        return self.activity_schedule(
            RENEWAL_ACTIVITY,
            date_deadline=max(self.notice_date, today),
            user_id=self._get_responsible().id,
            note=note,
        )

    def _expire(self):
        """What renews by itself does not expire."""
        auto = self.filtered(lambda record: record.renewal == "auto")
        for agreement in auto:
            agreement._attempt(agreement._follow_renewal)
        return super(FieldServiceAgreementRenewal, self - auto)._expire()

    # ---------------------------------------------------------------------- renew
    def _get_renewed_end(self):
        """Return the last day of the next term; not before today."""
        self.ensure_one()
        first = self.date_end + relativedelta(days=1)
        today, terms = fields.Date.context_today(self), 1
        while True:
            # From the first day on, so that the 31st stays what it is.
            months = terms * self.renewal_months
            end = first + relativedelta(months=months, days=-1)
            if end >= today:
                return end
            terms += 1

    def _renew(self, end):
        """Go on until another last day, with all lines and fees.

        :raises UserError: when there is nothing to renew
        """
        self.ensure_one()
        if self.state not in ("active", "suspended", "ended"):
            raise UserError(
                self.env._(
                    "Agreement %(agreement)s is “%(state)s” and cannot be renewed.",
                    agreement=self.name,
                    state=self._get_state_label(self.state),
                )
            )
        before = self.date_end
        if not before:
            raise UserError(
                self.env._(
                    "Agreement %(agreement)s has no last day: it goes on anyway.",
                    agreement=self.name,
                )
            )
        if end <= before:
            raise UserError(
                self.env._(
                    "Agreement %(agreement)s runs until %(end)s: the new last day is "
                    "after it.",
                    agreement=self.name,
                    end=format_date(self.env, before),
                )
            )
        values = {
            "date_end": end,
            "term_start": before + relativedelta(days=1),
            "renewal_count": self.renewal_count + 1,
        }
        if self.state == "ended":
            values["state"] = "active"
        self.write(values)
        self.activity_unlink([RENEWAL_ACTIVITY])
        self._message_log(
            body=self.env._(
                "Renewed from %(before)s to %(end)s.",
                before=format_date(self.env, before),
                end=format_date(self.env, end),
            )
        )

    def action_renew(self):
        """Ask until when, and at which prices."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Renew"),
            "res_model": "field.service.renewal.wizard",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_agreement_id": self.id},
        }
