from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..measure import Scope
from ..money import get_year_factor
from ..tools.effect import Cell, judge, measure_effect, split_weeks

SCOPES = {
    "team": "team_id",
    "job_type": "job_type_id",
    "technician": "technician_id",
    "agreement": "agreement_id",
}
COMPARED = {
    "team": "comparison_team_ids",
    "job_type": "comparison_job_type_ids",
    "technician": "comparison_technician_ids",
    "agreement": "comparison_agreement_ids",
}


class FieldServiceImprovementEffect(models.AbstractModel):
    """Whom an improvement is for, whom it is compared with, and its effect."""

    _name = "field.service.improvement.effect"
    _description = "Effect of Improvements"

    team_id = fields.Many2one(
        comodel_name="field.service.team",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    job_type_id = fields.Many2one(
        comodel_name="field.service.job.type",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    technician_id = fields.Many2one(
        comodel_name="hr.employee",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    agreement_id = fields.Many2one(
        comodel_name="field.service.agreement",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    comparison_team_ids = fields.Many2many(
        comodel_name="field.service.team",
        relation="field_service_improvement_team_rel",
        string="Compared Teams",
        check_company=True,
    )
    comparison_job_type_ids = fields.Many2many(
        comodel_name="field.service.job.type",
        relation="field_service_improvement_job_type_rel",
        string="Compared Job Types",
        check_company=True,
    )
    comparison_technician_ids = fields.Many2many(
        comodel_name="hr.employee",
        relation="field_service_improvement_technician_rel",
        string="Compared Technicians",
        check_company=True,
    )
    comparison_agreement_ids = fields.Many2many(
        comodel_name="field.service.agreement",
        relation="field_service_improvement_agreement_rel",
        string="Compared Agreements",
        check_company=True,
    )
    scope_name = fields.Char(string="For", compute="_compute_scope_name")
    comparison_name = fields.Char(string="Compared With", compute="_compute_scope_name")

    @api.model
    def _get_scope_fields(self):
        """Return the fields that say who is treated, and who is not."""
        return {*SCOPES.values(), *COMPARED.values()}

    def _get_level(self):
        """Return the level of the scope; None is the whole company."""
        return next((one for one, name in SCOPES.items() if self[name]), None)

    @api.depends("company_id", *SCOPES.values(), *COMPARED.values())
    @api.depends_context("lang")
    def _compute_scope_name(self):
        for action in self:
            level = action._get_level()
            action.scope_name = action.company_id.display_name
            action.comparison_name = self.env._("nobody: before and after only")
            if level:
                action.scope_name = action[SCOPES[level]].display_name
                others = action[COMPARED[level]].mapped("display_name")
                action.comparison_name = ", ".join(others) or self.env._("all others")

    @api.constrains("kpi_id", *SCOPES.values(), *COMPARED.values())
    def _check_scope(self):
        for action in self:
            chosen = [level for level, name in SCOPES.items() if action[name]]
            if len(chosen) > 1:
                raise ValidationError(
                    self.env._(
                        "An action is for one team, job type, technician or agreement, "
                        "not for several of them: otherwise nobody knows whom it is "
                        "compared with."
                    )
                )
            level = action._get_level()
            if not level:
                continue
            if level not in action.kpi_id._get_levels():
                raise ValidationError(
                    self.env._(
                        "“%(kpi)s” cannot be told for a single %(level)s. Choose "
                        "another KPI or scope.",
                        kpi=action.kpi_id.name,
                        level=action.kpi_id._get_level_names()[level].lower(),
                    )
                )
            if action[SCOPES[level]] in action[COMPARED[level]]:
                raise ValidationError(
                    self.env._(
                        "%(name)s cannot be compared with itself.",
                        name=action.scope_name,
                    )
                )

    # ------------------------------------------------------------------ measuring
    def _measure(self, last, is_due=False):
        """Measure until a day, keep the result and return it.

        As many days after the start are compared with as many before it; what came
        after ``last`` is not read.
        """
        self.ensure_one()
        start = self.date_start
        days = (last - start).days + 1
        before, rest_before = self._read_cells(start - timedelta(days=days), days)
        after, rest_after = self._read_cells(start, days)
        level = self._get_level()
        rest = (rest_before, rest_after) if level else None
        kpi = self.kpi_id
        effect = measure_effect(before, after, rest, max(kpi.min_sample, 1))
        values = {
            "improvement_id": self.id,
            "company_id": self.company_id.id,
            "kpi_id": kpi.id,
            "date_from": start,
            "date_to": last,
            "days": days,
            "is_due": is_due,
            "measured_at": fields.Datetime.now(),
            "has_comparison": bool(level),
            **self._prepare_cells(before, after, *(rest or (Cell(()), Cell(())))),
            **self._prepare_effect(effect, after, days),
            "verdict": judge(effect, kpi.direction),
        }
        # sudo: only the suite writes measurements, so that nobody improves them.
        measurement = self.env["field.service.improvement.measurement"].sudo()
        return measurement.create(values).sudo(False)

    def _read_cells(self, first, days):
        """Return treated and compared ``Cell`` of a period, by one query of each sum.

        The sums are read by day and added up to weeks that begin with the period; n is
        that of the whole period, as cases of several days may be the same.
        """
        kpi, level = self.kpi_id, self._get_level()
        last = first + timedelta(days=days - 1)
        scope = Scope(self.company_id, first, last, level=level)
        registry = self.env["field.service.kpi.measure"]
        parts = (kpi.numerator, kpi.denominator)
        sums = registry._get_sums(parts, scope._replace(interval="day"))
        by_day = {side: defaultdict(lambda: [0.0, 0.0]) for side in (True, False)}
        for place, code in enumerate(parts):
            for (_company, record_id, day), value in (sums.get(code) or {}).items():
                side = self._get_side(level, record_id)
                if side is not None:
                    by_day[side][day][place] += value
        code = kpi.cases or kpi.denominator
        cases = {True: 0, False: 0}
        counts = registry._get_sums([code], scope).get(code) or {}
        for (_company, record_id, _start), value in counts.items():
            side = self._get_side(level, record_id)
            if side is not None:
                cases[side] += value
        return tuple(
            Cell(split_weeks(by_day[side], first), round(cases[side]))
            for side in (True, False)
        )

    def _get_side(self, level, record_id):
        """Return True for who is treated, False for the compared, None for others."""
        if not level or record_id == self[SCOPES[level]].id:
            return True
        compared = self[COMPARED[level]].ids
        # Work of nobody's team is no team to be compared with.
        if not record_id or (compared and record_id not in compared):
            return None
        return False

    def _prepare_cells(self, before, after, rest_before, rest_after):
        cells = {
            "before": before,
            "after": after,
            "rest_before": rest_before,
            "rest_after": rest_after,
        }
        result = {}
        for name, cell in cells.items():
            ratio = cell.ratio
            result[f"{name}_value"] = (ratio or 0.0) * self.kpi_id.factor
            result[f"has_{name}"] = ratio is not None
            result[f"{name}_cases"] = cell.cases
        return result

    def _prepare_effect(self, effect, after, days):
        """The change in the KPI's unit, and what it is worth in a year.

        (change x denominator after the start) is how much more or less of the
        numerator there was; an amount counts as it is, anything else by what one unit
        of it was worth in the same days. Better is positive.
        """
        kpi = self.kpi_id
        values = {
            "has_change": effect.change is not None,
            "has_interval": effect.has_interval,
        }
        factor, worth = kpi.factor, self._get_unit_worth(days)
        scale = (worth or 0.0) * after.denominator * get_year_factor(days)
        scale *= -1 if kpi.direction == "down" else 1
        for name, value in effect._asdict().items():
            values[name] = (value or 0.0) * factor
        money = [(value or 0.0) * scale for value in (effect.low, effect.high)]
        values["has_money"] = worth is not None and effect.change is not None
        values["yearly_effect"] = (effect.change or 0.0) * scale
        values["yearly_low"], values["yearly_high"] = sorted(money)
        return values

    def _get_unit_worth(self, days):
        """What one unit of the KPI's numerator is worth; None when it is not known."""
        kpi, level = self.kpi_id, self._get_level()
        registry = self.env["field.service.kpi.measure"]
        if registry._get_measure(kpi.numerator).is_money(self.env):
            return 1.0
        scope = Scope(
            self.company_id,
            self.date_start,
            self.date_start + timedelta(days=days - 1),
            filters=((level, self[SCOPES[level]].id),) if level else (),
        )
        return kpi._get_worth(scope)
