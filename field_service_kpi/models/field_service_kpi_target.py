from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ..measure import Scope

# Who a target is for, from the narrowest to the widest: the narrowest one counts.
SCOPES = {
    "technician": "technician_id",
    "team": "team_id",
    "job_type": "job_type_id",
}


class FieldServiceKpiTarget(models.Model):
    """What a KPI shall be, for whom and from when to when.

    Targets are not overwritten: a new one ends the one before, so that a figure of
    last year is judged by the target of last year.
    """

    _name = "field.service.kpi.target"
    _description = "KPI Target"
    _inherit = ["mail.thread"]
    _order = "kpi_id, date_from desc, id"
    _rec_name = "kpi_id"
    _check_company_auto = True

    kpi_id = fields.Many2one(
        comodel_name="field.service.kpi",
        string="KPI",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    team_id = fields.Many2one(
        comodel_name="field.service.team", index="btree_not_null", check_company=True
    )
    technician_id = fields.Many2one(
        comodel_name="hr.employee", index="btree_not_null", check_company=True
    )
    job_type_id = fields.Many2one(
        comodel_name="field.service.job.type",
        index="btree_not_null",
        check_company=True,
    )
    scope_name = fields.Char(string="For", compute="_compute_scope_name")
    date_from = fields.Date(
        string="From",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1),
        tracking=True,
    )
    date_to = fields.Date(
        string="To", tracking=True, help="Last day. Empty: until there is another one."
    )
    target = fields.Float(
        required=True,
        tracking=True,
        digits=False,
        help="In the KPI's unit. A sum, as a margin in money, is meant per month.",
    )
    limit_value = fields.Float(
        string="Limit",
        digits=False,
        tracking=True,
        help="Up to here it is amber, beyond it red.",
    )
    unit = fields.Selection(related="kpi_id.unit")
    direction = fields.Selection(related="kpi_id.direction")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        index="btree_not_null",
        tracking=True,
    )
    note = fields.Text()
    target_text = fields.Char(string="Target Value", compute="_compute_texts")
    limit_text = fields.Char(string="Limit Value", compute="_compute_texts")
    actual_text = fields.Char(
        string="Last 12 Months",
        compute="_compute_effect",
        groups="field_service.group_manager",
        help="The KPI over the last twelve whole months, with n.",
    )
    has_effect = fields.Boolean(compute="_compute_effect")
    yearly_effect = fields.Monetary(
        compute="_compute_effect",
        groups="field_service.group_cost",
        help="What reaching the target is worth in a year: its distance from the last "
        "twelve months, times what one unit of the KPI's numerator is worth. Empty "
        "where the suite cannot know.",
    )

    # int4range needs no extension, unlike "kpi_id WITH =".
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(kpi_id, kpi_id, '[]') WITH =, "
        "int4range(company_id, company_id, '[]') WITH =, "
        "int4range(COALESCE(team_id, 0), COALESCE(team_id, 0), '[]') WITH =, "
        "int4range(COALESCE(technician_id, 0), COALESCE(technician_id, 0), '[]') "
        "WITH =, int4range(COALESCE(job_type_id, 0), COALESCE(job_type_id, 0), '[]') "
        "WITH =, daterange(date_from, date_to, '[]') WITH &&)",
        "There is another target for the same KPI, the same people and these days. End "
        "it the day before, or use “New Target” on it.",
    )
    _date_order = models.Constraint(
        "CHECK (date_to >= date_from)", "A target cannot end before it starts."
    )
    _one_scope = models.Constraint(
        "CHECK (num_nonnulls(team_id, technician_id, job_type_id) <= 1)",
        "A target is for a team, a technician or a job type, not for several of them.",
    )

    # ----------------------------------------------------------------------- checks
    @api.constrains("kpi_id", "target", "limit_value")
    def _check_limit(self):
        for target in self:
            gap = target.limit_value - target.target
            wrong = {"up": gap > 0, "down": gap < 0}.get(target.direction)
            if wrong:
                raise ValidationError(
                    self.env._(
                        "The limit of the target for “%(kpi)s” is better than the "
                        "target itself. %(direction)s: choose a limit on the other "
                        "side.",
                        kpi=target.kpi_id.name,
                        direction=dict(
                            target._fields["direction"]._description_selection(self.env)
                        )[target.direction],
                    )
                )

    @api.constrains("kpi_id", *SCOPES.values())
    def _check_level(self):
        for target in self:
            level = target._get_level()
            if level and level not in target.kpi_id._get_levels():
                raise ValidationError(
                    self.env._(
                        "“%(kpi)s” cannot be told for a single %(level)s. Choose "
                        "another scope or the whole company.",
                        kpi=target.kpi_id.name,
                        level=target.kpi_id._get_level_names()[level].lower(),
                    )
                )

    def _get_level(self):
        """Level of the target, None for the company."""
        self.ensure_one()
        return next((one for one, name in SCOPES.items() if self[name]), None)

    # ------------------------------------------------------------------------ texts
    @api.depends(*SCOPES.values(), "company_id")
    def _compute_scope_name(self):
        for target in self:
            level = target._get_level()
            record = target[SCOPES[level]] if level else target.company_id
            target.scope_name = record.display_name

    @api.depends("target", "limit_value", "kpi_id", "currency_id")
    @api.depends_context("lang")
    def _compute_texts(self):
        for target in self:
            kpi, currency = target.kpi_id, target.currency_id
            target.target_text = kpi._format_value(target.target, currency)
            target.limit_text = kpi._format_value(target.limit_value, currency)

    @api.depends("kpi_id", "scope_name", "date_from")
    @api.depends_context("lang")
    def _compute_display_name(self):
        self.display_name = False
        for target in self.filtered("kpi_id"):
            target.display_name = self.env._(
                "%(kpi)s, %(scope)s, from %(date)s",
                kpi=target.kpi_id.name,
                scope=target.scope_name,
                date=format_date(self.env, target.date_from),
            )

    @api.onchange("kpi_id")
    def _onchange_kpi_id(self):
        if self.kpi_id.has_benchmark:
            self.target = self.kpi_id.benchmark
            self.limit_value = self.kpi_id.benchmark_amber

    # ----------------------------------------------------------------------- effect
    @api.depends("kpi_id", "target", *SCOPES.values())
    @api.depends_context("lang")
    def _compute_effect(self):
        for target in self:
            scope = target._get_last_year()
            kpi = target.kpi_id
            values = kpi._get_values(scope)[kpi] if kpi and scope else {}
            value = next(iter(values.values()), None)
            goal = target._get_goal(scope)[0]
            effect = kpi._get_effect(value, goal, scope) if kpi else None
            target.actual_text = kpi and kpi._get_value_text(value, target.currency_id)
            target.has_effect = effect is not None
            target.yearly_effect = effect or 0.0

    def _get_last_year(self):
        """Scope of the last twelve whole months, for whom this target is."""
        self.ensure_one()
        start = fields.Date.context_today(self).replace(day=1)
        level = self._get_level()
        return Scope(
            self.company_id,
            start - relativedelta(years=1),
            start - relativedelta(days=1),
            filters=((level, self[SCOPES[level]].id),) if level else (),
        )

    # ------------------------------------------------------------------- resolution
    @api.model
    def _get_targets(self, kpis, scope):
        """Return the targets that count on the last day of a scope.

        The narrowest counts: technician, team, job type, company. A target of the
        whole company says nothing about a sum of money of one of its parts.

        :param kpis: the KPIs asked for
        :param Scope scope: companies, last day, split and filters
        :return: ``{(kpi, company id, record id or False): target}``; the record is
            that of the scope's level, and False there for whatever has none of its own
        :rtype: dict
        """
        day = scope.date_to
        valid = Domain("date_to", "=", False) | Domain("date_to", ">=", day)
        found = self.search(
            Domain("kpi_id", "in", kpis.ids)
            & Domain("company_id", "in", scope.companies.ids)
            & Domain("date_from", "<=", day)
            & valid
        )
        result = {}
        # From the widest to the narrowest: the narrower one replaces the wider.
        order = [None, *reversed(SCOPES)]
        for target in found.sorted(lambda one: order.index(one._get_level())):
            key = target._get_answered(scope)
            if key is not None:
                result[target.kpi_id, target.company_id.id, key] = target
        return result

    def _get_answered(self, scope):
        """Record id this target answers for; False for all of them, None for none."""
        level = self._get_level()
        if level is None:
            split = scope.levels - {"company"}
            is_sum = not self.kpi_id.denominator
            return None if split and is_sum else False
        record_id = self[SCOPES[level]].id
        if level == scope.level:
            return record_id
        return False if (level, record_id) in scope.filters else None

    @api.model
    def _find_target(self, targets, kpi, company_id, record_id):
        """Return the target for one figure out of ``_get_targets``, or none."""
        empty = self.browse()
        return targets.get(
            (kpi, company_id, record_id), targets.get((kpi, company_id, False), empty)
        )

    def _get_goal(self, scope):
        """Return target and limit for a period: a sum is meant per month.

        :param Scope scope: whose first and last day count
        :rtype: tuple[float, float]
        """
        self.ensure_one()
        days = (scope.date_to - scope.date_from).days + 1
        is_sum = not self.kpi_id.denominator
        months = max(round(days * 12 / 365.25), 1) if is_sum else 1
        return self.target * months, self.limit_value * months

    def _get_status(self, value, scope):
        """Return "good", "amber" or "bad"; None without target or without value.

        :param value: in the KPI's unit
        :param Scope scope: the period of the value
        """
        if not self or value is None or self.direction == "none":
            return None
        goal, limit = self._get_goal(scope)
        sign = -1 if self.direction == "down" else 1
        if sign * (value - goal) >= 0:
            return "good"
        return "amber" if sign * (value - limit) >= 0 else "bad"

    # ---------------------------------------------------------------------- actions
    def action_replace(self):
        """Open a new target that starts today or later; this one ends before it."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        start = max(today, self.date_from + relativedelta(days=1))
        new = self._replace(start)
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": new.id,
            "views": [(False, "form")],
        }

    def _replace(self, start, **values):
        """End these targets before ``start`` and return the ones that follow.

        :raises ValidationError: when one starts on that day or later
        """
        copies = []
        for target in self:
            if target.date_from >= start:
                raise ValidationError(
                    self.env._(
                        "The target %(target)s has not begun yet: change it instead "
                        "of adding another one.",
                        target=target.display_name,
                    )
                )
            copies.append(
                {
                    **target.copy_data({"date_from": start})[0],
                    "date_to": target.date_to,
                    **values,
                }
            )
        self.write({"date_to": start - relativedelta(days=1)})
        # Ends before the new ones begin, also for the database.
        self.flush_recordset(["date_to"])
        return self.create(copies)
