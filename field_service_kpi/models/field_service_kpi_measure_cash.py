from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import get_lang
from odoo.tools.date_utils import end_of, get_timedelta, start_of

from ..measure import LEVELS, Measure

INVOICES = "field.service.invoice.report"
RECEIVABLES = "field.service.receivable.report"
CHARGES = "field.service.charge.report"


class FieldServiceKpiMeasureCash(models.AbstractModel):
    """Sums about cash: from the work done to the money in the bank."""

    _name = "field.service.kpi.measure.cash"
    _description = "Measures of Cash"

    @api.model
    def _get_measures(self):
        return {
            **super()._get_measures(),
            **self._get_invoice_measures(),
            **self._get_balance_measures(),
        }

    def _get_invoice_measures(self):
        labels = {
            "total": self.env._("Invoiced for work orders, credit notes deducted"),
            "paid_week": self.env._("Paid within 7 days of the invoice"),
            "private_total": self.env._("Invoiced to private customers"),
            "private_same_day": self.env._("Paid on the day by private customers"),
            "lag": self.env._("Days from completion to first invoice"),
            "lag_in_time": self.env._("Orders invoiced by the next day"),
        }
        measures = {
            f"invoice.{name}": Measure(label, INVOICES, f"{name}:sum", basis="invoice")
            for name, label in labels.items()
        }
        counts = {
            "lags": self.env._("Orders invoiced for the first time"),
            "lag_median": self.env._("Median of days from completion to first invoice"),
            "invoices": self.env._("Invoices"),
            "defects": self.env._("Invoices credited within 14 days"),
        }
        aggregates = {
            "lags": "lag:count",
            "lag_median": "lag_median:avg",
            "invoices": "invoice_id:count_distinct",
            "defects": "defect_id:count_distinct",
        }
        for name, label in counts.items():
            measures[f"invoice.{name}"] = Measure(
                label,
                INVOICES,
                aggregates[name],
                basis="invoice",
                additive=name != "lag_median",
            )
        orders = "field.service.order.money.report"
        days = self.env._("Days from the first cost to the last payment")
        paid = self.env._("Completed orders that are paid")
        return {
            **measures,
            "cash.days": Measure(days, orders, "cash_days:sum", basis="completion"),
            "cash.orders": Measure(paid, orders, "cash_days:count", basis="completion"),
        }

    def _get_balance_measures(self):
        levels = tuple(level for level in LEVELS if level != "technician")
        common = {"basis": "status", "levels": levels, "money": True}
        # What is listed is what waits, or is open, now.
        waits = (("unbilled", "!=", 0),)
        unbilled = self.env._("Work not yet invoiced")
        waiting = self.env._("Completed work not yet invoiced, times days")
        receivable = self.env._("Receivables of work orders, times days")
        charges = self.env._("Charges not yet invoiced")
        return {
            "cash.unbilled": Measure(
                unbilled,
                CHARGES,
                date="recorded_on",
                domain=waits,
                method="_sum_unbilled",
                **common,
            ),
            "cash.unbilled_count": Measure(
                charges,
                CHARGES,
                date="recorded_on",
                domain=waits,
                method="_count_unbilled",
                basis="status",
                levels=levels,
            ),
            "cash.unbilled_days": Measure(
                waiting, CHARGES, domain=waits, method="_sum_unbilled_days", **common
            ),
            "cash.receivable_days": Measure(
                receivable,
                INVOICES,
                domain=(("open_amount", "!=", 0),),
                method="_sum_receivable_days",
                **common,
            ),
        }

    # ------------------------------------------------------------------ balances
    @api.model
    def _sum_unbilled(self, scope):
        """Recorded until the last day of each period, less invoiced until then."""
        return self._get_unbilled(scope, "recorded_on", "billable:sum")

    @api.model
    def _count_unbilled(self, scope):
        """Number of charges of which there is something to invoice."""
        return self._get_unbilled(scope, "recorded_on", "charge_id:count")

    @api.model
    def _sum_unbilled_days(self, scope):
        """What completed orders have not invoiced, times the days of the period."""
        return self._times_days(self._get_unbilled(scope, "date"), scope)

    @api.model
    def _sum_receivable_days(self, scope):
        """What was owed on the last day of each period, times the days of it."""
        changes = self._get_balances(scope, RECEIVABLES, "date", "change:sum")
        return self._times_days(changes, scope)

    def _get_unbilled(self, scope, since, aggregate="billable:sum"):
        domain = (
            ("order_state", "!=", "cancelled"),
            ("billable", "!=", 0),
            (since, "!=", False),
        )
        # What was invoiced before it was recorded never waited.
        until = "billed_after_on" if since == "date" else "invoiced_on"
        plus = self._get_balances(scope, CHARGES, since, aggregate, domain)
        minus = self._get_balances(scope, CHARGES, until, aggregate, domain)
        return {key: value - minus.get(key, 0) for key, value in plus.items()}

    def _get_balances(self, scope, model, date, aggregate, domain=()):
        """Sums of everything until the last day of each period of a scope."""
        everything = scope._replace(date_from=fields.Date.to_date("1900-01-01"))
        sums = self._read_sums(model, date, domain, {"sum": aggregate}, everything)
        changes = {}
        for (company, record, start), value in sums["sum"].items():
            changes.setdefault((company, record), []).append((start, value))
        if not scope.interval:
            return sums["sum"]
        result = {}
        for (company, record), steps in changes.items():
            for start in self._get_starts(scope):
                known = [value for since, value in steps if since <= start]
                if known:
                    result[company, record, start] = sum(known)
        return result

    def _get_starts(self, scope):
        """First days of the periods of a scope, as grouped queries give them."""
        step = get_timedelta(1, scope.interval)
        if scope.interval == "week":
            weekday = int(get_lang(self.env).week_start) - 1
            days = (scope.date_from.weekday() - weekday) % 7
            first = scope.date_from - timedelta(days=days)
        else:
            first = start_of(scope.date_from, scope.interval)
        starts = []
        while first <= scope.date_to:
            starts.append(first)
            first += step
        return starts

    @staticmethod
    def _get_end(start, interval):
        if interval == "week":
            return start + timedelta(days=6)
        return end_of(start, interval)

    def _times_days(self, balances, scope):
        """Balances times the days of their period; until today, if it still runs."""
        today = fields.Date.context_today(self)
        result = {}
        for key, value in balances.items():
            first, last = scope.date_from, scope.date_to
            if scope.interval:
                first = max(first, key[2])
                last = min(last, self._get_end(key[2], scope.interval))
            last = max(min(last, today), first)
            result[key] = value * ((last - first).days + 1)
        return result
