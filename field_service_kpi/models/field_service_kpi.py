from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..measure import LEVELS, KpiValue

# Parts of the formula: what makes a KPI the figure that people agreed on.
FORMULA = (
    "code",
    "numerator",
    "denominator",
    "minus_numerator",
    "minus_denominator",
    "cases",
    "factor",
    "unit",
)
MONEY_UNITS = ("money", "money_per_hour")


class FieldServiceKpi(models.Model):
    """Definition of a figure: a ratio of two sums, never a mean of ratios.

    The sums are measures (``field.service.kpi.measure``), which say where they come
    from, by which date they are cut and at which levels they exist.
    """

    _name = "field.service.kpi"
    _inherit = ["field.service.kpi.reading"]
    _description = "KPI"
    _order = "family, sequence, code"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, copy=False, help="Short name, the same in every language."
    )
    description = fields.Text(
        translate=True, help="What it says, and what it does not."
    )
    formula_text = fields.Char(
        string="Formula", translate=True, help="The formula in words, shown to users."
    )
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=100)
    company_id = fields.Many2one(
        comodel_name="res.company",
        index="btree_not_null",
        help="Only this company sees the KPI; empty for all.",
    )
    family = fields.Selection(
        selection=[
            ("1_profitability", "Profitability"),
            ("2_productivity", "Productivity"),
            ("3_quality", "Quality"),
            ("4_speed", "Speed and Reliability"),
            ("5_cash", "Cash"),
            ("6_customer", "Growth and Customers"),
        ],
        required=True,
        default="1_profitability",
    )
    unit = fields.Selection(
        selection=[
            ("percent", "%"),
            ("money", "Money"),
            ("money_per_hour", "Money per Hour"),
            ("hours", "Hours"),
            ("minutes", "Minutes"),
            ("days", "Days"),
            ("points", "Points"),
            ("number", "Number"),
            ("km", "Kilometres"),
        ],
        required=True,
        default="percent",
    )
    direction = fields.Selection(
        selection=[
            ("up", "Higher is better"),
            ("down", "Lower is better"),
            ("none", "Neither"),
        ],
        string="Better",
        required=True,
        default="up",
    )
    numerator = fields.Selection(selection="_get_measure_selection", required=True)
    denominator = fields.Selection(
        selection="_get_measure_selection",
        help="Empty: the KPI is the numerator itself.",
    )
    minus_numerator = fields.Selection(
        selection="_get_measure_selection",
        string="Less Numerator",
        help="For a difference of two ratios, as actual less planned margin.",
    )
    minus_denominator = fields.Selection(
        selection="_get_measure_selection", string="Less Denominator"
    )
    cases = fields.Selection(
        selection="_get_measure_selection",
        string="Cases (n)",
        help="How many cases a figure is computed from. Empty: the denominator.",
    )
    factor = fields.Float(
        default=1.0, help="The ratio times this, as 60 for minutes out of hours."
    )
    min_sample = fields.Integer(
        string="Minimum n",
        default=5,
        help="With fewer cases the figure is shown as too small a sample.",
    )
    decimals = fields.Integer(default=1)
    counter_id = fields.Many2one(
        comodel_name="field.service.kpi",
        string="Counter-metric",
        index="btree_not_null",
        help="What gets worse when somebody improves this figure at any price. Both "
        "are shown side by side.",
    )
    benchmark = fields.Float(
        help="What others report, in the KPI's unit. A seed for targets, no truth."
    )
    benchmark_amber = fields.Float(string="Benchmark Limit")
    has_benchmark = fields.Boolean()
    is_builtin = fields.Boolean(
        readonly=True,
        copy=False,
        help="The formula is the suite's and cannot be changed; copy it to make your "
        "own.",
    )
    date_basis = fields.Char(compute="_compute_date_basis")
    level_names = fields.Char(string="Levels", compute="_compute_date_basis")

    _code_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))", "Another KPI has this code."
    )
    _min_sample_positive = models.Constraint(
        "CHECK (min_sample >= 0)", "The minimum n cannot be negative."
    )
    _minus_pair = models.Constraint(
        "CHECK ((minus_numerator IS NULL) = (minus_denominator IS NULL))",
        "A KPI that subtracts a ratio needs both parts of it.",
    )

    # ------------------------------------------------------------------- definition
    @api.model
    def _get_measure_selection(self):
        return self.env["field.service.kpi.measure"]._get_measure_selection()

    @api.model
    def _get_date_bases(self):
        """Names of the date bases of measures; families add theirs."""
        return {
            "accounting": self.env._("accounting date"),
            "completion": self.env._("completion of the order"),
            "scheduled": self.env._("date of the visit"),
            "invoice": self.env._("invoice date"),
            "status": self.env._("as of the last day"),
            "created": self.env._("date of entry"),
            "presented": self.env._("date of the presentation"),
            "answer": self.env._("date of the answer"),
            "term": self.env._("end of the term"),
        }

    def _get_measure_codes(self):
        """Codes of all measures of these KPIs."""
        names = ("numerator", "denominator", "minus_numerator", "minus_denominator")
        return {kpi[name] for kpi in self for name in (*names, "cases") if kpi[name]}

    def _get_levels(self):
        """Levels at which all parts of this KPI exist, as a set."""
        self.ensure_one()
        registry = self.env["field.service.kpi.measure"]
        levels = [registry._get_measure_levels(c) for c in self._get_measure_codes()]
        return set.intersection(*levels) if levels else set()

    @api.model
    def _get_level_names(self):
        """Names of the levels, for people."""
        return {
            "company": self.env._("Company"),
            "team": self.env._("Team"),
            "technician": self.env._("Technician"),
            "job_type": self.env._("Job Type"),
            "customer": self.env._("Customer"),
            "site": self.env._("Site"),
            "asset": self.env._("Equipment"),
            "agreement": self.env._("Agreement"),
        }

    @api.depends("numerator", "denominator", "minus_numerator", "minus_denominator")
    @api.depends_context("lang")
    def _compute_date_basis(self):
        measures = self.env["field.service.kpi.measure"]._get_measures()
        bases, names = self._get_date_bases(), self._get_level_names()
        for kpi in self:
            measure = measures.get(kpi.numerator)
            kpi.date_basis = bases.get(measure.basis) if measure else False
            known = kpi._get_measure_codes() <= set(measures)
            levels = kpi._get_levels() if known else ()
            kpi.level_names = ", ".join(names[one] for one in LEVELS if one in levels)

    @api.constrains(*FORMULA)
    def _check_formula(self):
        registry = self.env["field.service.kpi.measure"]
        for kpi in self:
            for code in kpi._get_measure_codes():
                registry._get_measure(code)
            if "company" not in kpi._get_levels():
                raise ValidationError(
                    self.env._(
                        "The parts of the KPI “%(kpi)s” have no level in common: they "
                        "cannot be divided by each other.",
                        kpi=kpi.name,
                    )
                )
            if kpi.unit == "percent" and not kpi.denominator:
                raise ValidationError(
                    self.env._(
                        "The KPI “%(kpi)s” is a share: say of what, by choosing a "
                        "denominator.",
                        kpi=kpi.name,
                    )
                )

    @api.constrains("counter_id")
    def _check_counter(self):
        for kpi in self.filtered(lambda kpi: kpi.counter_id == kpi):
            raise ValidationError(
                self.env._("“%(kpi)s” cannot be its own counter-metric.", kpi=kpi.name)
            )

    def write(self, vals):
        changed = set(vals).intersection((*FORMULA, "is_builtin"))
        # The suite itself may change its formulas, by an update of the module.
        if changed and not self.env.su:
            for kpi in self.filtered("is_builtin"):
                raise UserError(
                    self.env._(
                        "The formula of “%(kpi)s” belongs to the suite, so that it "
                        "means the same everywhere. Duplicate the KPI and change the "
                        "copy.",
                        kpi=kpi.name,
                    )
                )
        return super().write(vals)

    @api.model
    def _set_counters(self, counters):
        """Set counter-metrics ``{code: code}`` of the suite; what was chosen stays."""
        builtin = self.with_context(active_test=False).search([("is_builtin", "=", 1)])
        kpis = {kpi.code: kpi for kpi in builtin}
        for code, counter in counters.items():
            if code in kpis and counter in kpis and not kpis[code].counter_id:
                kpis[code].counter_id = kpis[counter]

    def copy_data(self, default=None):
        """A copy is one's own: with a code and a name of its own."""
        result = super().copy_data(default)
        for kpi, values in zip(self, result, strict=True):
            values.setdefault("code", kpi._get_free_code())
            if "name" not in (default or {}):
                values["name"] = self.env._("%(kpi)s (copy)", kpi=kpi.name)
        return result

    def _get_free_code(self):
        taken = [("code", "=like", f"{self.code}-%")]
        codes = set(self.with_context(active_test=False).search(taken).mapped("code"))
        number = 2
        while f"{self.code}-{number}" in codes:
            number += 1
        return f"{self.code}-{number}"

    # ----------------------------------------------------------------------- values
    def _get_values(self, scope, currency=None):
        """Compute these KPIs, with one grouped query for every report they need.

        :param Scope scope: companies, period, split and filters
        :param currency: sums of money of companies with another currency are converted
            to it at the rate of the scope's last day; without it the companies stay
            apart
        :return: by KPI a dictionary ``{(company id or False, record id or False, first
            day of the interval or None): KpiValue}``; the company is False when a
            currency was given. A KPI that does not exist at the asked levels has an
            empty one, and so has one without data.
        :rtype: dict[FieldServiceKpi, dict[tuple, KpiValue]]
        :raises UserError: when the period ends before it starts
        """
        self._check_scope(scope)
        sums = self.env["field.service.kpi.measure"]._get_sums(
            self._get_measure_codes(), scope
        )
        if currency:
            measures = self.env["field.service.kpi.measure"]._get_measures()
            sums = {
                code: self._get_group_sums(code, values, scope, currency)
                for code, values in sums.items()
                if measures[code].additive or len(scope.companies) == 1
            }
        return {kpi: kpi._combine(sums) for kpi in self}

    def _check_scope(self, scope):
        if scope.date_to < scope.date_from:
            raise UserError(
                self.env._(
                    "The period ends on %(end)s, before it starts on %(start)s. Choose "
                    "a later end.",
                    start=fields.Date.to_string(scope.date_from),
                    end=fields.Date.to_string(scope.date_to),
                )
            )

    def _get_group_sums(self, code, values, scope, currency):
        """Sums of all companies together; money converted at the stated rate."""
        measure = self.env["field.service.kpi.measure"]._get_measure(code)
        rates = {}
        for company in scope.companies:
            rates[company.id] = 1.0
            if measure.is_money(self.env):
                rates[company.id] = company.currency_id._get_conversion_rate(
                    company.currency_id, currency, self.env.company, scope.date_to
                )
        result = {}
        for (company_id, record_id, start), value in values.items():
            key = (False, False if scope.level == "company" else record_id, start)
            result[key] = result.get(key, 0) + value * rates[company_id]
        return result

    def _combine(self, sums):
        """Divide sums by sums, group by group."""
        self.ensure_one()
        if not self._get_measure_codes() <= set(sums):
            return {}
        keys = set(sums[self.numerator])
        keys |= set(sums.get(self.denominator) or ())
        return {key: self._combine_group(sums, key) for key in keys}

    def _combine_group(self, sums, key):
        top, bottom = sums[self.numerator].get(key), None
        value = top
        if self.denominator:
            bottom = sums[self.denominator].get(key)
            value = self._divide(top, bottom)
        if self.minus_numerator and value is not None:
            less = self._divide(
                sums[self.minus_numerator].get(key),
                sums[self.minus_denominator].get(key),
            )
            value = None if less is None else value - less
        cases = sums[self.cases or self.denominator or self.numerator].get(key) or 0
        if value is not None:
            value *= self.factor
        return KpiValue(top, bottom, value, round(cases))

    @staticmethod
    def _divide(top, bottom):
        """A share of nothing is no share; a part that nothing falls into is 0."""
        return (top or 0.0) / bottom if bottom else None

    def _is_too_small(self, value):
        """Whether a ``KpiValue`` has too few cases to say anything."""
        self.ensure_one()
        return value.cases < self.min_sample

    # ------------------------------------------------------------------------- open
    @api.readonly
    def action_open_cases(self, scope):
        """Return the action that lists what a figure of this KPI is the sum of."""
        self.ensure_one()
        registry = self.env["field.service.kpi.measure"]
        measure = registry._get_measure(self.numerator)
        if measure.basis == "status":
            # What stands on the last day has begun at any time before.
            scope = scope._replace(date_from=fields.Date.to_date("1900-01-01"))
        report = registry._get_report(measure, scope.levels)
        if report is None:
            report = self.env[measure.model]
        domain = registry._get_scope_domain(measure.date, measure.domain, scope)
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": report._name,
            "views": [(False, "list"), (False, "pivot"), (False, "graph")],
            "domain": list(domain),
            "context": {"create": False},
        }
