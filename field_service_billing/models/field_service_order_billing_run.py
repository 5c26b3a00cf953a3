import logging
from collections import defaultdict
from typing import NamedTuple

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# Customers that share a savepoint. Only when one of them fails has each its own.
CHUNK = 25


class BillingGroup(NamedTuple):
    """What one invoice is about: orders of one customer, policy and currency."""

    company: models.BaseModel
    partner: models.BaseModel
    policy: models.BaseModel
    currency: models.BaseModel
    orders: models.BaseModel

    @property
    def customer(self):
        """Who is not billed at all when any of it fails."""
        return (self.company, self.partner.commercial_partner_id)

    @property
    def amount(self):
        """What is billed, before tax."""
        return sum(self.orders.mapped("billing_amount"))


class BillingPlan(NamedTuple):
    """What would be billed, and what is left out with its reasons."""

    groups: list
    left_out: dict


class BillingResult(NamedTuple):
    """What was billed, and what was left out with its reasons."""

    invoices: models.BaseModel
    left_out: dict


class FieldServiceOrderBillingRun(models.AbstractModel):
    """Bills many orders as their customers want it: by a job, or by hand.

    The preview and the run go by the same plan.
    """

    _name = "field.service.order.billing.run"
    _description = "Billing Run"

    # ------------------------------------------------------------------------ plan
    def _plan_billing(self):
        """Return which of these orders are billed on which invoices, and why not.

        :rtype: BillingPlan
        """
        self._refresh_billing_state()
        left_out = self._get_reasons_not_billed()
        groups = defaultdict(self.browse)
        for order in self:
            if order not in left_out:
                groups[order._get_billing_group_key()] |= order
        return BillingPlan(
            [BillingGroup(*key[:4], orders) for key, orders in groups.items()],
            left_out,
        )

    def _get_billing_group_key(self):
        """Return what orders on one invoice have in common.

        The first four are the company, who gets the invoice, policy and currency.
        """
        self.ensure_one()
        partner = self._get_invoice_partner()
        policy = self.billing_policy_id
        sale_order = self._get_open_sale_order()
        currency = sale_order.currency_id or self.billing_currency_id
        position = sale_order.fiscal_position_id or self.env[
            "account.fiscal.position"
        ].with_company(self.company_id)._get_fiscal_position(partner, self.site_id)
        key = (self.company_id, partner, policy, currency, position)
        return (*key, *self._get_billing_group_rest(policy.grouping or "order"))

    def _get_billing_group_rest(self, grouping):
        """Return the part of the group's key that the policy asks for."""
        if grouping == "customer":
            return ()
        if grouping == "site":
            return (self.site_id,)
        number = self._get_customer_number() if grouping == "reference" else ""
        return (number,) if number else (self,)

    def _get_customer_number(self):
        """Return the customer's own number of this order, if he has one."""
        sold = self.sale_order_ids.mapped("client_order_ref")
        numbers = [self.customer_reference, *sold]
        return next((number.strip() for number in numbers if number), "")

    # ------------------------------------------------------------------------- run
    def _run_billing(self):
        """Bill these orders, as far as they can be, and say what was left out.

        A customer whose billing fails is left out as a whole and stops nobody else.

        :rtype: BillingResult
        """
        plan = self._plan_billing()
        invoices, left_out = self.env["account.move"], dict(plan.left_out)
        for chunk in self._get_billing_chunks(plan.groups):
            result = self._attempt_billing(chunk)
            invoices |= result.invoices
            left_out |= result.left_out
        return BillingResult(invoices, left_out)

    @api.model
    def _get_billing_chunks(self, groups):
        """Return the groups some customers at a time; a customer is never split."""
        customers = defaultdict(list)
        for group in groups:
            customers[group.customer].append(group)
        lists = list(customers.values())
        return [
            [group for one in lists[start : start + CHUNK] for group in one]
            for start in range(0, len(lists), CHUNK)
        ]

    @api.model
    def _attempt_billing(self, groups):
        """Bill groups together; when that fails, customer by customer."""
        try:
            with self.env.cr.savepoint():
                return self._bill_groups(groups)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            # Somebody else bills them: the snapshot is old, all of it is done again.
            raise
        except Exception as error:
            customers = defaultdict(list)
            for group in groups:
                customers[group.customer].append(group)
            if len(customers) == 1:
                return self._get_failed_result(groups, error)
        invoices, left_out = self.env["account.move"], {}
        for one in customers.values():
            result = self._attempt_billing(one)
            invoices |= result.invoices
            left_out |= result.left_out
        return BillingResult(invoices, left_out)

    def _get_failed_result(self, groups, error):
        """Say of all orders of a customer why none of them is billed."""
        if not isinstance(error, UserError):
            _logger.exception("Billing of %s failed", groups[0].partner.id)
        message = self.env._("Billing failed: %(error)s", error=error)
        return BillingResult(
            self.env["account.move"],
            {order: [message] for group in groups for order in group.orders},
        )

    def _bill_groups(self, groups):
        """Make the invoices of some groups, and post and send them as agreed."""
        orders = self.browse().union(*(group.orders for group in groups))
        orders._lock_for_billing()
        # The charges follow the work, which the clerk may only read.
        orders.sudo()._process_charges()
        orders._check_issues({order: order._get_charge_issues() for order in orders})
        for company in orders.company_id:
            ours = [group for group in groups if group.company == company]
            self._put_groups_on_sale_orders(company, ours)
        invoices = self._invoice_groups(groups)
        orders.invalidate_recordset(["invoice_ids"])
        missed = {
            order: [self.env._("Its sales order has nothing to invoice.")]
            for order in orders
            if not order.invoice_ids & invoices
        }
        self._finish_invoices(groups, invoices)
        return BillingResult(invoices, missed)

    def _lock_for_billing(self):
        """Let nobody else bill these orders at the same time.

        As with postings, the row is changed: who comes later is refused by PostgreSQL,
        and starts again with what has been billed meanwhile.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """UPDATE field_service_order
                      SET posting_revision = COALESCE(posting_revision, 0) + 1
                    WHERE id IN (SELECT id FROM field_service_order
                                  WHERE id IN %s ORDER BY id FOR UPDATE)""",
                self._ids or (0,),
            )
        )
        self.invalidate_recordset(["posting_revision"])

    @api.model
    def _put_groups_on_sale_orders(self, company, groups):
        """Carry the open charges to sales orders: one per group, customer and site."""
        charges = []
        for group in groups:
            ready = group.orders.charge_ids.filtered(lambda one: one.state == "open")
            charges += ready.grouped(
                lambda charge: charge.order_id._get_open_sale_order()
                or charge.order_id._get_sale_order_key(True)
            ).values()
        if charges:
            self.with_company(company)._add_to_sale_orders(charges)

    @api.model
    def _invoice_groups(self, groups):
        """Invoice the sales orders of the groups: one invoice per group."""
        invoices = self.env["account.move"]
        waves = []
        for number, group in enumerate(groups):
            sale_orders = group.orders.sale_order_ids.filtered(
                lambda so: so.state == "sale"
            )
            # A sales order may be about orders of several invoices.
            for wave in waves:
                if not wave.keys() & set(sale_orders.ids):
                    break
            else:
                wave = {}
                waves.append(wave)
            wave.update(dict.fromkeys(sale_orders.ids, (number, group)))
        for wave in waves:
            invoices |= self._invoice_wave(wave)
        return invoices

    def _invoice_wave(self, wave):
        """Invoice sales orders, each for the orders of one group only."""
        sale_orders = self.env["sale.order"].with_context(
            raise_if_nothing_to_invoice=False,
            service_billing_groups={
                sale_order: (number, frozenset(group.orders.ids))
                for sale_order, (number, group) in wave.items()
            },
        )
        return sale_orders.browse(wave)._create_invoices(final=True).with_env(self.env)

    @api.model
    def _finish_invoices(self, groups, invoices):
        """Post and send, where the customer's policy says so."""
        policies = {order: group.policy for group in groups for order in group.orders}
        posted, sent = invoices.browse(), invoices.browse()
        for invoice in invoices:
            orders = invoice.line_ids.sale_line_ids.service_order_id
            policy = next((policies[one] for one in orders if one in policies), None)
            if policy and policy.is_posted:
                posted |= invoice
                sent |= invoice.filtered(lambda move, policy=policy: policy.is_sent)
        for company, moves in posted.grouped("company_id").items():
            moves.invoice_date = company._get_billing_day()
            moves.with_company(company).action_post()
        sent._send_by_job()

    # ------------------------------------------------------------------------ cron
    @api.model
    def _cron_bill(self):
        """Bill what is due by the customers' policies; tell what cannot be billed."""
        cron = self.env["ir.cron"]
        plan = self._get_due_orders()._plan_billing()
        for order, reasons in plan.left_out.items():
            order._tell_not_billed(reasons)
        chunks = self._get_billing_chunks(plan.groups)
        cron._commit_progress(remaining=len(chunks))
        for chunk in chunks:
            try:
                result = self._attempt_billing(chunk)
                for order, reasons in result.left_out.items():
                    order._tell_not_billed(reasons)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # Billed by somebody else meanwhile; what is left comes next time.
                self.env.cr.rollback()
            if not cron._commit_progress(1):
                break

    @api.model
    def _get_due_orders(self):
        """Return the orders whose billing day has come, where their company is."""
        found = self.browse()
        policies = self.env["field.service.billing.policy"].with_context(
            active_test=False
        )
        for (company,) in policies._read_group(
            [("timing", "!=", "manual")], ["company_id"]
        ):
            found |= self.search(
                Domain("company_id", "=", company.id)
                & Domain("billing_state", "=", "ready")
                & Domain("billing_due_on", "<=", company._get_billing_day())
            )
        return found

    # --------------------------------------------------------------------- actions
    def action_open_billing(self):
        """Show what billing these orders would make, before it is done."""
        wizard = self.env["field.service.billing.wizard"]._create_for(self)
        return wizard._get_records_action(
            name=self.env._("Bill Work Orders"), target="new"
        )
