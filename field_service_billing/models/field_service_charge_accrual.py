from odoo import models

from .field_service_order_billing import FINISHED_STATES


class FieldServiceChargeAccrual(models.AbstractModel):
    """What of a charge was done by the end of a day."""

    _name = "field.service.charge.accrual"
    _description = "Charges at the End of a Period"

    def _get_accrual_date(self):
        """Return the day on which the charge was earned; none: it is not yet.

        A visit's charge on the day of the work, outside costs on the date of the bill.
        Prices for the whole, and what is entered by hand, when the order is finished.
        """
        self.ensure_one()
        if self.visit_id and self.kind not in ("quoted", "flat"):
            return self.visit_id.work_date
        if self.source_model == "account.move.line":
            return self.env[self.source_model].browse(self.source_id).date
        order = self.order_id
        if order.state not in FINISHED_STATES:
            return None
        return order._get_finished_date()

    def _get_accrual_share(self, day):
        """Return which share of the charge was earned by a day: 0 to 1."""
        self.ensure_one()
        if self.kind == "part" and self.part_id:
            return self._get_part_share(day)
        if self.kind == "limit":
            return self._get_limit_share(day)
        earned = self._get_accrual_date()
        return 1.0 if earned and earned <= day else 0.0

    def _get_part_share(self, day):
        """Return which share of the used parts was used by a day."""
        part = self.part_id
        used = part._get_used_until(day)
        if part.uom_id.is_zero(part.consumed_qty):
            # All of it went back: the charge takes back what was billed.
            return 1.0 if part.uom_id.is_zero(used) else 0.0
        return min(max(used / part.consumed_qty, 0.0), 1.0)

    def _get_limit_share(self, day):
        """Return which share of what is beyond the limit was beyond it by a day."""
        order = self.order_id
        limits = order.charge_ids.filtered(lambda charge: charge.kind == "limit")
        spent = order._get_spent_charges()
        excess = -sum(limits.mapped("amount"))
        if self.currency_id.compare_amounts(excess, 0.0) <= 0:
            return 1.0
        limit = sum(spent.mapped("amount")) - excess
        earned = sum(charge.amount * charge._get_accrual_share(day) for charge in spent)
        return min(max(earned - limit, 0.0) / excess, 1.0)

    def _get_covered_date(self):
        """Return the day on which an agreement covered the charge."""
        self.ensure_one()
        return (
            self.entitled_on
            or self._get_accrual_date()
            or self.order_id._get_finished_date()
        )

    def _get_covered_hours(self):
        """Return the hours of work that were covered."""
        hour = self.env["field.service.order"]._get_hour()
        total = 0.0
        for charge in self.filtered(lambda charge: charge.kind == "labour"):
            unit = charge.product_uom_id
            same = unit and unit._has_common_reference(hour)
            total += (
                unit._compute_quantity(charge.covered_qty, hour, round=False)
                if same
                else charge.covered_qty
            )
        return total

    def _get_accrual_exclusion(self):
        """Say why the charge cannot be accrued. Extend with ``or super()``.

        :return: a sentence, or an empty string
        """
        self.ensure_one()
        if self.order_id.coverage_pending:
            return self.env._("Nobody has decided yet who pays.")
        if self.sale_line_id._is_offered_work():
            return self.env._("The customer has not accepted the quotation.")
        if not self.product_id:
            return self.env._("The charge has no product.")
        if self.currency_id.is_zero(self.price_unit):
            return self.env._("The charge has no price.")
        return ""

    def _get_unbilled_reason(self):
        """Say why less is billed than was worked."""
        self.ensure_one()
        if self.leakage_reason_id:
            return self.leakage_reason_id.display_name
        labels = dict(self._fields["coverage"]._description_selection(self.env))
        return labels.get(self.coverage, "")
