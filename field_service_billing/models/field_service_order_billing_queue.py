from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain

from .field_service_job_type import PRICE_GROUPS
from .field_service_order_billing import FINISHED_STATES

ACTIVITY = "field_service_billing.mail_activity_type_billing"


class FieldServiceOrderBillingQueue(models.AbstractModel):
    """What waits to be billed: how much, since when, until when, and for what."""

    _name = "field.service.order.billing.queue"
    _description = "Billing Queue of Work Orders"

    billing_policy_id = fields.Many2one(
        comodel_name="field.service.billing.policy",
        compute="_compute_billing_policy_id",
        store=True,
        index="btree_not_null",
        help="The agreement's, else the customer's, else the company's.",
    )
    billing_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible for Billing",
        compute="_compute_billing_user_id",
        store=True,
        index="btree_not_null",
    )
    # Of the work order, which computes it.
    billing_currency_id = fields.Many2one(comodel_name="res.currency", index=True)
    billing_amount = fields.Monetary(
        string="Amount to Bill",
        currency_field="billing_currency_id",
        compute="_compute_billing_amount",
        store=True,
        groups=PRICE_GROUPS,
        help="Open charges and what sales orders have to invoice, before tax, less "
        "down payments.",
    )
    billing_ready_on = fields.Datetime(
        string="Ready since",
        compute="_compute_billing_ready_on",
        store=True,
        copy=False,
    )
    billing_due_on = fields.Date(
        string="To Be Billed on",
        compute="_compute_billing_due_on",
        store=True,
        index="btree_not_null",
        help="The customer's next billing day. Empty: billed by hand.",
    )
    billing_age = fields.Integer(
        string="Age in Days",
        compute="_compute_billing_age",
        search="_search_billing_age",
        help="Days since the work was finished.",
    )
    billing_missing = fields.Text(
        string="What is Missing",
        compute="_compute_billing_missing",
        groups=PRICE_GROUPS,
        help="Why it cannot be billed.",
    )

    # ------------------------------------------------------------------ computes
    @api.depends(
        "agreement_id.billing_policy_id",
        "partner_id.commercial_partner_id.service_billing_policy_id",
        "company_id.service_billing_policy_id",
    )
    def _compute_billing_policy_id(self):
        for order in self:
            company = order.company_id
            customer = order.partner_id.commercial_partner_id.with_company(company)
            order.billing_policy_id = (
                order.agreement_id.billing_policy_id
                or customer.service_billing_policy_id
                or company.service_billing_policy_id
            )

    @api.depends("company_id.service_billing_user_id", "team_id.leader_id")
    def _compute_billing_user_id(self):
        for order in self:
            order.billing_user_id = (
                order.company_id.service_billing_user_id or order.team_id.leader_id
            )

    @api.depends(
        "billing_currency_id",
        "charge_ids.amount",
        "charge_ids.state",
        "sale_line_ids.state",
        "sale_line_ids.currency_id",
        "sale_line_ids.qty_to_invoice",
        "sale_line_ids.price_unit",
        "sale_line_ids.price_subtotal",
    )
    def _compute_billing_amount(self):
        for order in self:
            charges = order.charge_ids.filtered(lambda charge: charge.state == "open")
            order.billing_amount = sum(charges.mapped("amount")) + sum(
                order._get_amount_to_invoice(line) for line in order.sale_line_ids
            )

    def _get_amount_to_invoice(self, line):
        """Return what a sale line has to invoice, in the currency of the order."""
        if line.display_type or line.state != "sale" or not line.qty_to_invoice:
            return 0.0
        # A down payment has no quantity of its own.
        amount = line.price_unit * line.qty_to_invoice
        if line.product_uom_qty:
            amount = line.price_subtotal / line.product_uom_qty * line.qty_to_invoice
        currency = self.billing_currency_id
        if line.currency_id == currency:
            return currency.round(amount)
        return line.currency_id._convert(amount, currency, self.company_id)

    @api.depends("billing_state")
    def _compute_billing_ready_on(self):
        for order in self:
            ready = order.billing_state == "ready"
            order.billing_ready_on = ready and (
                order.billing_ready_on or fields.Datetime.now()
            )

    @api.depends(
        "billing_ready_on",
        "billing_policy_id.timing",
        "billing_policy_id.weekday",
        "billing_policy_id.month_day",
    )
    def _compute_billing_due_on(self):
        for order in self:
            day = order.billing_ready_on and order.company_id._get_billing_day(
                order.billing_ready_on
            )
            order.billing_due_on = day and order.billing_policy_id._get_due_date(day)

    @api.depends("completed_on")
    def _compute_billing_age(self):
        now = fields.Datetime.now()
        for order in self:
            done = order.completed_on
            order.billing_age = (now - done).days if done else 0

    def _search_billing_age(self, operator, value):
        if operator not in (">", ">=", "<", "<="):
            return NotImplemented
        # More than 7 days: before this moment 8 days ago, to the second.
        days = value + (operator in (">", "<="))
        limit = fields.Datetime.now() - timedelta(days=days)
        turned = "<=" if operator in (">", ">=") else ">"
        return Domain("completed_on", turned, limit)

    @api.depends("billing_state", "charge_ids.state")
    def _compute_billing_missing(self):
        reasons = self._get_reasons_not_billed()
        for order in self:
            waits = order.billing_state in ("incomplete", "ready")
            order.billing_missing = waits and "\n".join(reasons.get(order, ()))

    # ------------------------------------------------------------------- reminders
    @api.model
    def _cron_remind_billing(self):
        """Tell who is responsible what cannot be billed since some days, once."""
        cron = self.env["ir.cron"]
        self.search(
            Domain("billing_state", "=", "incomplete")
            & Domain("state", "in", FINISHED_STATES)
        )._refresh_billing_state()
        self._close_reminders()
        orders = self._get_orders_to_remind()
        cron._commit_progress(remaining=len(orders))
        for order in orders:
            order._tell_not_billed(order._get_billing_issues())
            if not cron._commit_progress(1):
                break

    def _get_orders_to_remind(self):
        """Return what is finished, incomplete and not told, per company's setting."""
        found = self.browse()
        companies = self.env["res.company"].search(
            [("service_billing_reminder_days", ">", 0)]
        )
        for company in companies:
            days = company.service_billing_reminder_days
            found |= self.search(
                Domain("company_id", "=", company.id)
                & Domain("billing_state", "=", "incomplete")
                & Domain("state", "in", FINISHED_STATES)
                & Domain("billing_age", ">=", days)
            )
        return found.filtered(lambda order: not order._get_billing_activities())

    def _close_reminders(self):
        """Close what was told and is settled since."""
        activities = self.env["mail.activity"].search(
            [
                ("res_model", "=", self._name),
                ("activity_type_id", "=", self.env.ref(ACTIVITY).id),
            ]
        )
        orders = self.browse(activities.mapped("res_id")).exists()
        settled = orders.filtered(
            lambda order: order.billing_state not in ("incomplete", "ready")
        )
        settled._get_billing_activities().action_feedback()

    def _get_billing_activities(self):
        """Return the open activities about the billing of these orders."""
        kind = self.env.ref(ACTIVITY)
        return self.activity_ids.filtered(lambda one: one.activity_type_id == kind)

    def _tell_not_billed(self, reasons):
        """Ask who is responsible to settle why this order is not billed, once."""
        self.ensure_one()
        user = self.billing_user_id or self._get_billing_clerk()
        if not user or not reasons or self._get_billing_activities():
            return
        spoken = self.with_context(lang=user.lang or self.env.lang)
        self.activity_schedule(
            ACTIVITY,
            user_id=user.id,
            summary=spoken.env._("Not billed: %(order)s", order=self.name),
            note=Markup("<br/>").join(reasons),
        )

    def _get_billing_clerk(self):
        """Return somebody who bills in this company, when nobody is responsible."""
        clerks = self.env.ref("field_service_billing.group_billing").all_user_ids
        return clerks.filtered(
            lambda user: user.active
            and user._is_internal()
            and not user._is_superuser()
            and self.company_id in user.company_ids
        ).sorted("id")[:1]
