import pytz

from odoo import api, models


class FieldServiceOrderAccrual(models.AbstractModel):
    """What the books say about a work order at the end of a period."""

    _name = "field.service.order.accrual"
    _description = "Work Orders at the End of a Period"

    def _get_finished_date(self):
        """Return the day on which the work was finished, by the company's clock."""
        self.ensure_one()
        if not self.completed_on:
            days = [day for day in self.visit_ids.mapped("work_date") if day]
            return max(days, default=None)
        return self._get_company_day(self.company_id, self.completed_on)

    @api.model
    def _get_company_day(self, company, moment):
        """Return the day of a moment, by the company's clock."""
        zone = pytz.timezone(company.resource_calendar_id.tz or "UTC")
        return pytz.utc.localize(moment).astimezone(zone).date()

    def _get_paid_income(self, day):
        """Return what down payments have put on income for this order by a day."""
        self.ensure_one()
        lines = self.sale_order_ids.order_line.filtered("is_downpayment")
        account = str(self.analytic_account_id.id)
        total = 0.0
        for item in lines.invoice_lines:
            posted = item.parent_state == "posted" and item.move_id.date <= day
            if posted and item.account_id.internal_group == "income":
                distribution = item.analytic_distribution or {}
                shares = item._get_service_distribution(distribution)
                total -= item.balance * shares.get(account, 0.0) / 100.0
        return self.currency_id.round(total)
