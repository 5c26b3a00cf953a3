from statistics import median

from odoo import models

from ..measure import LEVELS, Scope

MONEY_UNITS = ("money", "money_per_hour")
MONEY_FAMILIES = ("1_profitability", "5_cash")
# With fewer people the figures of the others would be no secret.
MIN_PEOPLE = 3


class FieldServiceScorecardFigures(models.AbstractModel):
    """KPIs of one record, beside those of the company and of others of its kind."""

    _name = "field.service.scorecard.figures"
    _description = "Figures of Scorecards"

    # -------------------------------------------------------------------------- kpis
    def _get_kpis(self, level):
        """Return the KPIs that exist at a level and that the user may see there."""
        kpis = self.env["field.service.kpi"].search([("active", "=", True)])
        registry = self.env["field.service.kpi.measure"]
        measures = registry._get_measures()
        reports = {}
        for code in kpis._get_measure_codes() & set(measures):
            measure = measures[code]
            if measure.method:
                known = level in measure.levels and self.env[measure.model]
            else:
                known = registry._get_report(measure, {level})
            reports[code] = None if known is None or known is False else known
        with_money = self._can_read_money()
        return kpis.filtered(
            lambda kpi: self._is_shown(kpi, level, measures, reports, with_money)
        )

    def _is_shown(self, kpi, level, measures, reports, with_money):
        codes = kpi._get_measure_codes()
        if any(reports.get(code) is None for code in codes):
            return False
        if not with_money and (
            kpi.unit in MONEY_UNITS
            or (level == "technician" and kpi.family in MONEY_FAMILIES)
            or any(measures[code].is_money(self.env) for code in codes)
        ):
            return False
        # A person's figures are read for him; whose they are was checked before.
        return level == "technician" or all(
            reports[code].has_access("read") for code in codes
        )

    def _can_read_money(self):
        return self.env["field.service.kpi.dashboard"]._can_read_money()

    # ---------------------------------------------------------------------- figures
    def _get_rows(self, kpis, question):
        """Return one row per KPI: figure, history, target, and what others have."""
        board = self._get_board(question)
        own = kpis.with_env(board.env)
        sums = board._get_bucket_sums(
            own._get_measure_codes(), board._get_formula_codes(own), question
        )
        targets = board._get_targets(own, question)
        companies = own._get_values(self._get_scope(question))
        peers = own._get_values(self._get_scope(question, level=question["level"]))
        team = self._get_team_values(own, question)
        return [
            {
                **board._get_tile(kpi, sums, targets, question),
                "can_open": self._can_open(kpi, question["level"]),
                "company": self._get_value(kpi, companies, question),
                "team": self._get_value(kpi, team, question),
                "peers": self._get_peers(kpi, peers[kpi], question),
            }
            for kpi in own
        ]

    def _get_board(self, question):
        """The dashboard's arithmetic, in the right of who may read the figures."""
        board = self.env["field.service.kpi.dashboard"]
        # Reports of visits are the dispatchers', those of money the managers': whose
        # figures are asked and whether with money was checked before.
        return board.sudo() if question["level"] == "technician" else board

    def _get_scope(self, question, **values):
        period = question["period"]
        return Scope(question["company"], period.start, period.stop, **values)

    def _get_team_values(self, kpis, question):
        """Values of the team of a technician, unless they would tell of one person."""
        team = question["team"]
        if not team or len(team.member_ids) < MIN_PEOPLE:
            return {}
        return kpis._get_values(self._get_scope(question, filters=(("team", team.id),)))

    @staticmethod
    def _get_value(kpi, values, question):
        # A sum over all says nothing about one of them; a ratio does.
        found = values.get(kpi, {}).get((question["company"].id, False, None))
        return found.value if found and kpi.denominator else None

    def _get_peers(self, kpi, values, question):
        """How others of the same kind are spread, without saying who is where.

        Only those with enough cases count. None where they are too few to compare.
        """
        company = question["company"].id
        known = {
            record_id: one.value
            for (company_id, record_id, _start), one in values.items()
            if company_id == company
            and record_id
            and one.value is not None
            and not kpi._is_too_small(one)
        }
        if len(known) < MIN_PEOPLE or kpi.direction == "none":
            return None
        ordered = sorted(known.values(), reverse=kpi.direction == "up")
        mine = known.get(question["record_id"])
        return {
            "count": len(ordered),
            "best": ordered[0],
            "median": median(ordered),
            "worst": ordered[-1],
            # Equal figures share a rank.
            "rank": ordered.index(mine) + 1 if mine is not None else None,
        }

    def _can_open(self, kpi, level):
        """Whether the user may read the list behind a figure."""
        registry = self.env["field.service.kpi.measure"]
        measure = registry._get_measure(kpi.numerator)
        report = registry._get_report(measure, {level})
        if report is None:
            return False
        report = self.env[report._name]
        field = report._fields[LEVELS[level]]
        return report.has_access("read") and report._has_field_access(field, "read")
