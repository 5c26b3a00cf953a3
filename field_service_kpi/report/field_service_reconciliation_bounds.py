from odoo import fields, models
from odoo.fields import Domain
from odoo.tools.date_utils import end_of, subtract


class FieldServiceReconciliationBounds(models.AbstractModel):
    """Months that were asked for reach the tables of a report by month.

    The first day of an item's month is computed, so that no index helps to find the
    items of a period. What a search says about months is therefore said about the
    accounting dates as well, in the context that bounds the items of the report; the
    search itself still decides. Rows keep whole months.
    """

    _name = "field.service.reconciliation.bounds"
    _description = "Months as Accounting Dates"
    _inherit = ["field.service.live.report"]

    def _search(self, domain, *args, **kwargs):
        bounded = self._with_bounds(Domain(domain))
        return super(FieldServiceReconciliationBounds, bounded)._search(
            domain, *args, **kwargs
        )

    def _with_bounds(self, domain):
        """Return the report limited to the dates that the domain can be about."""
        context = self.env.context
        lows = [fields.Date.to_date(context.get("service_date_from"))]
        highs = [fields.Date.to_date(context.get("service_date_to"))]
        every = domain.children if getattr(domain, "OPERATOR", "") == "&" else [domain]
        for condition in every:
            low, high = self._read_bounds(condition)
            lows.append(low)
            highs.append(high)
        low = max(filter(None, lows), default=None)
        high = min(filter(None, highs), default=None)
        return self.with_context(service_date_from=low, service_date_to=high)

    def _read_bounds(self, condition):
        """Return the first and the last date a condition leaves, None for any."""
        name = getattr(condition, "field_expr", None)
        operator = getattr(condition, "operator", "")
        value = getattr(condition, "value", None)
        if name == "id" and operator in ("=", "in"):
            ids = [value] if operator == "=" else list(value)
            months = [self.browse(key)._read_id()[1] for key in ids if key]
        elif name == "period" and operator in ("=", "in", ">", ">=", "<", "<="):
            months = self._read_dates([value] if operator[0] in "=<>" else value)
        else:
            return None, None
        if not months:
            return None, None
        if operator == "<":
            months = [subtract(month, days=1) for month in months]
        low = None if operator in ("<", "<=") else min(months)
        high = None if operator in (">", ">=") else end_of(max(months), "month")
        return low, high

    def _read_dates(self, values):
        """Return dates; nothing when one of them is none, such as "today"."""
        try:
            dates = [fields.Date.to_date(value) for value in values]
        except ValueError:
            return []
        return dates if all(dates) else []
