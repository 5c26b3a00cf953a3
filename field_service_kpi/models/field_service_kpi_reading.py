from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount
from odoo.tools.misc import formatLang


class FieldServiceKpiReading(models.AbstractModel):
    """How a figure is written for people, and what moving it is worth."""

    _name = "field.service.kpi.reading"
    _description = "Reading of KPIs"

    worth_numerator = fields.Selection(
        selection="_get_measure_selection",
        string="Worth: Amount",
        help="What one unit of the numerator is worth is this amount divided by the "
        "next, as the cost of return visits by return visits. Not needed where the "
        "numerator is money.",
    )
    worth_denominator = fields.Selection(
        selection="_get_measure_selection", string="Worth: Units"
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_improvements(self):
        used = self.env["field.service.improvement"].search(
            [("kpi_id", "in", self.ids)], limit=1
        )
        if used:
            raise UserError(
                self.env._(
                    "The improvement action “%(action)s” is measured by this KPI. "
                    "Archive the KPI instead of deleting it.",
                    action=used.name,
                )
            )

    # ------------------------------------------------------------------------ texts
    def _format_value(self, value, currency):
        """Return a number in this KPI's unit as text in the reader's language.

        :param float value: in the KPI's unit, a fraction for a share
        :param currency: of amounts
        """
        self.ensure_one()
        if value is None or value is False:
            return ""
        if self.unit == "money":
            return format_amount(self.env, value, currency, trailing_zeroes=False)
        if self.unit == "money_per_hour":
            amount = format_amount(self.env, value, currency)
            return self.env._("%(amount)s per hour", amount=amount)
        number = value * 100 if self.unit == "percent" else value
        text = formatLang(self.env, number, digits=self.decimals)
        return self._get_unit_patterns()[self.unit] % {"number": text}

    def _get_unit_patterns(self):
        return {
            "percent": "%(number)s %%",
            "hours": self.env._("%(number)s h"),
            "minutes": self.env._("%(number)s min"),
            "days": self.env._("%(number)s days"),
            "points": self.env._("%(number)s points"),
            "number": "%(number)s",
            "km": self.env._("%(number)s km"),
        }

    def _get_value_text(self, value, currency):
        """Return a ``KpiValue`` as text, with the number of its cases."""
        self.ensure_one()
        if value is None or value.value is None:
            return self.env._("No data")
        text = self._format_value(value.value, currency)
        if self._is_too_small(value):
            return self.env._(
                "%(value)s (n = %(cases)s: too few)", value=text, cases=value.cases
            )
        return f"{text} (n = {value.cases})"

    # ----------------------------------------------------------------------- effect
    def _get_effect(self, value, goal, scope):
        """Return what reaching ``goal`` instead of ``value`` is worth in the scope.

        The distance times the denominator is how much more or less of the numerator
        there would be; an amount counts as it is, anything else by what one unit of
        it was worth: ``worth_numerator / worth_denominator`` of the same scope.

        :param KpiValue value: what was reached, of one company
        :param float goal: in the KPI's unit
        :return: an amount in the company's currency, 0.0 when the goal is reached
            already, None where nobody can know
        """
        self.ensure_one()
        if value is None or value.value is None or self.direction == "none":
            return None
        sign = -1 if self.direction == "down" else 1
        distance = max(sign * (goal - value.value), 0.0) / self.factor
        units = distance * abs(value.denominator if self.denominator else 1.0)
        registry = self.env["field.service.kpi.measure"]
        if registry._get_measure(self.numerator).is_money(self.env):
            return units
        worth = self._get_worth(scope)
        return None if worth is None else units * worth

    def _get_worth(self, scope):
        """What one unit of the numerator was worth; None when it is not known."""
        parts = (self.worth_numerator, self.worth_denominator)
        if not all(parts):
            return None
        sums = self.env["field.service.kpi.measure"]._get_sums(parts, scope)
        amount, units = (sum((sums.get(part) or {}).values()) for part in parts)
        return amount / units if units else None
