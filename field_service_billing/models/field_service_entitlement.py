from dataclasses import dataclass, field
from datetime import date
from math import inf

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL, date_utils, float_round
from odoo.tools.misc import format_date, formatLang

# Labour decides whether a visit is an included one, and the way follows it.
KIND_SEQUENCE = {
    "labour": 0,
    "fixed": 0,
    "flat": 0,
    "travel": 1,
    "callout": 1,
    "part": 2,
}


@dataclass
class Use:
    """What has been used of an entitlement: by whom it was asked is left out."""

    visits: set = field(default_factory=set)
    hours: float = 0.0
    quantity: float = 0.0
    value: float = 0.0


class FieldServiceEntitlement(models.AbstractModel):
    """How much of what is included has been used: derived from the charges.

    What is used is what charges of completed work say, never a counter. Two orders that
    want the last of it at the same moment both update the line, so PostgreSQL refuses
    the later one and Odoo runs it again with fresh eyes.
    """

    _name = "field.service.entitlement"
    _description = "Entitlements and Their Use"

    # The agreement's; the line says so.
    currency_id = fields.Many2one(comodel_name="res.currency")
    period_start = fields.Date(compute="_compute_use")
    period_stop = fields.Date(compute="_compute_use")
    used_visits = fields.Integer(compute="_compute_use")
    used_hours = fields.Float(compute="_compute_use")
    used_part_qty = fields.Float(
        string="Used Parts", compute="_compute_use", digits="Product Unit"
    )
    used_part_value = fields.Monetary(string="Used Value", compute="_compute_use")
    use_summary = fields.Char(
        string="Used",
        compute="_compute_use",
        help="Of what is included in the present period.",
    )

    @api.depends_context("lang")
    @api.depends(
        "period",
        "agreement_id.date_start",
        "agreement_id.date_end",
        "agreement_id.term_start",
        "charge_ids.coverage",
        "charge_ids.covered_qty",
        "charge_ids.entitled_on",
    )
    def _compute_use(self):
        for line in self:
            last = line.agreement_id.date_end or date.max
            first = line.agreement_id.date_start
            today = fields.Date.context_today(line)
            day = max(first or today, min(today, last))
            use = line._get_use(day)
            start, stop = line._get_period(day)
            line.period_start = start
            line.period_stop = stop < date.max and stop
            line.used_visits = len(use.visits)
            line.used_hours = use.hours
            line.used_part_qty = use.quantity
            line.used_part_value = use.value
            line.use_summary = line._describe_use(use)

    # -------------------------------------------------------------------- periods
    def _get_period(self, day):
        """Return the first and the last day of the period that a day is in."""
        self.ensure_one()
        start = self.agreement_id.date_start or day
        last = self.agreement_id.date_end or date.max
        if self.period == "term":
            return self._get_term(day, start, last)
        if self.period == "agreement_year":
            # From the first day on, so that the 29th of February stays what it is.
            years = day.year - start.year
            if start + relativedelta(years=years) > day:
                years -= 1
            following = start + relativedelta(years=years + 1)
            return start + relativedelta(years=years), min(
                following - relativedelta(days=1), last
            )
        return (
            max(start, date_utils.start_of(day, self.period)),
            min(last, date_utils.end_of(day, self.period)),
        )

    def _get_term(self, day, start, last):
        """A renewed agreement begins a term with everything included anew."""
        renewed = self.agreement_id.term_start
        if not renewed:
            return start, last
        if day < renewed:
            return start, renewed - relativedelta(days=1)
        return renewed, last

    # ------------------------------------------------------------------------ use
    def _get_use(self, day, order=None):
        """Return what is used in the period of a day.

        :param order: work order whose own use does not count
        :rtype: Use
        """
        self.ensure_one()
        use = Use()
        if not self._origin:
            return use
        start, stop = self._get_period(day)
        # Whoever decides who pays need not see prices.
        charges = self.env["field.service.charge"].sudo()
        domain = [
            ("coverage_agreement_line_id", "=", self._origin.id),
            ("coverage", "=", "contract"),
            ("covered_qty", "!=", 0.0),
            ("entitled_on", ">=", start),
            ("entitled_on", "<=", stop),
        ]
        if order and order._origin:
            domain.append(("order_id", "!=", order._origin.id))
        for charge in charges.search(domain, order="id"):
            self._add_use(use, charge, charge.covered_qty)
        return use

    def _add_use(self, use, charge, quantity):
        """Add what a charge takes of the entitlement."""
        if not quantity:
            return
        if charge.kind in ("labour", "travel", "fixed", "flat"):
            use.visits.add(charge.visit_id or charge.order_id)
        if charge.kind == "labour":
            use.hours += charge._get_hours(quantity)
        if charge.kind == "part":
            use.quantity += quantity
            use.value += self._get_value(charge, quantity)

    def _get_value(self, charge, quantity):
        """Return what a quantity is worth, in the currency of the agreement."""
        return charge.currency_id._convert(
            quantity * charge.price_unit,
            self.currency_id,
            self.company_id,
            charge._get_work_day(),
        )

    def _has_left(self, day, order):
        """Tell whether anything is left for an order, as the main thing included."""
        self.ensure_one()
        use = self._get_use(day, order)
        if self.labour_scope == "visits":
            return len(use.visits) < self.included_visits
        if self.labour_scope == "hours":
            return self._get_left_hours(use) > 0
        if self.labour_scope == "all" or self.part_scope == "all":
            return True
        if self.part_scope == "quantity":
            return self.included_part_qty - use.quantity > 1e-6
        if self.part_scope == "value":
            return self._get_left_value(use) > 0
        return self.includes_travel

    def _get_left_hours(self, use):
        # Hours are counted to the hundredth, as charges are.
        return max(float_round(self.included_hours - use.hours, 2), 0.0)

    def _get_left_value(self, use):
        left = self.included_part_value - use.value
        return max(self.currency_id.round(left), 0.0)

    # ------------------------------------------------------------------- allocate
    def _allocate(self, order):
        """Return how much of an order's charges this line covers.

        Charges of one source are looked at together: what is on an invoice keeps its
        share, and the open charge gets the rest. When a person has decided that the
        agreement pays, it does not matter what others have used before.

        :return: {charge: (covered quantity, day that counts)}
        """
        self.ensure_one()
        uses, result = {}, {}
        charges = order.charge_ids.filtered(
            lambda charge: charge.coverage == "contract"
            and charge.coverage_agreement_line_id == self
        )
        groups = charges.grouped(lambda charge: charge._get_allocation_key())
        for group in sorted(groups.values(), key=lambda group: group[0]._get_rank()):
            day = group[0]._get_work_day()
            period = self._get_period(day)
            if period not in uses:
                by_hand = order.coverage_rule == "person"
                uses[period] = Use() if by_hand else self._get_use(day, order)
            use = uses[period]
            worked = sum(charge._get_demand_qty() for charge in group)
            covered = self._get_covered(group[-1], worked, use)
            self._add_use(use, group[-1], covered)
            free = group.filtered(lambda charge: not charge._is_locked())
            rest = covered - sum((group - free).mapped("covered_qty"))
            for charge in free:
                result[charge] = (rest, day)
                rest = 0.0
        return result

    def _get_covered(self, charge, worked, use):
        """Return how much of what was worked is covered, by kind of charge."""
        if worked <= 0:
            return 0.0
        method = getattr(self, f"_get_covered_{charge.kind}", None)
        return method(charge, worked, use) if method else 0.0

    def _is_included_visit(self, charge, use):
        """Tell whether a visit is one of those that are included."""
        visit = charge.visit_id or charge.order_id
        return visit in use.visits or len(use.visits) < self.included_visits

    def _get_covered_labour(self, charge, worked, use):
        if self.labour_scope == "visits":
            if not self._is_included_visit(charge, use):
                return 0.0
            limit = self.hours_per_visit or inf
        elif self.labour_scope == "hours":
            limit = self._get_left_hours(use)
        else:
            return worked if self.labour_scope == "all" else 0.0
        hours = charge._get_hours(worked)
        return worked if hours <= limit else worked * limit / hours

    def _get_covered_travel(self, charge, worked, use):
        if not self.includes_travel:
            return 0.0
        if self.labour_scope == "visits":
            return worked if self._is_included_visit(charge, use) else 0.0
        if self.labour_scope == "hours":
            return worked if charge.visit_id in use.visits else 0.0
        return worked

    def _get_covered_fixed(self, charge, worked, use):
        included = self.labour_scope == "all" or (
            self.labour_scope == "visits" and self._is_included_visit(charge, use)
        )
        return worked if included else 0.0

    def _get_covered_flat(self, charge, worked, use):
        return self._get_covered_fixed(charge, worked, use)

    def _get_covered_callout(self, charge, worked, use):
        if not self.includes_travel:
            return 0.0
        if self.labour_scope in ("visits", "hours"):
            visits = charge.visit_id or charge.order_id.visit_ids
            return worked if use.visits & set(visits) else 0.0
        return worked

    def _get_covered_part(self, charge, worked, use):
        if self.part_scope == "quantity":
            return min(worked, max(self.included_part_qty - use.quantity, 0.0))
        if self.part_scope == "value":
            value = self._get_value(charge, worked)
            left = self._get_left_value(use)
            if value <= left:
                return worked
            # Rounded down: never more than what is left.
            digits = self.env["decimal.precision"].precision_get("Product Unit")
            return float_round(worked * left / value, digits, rounding_method="DOWN")
        return worked if self.part_scope == "all" else 0.0

    def _lock_entitlements(self):
        """Let nobody else take what these lines still include at the same moment."""
        if self:
            self.env.cr.execute(
                SQL(
                    """UPDATE field_service_agreement_coverage
                          SET revision = COALESCE(revision, 0) + 1
                        WHERE id IN (SELECT id FROM field_service_agreement_coverage
                                      WHERE id IN %s ORDER BY id FOR UPDATE)""",
                    self._ids,
                )
            )
            self.invalidate_recordset(["revision"])

    # ---------------------------------------------------------------------- words
    def _describe_use(self, use, with_value=True):
        """Return what is used of what is included, in a few words."""
        self.ensure_one()
        texts = []
        if self.labour_scope == "visits":
            texts.append(
                self.env._(
                    "%(used)s of %(included)s visits",
                    used=len(use.visits),
                    included=self.included_visits,
                )
            )
        if self.labour_scope == "hours":
            texts.append(
                self.env._(
                    "%(used)s of %(included)s hours",
                    used=self._format_number(use.hours),
                    included=self._format_number(self.included_hours),
                )
            )
        if self.part_scope == "quantity":
            texts.append(
                self.env._(
                    "%(used)s of %(included)s parts",
                    used=self._format_number(use.quantity),
                    included=self._format_number(self.included_part_qty),
                )
            )
        if self.part_scope == "value" and with_value:
            texts.append(
                self.env._(
                    "parts for %(used)s of %(included)s",
                    used=self.currency_id.format(use.value),
                    included=self.currency_id.format(self.included_part_value),
                )
            )
        return ", ".join(texts)

    def _format_number(self, number):
        digits = 0 if float_round(number, 2).is_integer() else 2
        return formatLang(self.env, number, digits=digits)

    def _describe_coverage(self, day, order, left):
        """Return the sentence with the evidence: no price, a technician reads it."""
        self.ensure_one()
        values = {"agreement": self.agreement_id.name, "line": self.name}
        scopes = {self.labour_scope, self.part_scope}
        if scopes == {"none"} and not self.includes_travel:
            return self.env._(
                "Agreement %(agreement)s, %(line)s: charged at agreed prices.", **values
            )
        use = self._get_use(day, order)
        # What is included by value is a matter of the office.
        limited = self.labour_scope in ("visits", "hours")
        limited = limited or self.part_scope == "quantity"
        if not limited and left:
            return self.env._("Agreement %(agreement)s, %(line)s: included.", **values)
        if not limited:
            return self.env._(
                "Agreement %(agreement)s, %(line)s: what is included is used up.",
                **values,
            )
        start, stop = self._get_period(day)
        values |= {
            "use": self._describe_use(use, with_value=False),
            "start": format_date(self.env, start),
            "stop": format_date(self.env, stop) if stop < date.max else "…",
        }
        if left:
            return self.env._(
                "Agreement %(agreement)s, %(line)s: %(use)s used from %(start)s to "
                "%(stop)s.",
                **values,
            )
        return self.env._(
            "Agreement %(agreement)s, %(line)s: %(use)s used from %(start)s to "
            "%(stop)s; what is beyond is charged.",
            **values,
        )
