from collections import defaultdict

from odoo import models
from odoo.tools import format_date

from .field_service_share import share_amount


class FieldServiceAccrualShare(models.AbstractModel):
    """Fee of an agreement, shared to the orders it covered in the period.

    From the agreement's analytic account to the orders', on the same income account:
    profit and loss stays as it is, and what is no order's stays on the agreement.
    """

    _name = "field.service.accrual.share"
    _description = "Agreement Revenue of a Period"

    def _get_period_domain(self):
        domain = super()._get_period_domain()
        if self.kind == "agreement":
            domain.append(("date_from", "=", self.date_from))
        return domain

    def _get_posting_issues(self, groups):
        """Refuse a period that overlaps another one: revenue would be shared twice."""
        issues = super()._get_posting_issues(groups)
        if self.kind == "agreement":
            issues += self._get_overlap_issues()
        return issues

    def _get_overlap_issues(self):
        overlapping = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("kind", "=", "agreement"),
                ("state", "=", "posted"),
                ("id", "!=", self.id),
                ("date_from", "<=", self.date),
                ("date", ">=", self.date_from),
                "|",
                ("date_from", "!=", self.date_from),
                ("date", "!=", self.date),
            ]
        )
        return [
            self.env._(
                "%(accrual)s shares the revenue from %(begin)s to %(end)s already. "
                "Take the same period, or one beside it.",
                accrual=other.name,
                begin=format_date(self.env, other.date_from),
                end=format_date(self.env, other.date),
            )
            for other in overlapping
        ]

    # -------------------------------------------------------------------- sources
    def _get_share_lines(self):
        """Return the values of the lines: shares of orders, and what they leave."""
        revenue = self._get_agreement_revenue()
        agreements = self.env["field.service.agreement"].union(
            *(agreement for agreement, *__ in revenue)
        )
        work = self._get_covered_work(agreements)
        values = []
        for (agreement, account), amount in revenue.items():
            values += self._prepare_share_lines(
                agreement, account, amount, work.get(agreement, {})
            )
        return values

    def _get_agreement_revenue(self):
        """Return {(agreement, income account): posted revenue}.

        Read from analytic items of posted journal items of the period; what accruals
        have shared before is no revenue of its own.
        """
        agreements = self.env["field.service.agreement"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("analytic_account_id", "!=", False),
            ]
        )
        column = agreements._get_plan_column()
        by_account = {one.analytic_account_id: one for one in agreements}
        groups = self.env["account.analytic.line"]._read_group(
            [
                (column, "in", agreements.analytic_account_id.ids),
                ("move_line_id.parent_state", "=", "posted"),
                ("move_line_id.company_id", "=", self.company_id.id),
                ("move_line_id.date", ">=", self.date_from),
                ("move_line_id.date", "<=", self.date),
                (
                    "move_line_id.account_id.account_type",
                    "in",
                    ("income", "income_other"),
                ),
                ("move_line_id.move_id.service_accrual_id", "=", False),
            ],
            [column, "general_account_id"],
            ["amount:sum"],
        )
        return {
            (by_account[analytic], account): self.currency_id.round(amount)
            for analytic, account, amount in groups
        }

    def _get_covered_work(self, agreements):
        """Return {agreement: {order: charges that it covered in the period}}."""
        charges = self.env["field.service.charge"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("coverage_agreement_line_id.agreement_id", "in", agreements.ids),
                ("covered_qty", "!=", 0.0),
                ("order_id.state", "not in", ("draft", "cancelled")),
            ],
            order="order_id, id",
        )
        work = defaultdict(lambda: defaultdict(charges.browse))
        for charge in charges:
            day = charge._get_covered_date()
            if day and self.date_from <= day <= self.date:
                agreement = charge.coverage_agreement_line_id.agreement_id
                work[agreement][charge.order_id] |= charge
        return work

    # --------------------------------------------------------------------- shares
    def _prepare_share_lines(self, agreement, account, amount, work):
        """Return the shares of one agreement's revenue on one account."""
        method = agreement._get_share_method(self.share_method)
        orders = sorted(work, key=lambda order: order.id)
        weights = [self._get_weight(method, work[order]) for order in orders]
        shares = share_amount(self.currency_id, amount, weights)
        common = {"kind": "share", "agreement_id": agreement.id, "value": amount}
        reason = self._get_share_reason(method, weights)
        if reason:
            return [{**common, "name": account.display_name, "reason": reason}]
        values = [
            {
                **common,
                "order_id": order.id,
                "name": agreement.display_name,
                "charge_ids": work[order].ids,
                "quantity": weight,
                "amount": share,
                "account_id": account.id,
                "distribution": order._get_analytic_distribution(),
            }
            for order, weight, share in zip(orders, weights, shares, strict=True)
            if weight
        ]
        taken = {
            **common,
            "name": agreement.display_name,
            "amount": -self.currency_id.round(sum(shares)),
            "account_id": account.id,
            "distribution": agreement._get_analytic_distribution(),
        }
        return [*values, taken]

    def _get_share_reason(self, method, weights):
        """Say why the revenue stays on the agreement, or nothing."""
        if method == "none":
            return self.env._("The agreement's revenue is not shared.")
        if not any(weights):
            return self.env._("It covered no work in the period: all stays with it.")
        return ""

    def _get_weight(self, method, charges):
        """Return how much an order has of what is shared by; never negative."""
        if method == "value":
            return max(
                sum(
                    self._convert(charge.currency_id, charge.covered_amount)
                    for charge in charges
                ),
                0.0,
            )
        if method == "hours":
            return max(charges._get_covered_hours(), 0.0)
        return 1.0
