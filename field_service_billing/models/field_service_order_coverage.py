from typing import NamedTuple

import pytz

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date

from .field_service_charge_coverage import ChargeCoverage
from .field_service_job_type import COVERAGES

# Before anybody has begun, who pays follows the facts.
EARLY_STATES = ("draft", "released", "scheduled", "on_hold")
LOST_VISITS = ("cancelled", "declined", "missed")


class CoverageDecision(NamedTuple):
    """Who pays, which rule says so, and the sentence with the evidence."""

    coverage: str
    rule: str
    reason: str
    asset: models.BaseModel
    line: models.BaseModel

    def get_values(self):
        """Return the values of the order that hold the decision."""
        return {
            "coverage": self.coverage,
            "coverage_rule": self.rule,
            "coverage_reason": self.reason or False,
            "coverage_asset_id": self.asset.id,
            "coverage_agreement_line_id": self.line.id,
        }


class FieldServiceOrderCoverage(models.AbstractModel):
    """Who pays for a work order: decided by the first rule that has an answer.

    A rule is a name of ``_get_coverage_rules`` and a method ``_decide_coverage_<name>``
    that returns a ``CoverageDecision``, or None to leave it to the next rule.
    """

    _name = "field.service.order.coverage"
    _description = "Coverage of Work Orders"

    coverage = fields.Selection(
        selection=COVERAGES,
        compute="_compute_coverage",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        index=True,
        tracking=True,
        # Decided for this order, not for its duplicates.
        copy=False,
        help="Who bears the work: only chargeable work is billed.",
    )
    # The evidence is not read only, so that a decision can be created with the order;
    # who may write it is said in field_service_order_coverage_check.py.
    coverage_rule = fields.Selection(
        selection=[
            ("warranty", "Warranty of the equipment"),
            ("agreement", "Agreement"),
            ("job_type", "Job type"),
            ("person", "Decided by hand"),
        ],
        string="Decided By",
        compute="_compute_coverage",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        index="btree_not_null",
        tracking=True,
    )
    coverage_reason = fields.Char(
        compute="_compute_coverage",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        tracking=True,
        help="Why this coverage was decided.",
    )
    coverage_asset_id = fields.Many2one(
        comodel_name="field.service.asset",
        string="Covered Equipment",
        compute="_compute_coverage",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        help="Whose warranty pays.",
    )
    coverage_agreement_line_id = fields.Many2one(
        comodel_name="field.service.agreement.coverage",
        string="Covering Agreement",
        compute="_compute_coverage",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="The agreement that pays, or whose discounts hold.",
    )

    # ------------------------------------------------------------------ computes
    @api.depends(
        "company_id",
        "partner_id",
        "site_id",
        "asset_ids.warranty_until",
        "asset_ids.repair_warranty_until",
        "asset_ids.warranty_scope",
        "job_type_id",
        "agreement_id",
        "requested_start",
        "promised_start",
        "visit_ids.start",
    )
    def _compute_coverage(self):
        # Not on what others use up meanwhile: that is looked at after the work.
        for order in self:
            if not order._is_coverage_settled():
                order.update(order._decide_coverage().get_values())

    def _is_coverage_settled(self):
        """Tell whether who pays no longer follows by itself: a person, or the work."""
        self.ensure_one()
        return self.coverage_rule == "person" or (
            bool(self.coverage) and self._has_work_begun()
        )

    def _has_work_begun(self):
        """Tell whether somebody is, or was, at work on the order."""
        return self.state not in EARLY_STATES or any(
            visit.state == "completed" or visit._is_busy() for visit in self.visit_ids
        )

    # ---------------------------------------------------------------------- rules
    @api.model
    def _get_coverage_rules(self):
        """Return the names of the rules, in the order in which they are asked."""
        return ["warranty", "agreement", "job_type"]

    def _decide_coverage(self):
        """Return who pays, as the facts are now.

        :rtype: CoverageDecision
        """
        self.ensure_one()
        # Who pays does not depend on what the user may read.
        order = self.sudo()
        rules = ["job_type"] if order.is_historic else order._get_coverage_rules()
        for rule in rules:
            decision = getattr(order, f"_decide_coverage_{rule}")()
            if decision:
                return decision
        return order._prepare_coverage_decision("chargeable", False, "")

    def _prepare_coverage_decision(self, coverage, rule, reason, **records):
        return CoverageDecision(
            coverage=coverage,
            rule=rule,
            reason=reason,
            asset=records.get("asset", self.env["field.service.asset"]),
            line=records.get("line", self.env["field.service.agreement.coverage"]),
        )

    def _decide_coverage_warranty(self):
        """The warranty pays when all equipment of the order is under warranty."""
        assets = self._get_warranty_assets()
        day = self._get_coverage_date()
        if not assets or not all(asset._is_under_warranty(day) for asset in assets):
            return None
        # The narrowest and the shortest warranty is the one that counts.
        asset = assets.sorted(
            lambda asset: (asset.warranty_scope == "all", asset._get_warranty_end())
        )[0]
        partly = asset.warranty_scope != "all"
        return self._prepare_coverage_decision(
            "warranty",
            "warranty",
            self._describe_warranty(assets, asset),
            asset=asset,
            **({"line": self._find_agreement_coverage(day)} if partly else {}),
        )

    def _get_warranty_assets(self):
        """Return the equipment whose warranty may pay for this order.

        What an agreement owes is no defect, and neither is every kind of work.
        """
        no_defect = self.job_type_id and not self.job_type_id.is_warranty_work
        if no_defect or self.agreement_occurrence_id:
            return self.env["field.service.asset"]
        return self.asset_ids._origin

    def _describe_warranty(self, assets, asset):
        until = min(asset._get_warranty_end() for asset in assets)
        values = {
            "day": format_date(self.env, until),
            "assets": ", ".join(assets.mapped("name")),
        }
        if asset.warranty_scope == "parts":
            return self.env._(
                "Warranty until %(day)s of %(assets)s: parts only.", **values
            )
        if asset.warranty_scope == "labour":
            return self.env._(
                "Warranty until %(day)s of %(assets)s: labour only.", **values
            )
        return self.env._("Warranty until %(day)s of %(assets)s.", **values)

    def _decide_coverage_agreement(self):
        """The agreement pays as long as something is left of what it includes."""
        day = self._get_coverage_date()
        line = self._find_agreement_coverage(day)
        if not line:
            return None
        left = line._has_left(day, self)
        return self._prepare_coverage_decision(
            "contract" if left else "chargeable",
            "agreement",
            line._describe_coverage(day, self, left),
            line=line,
        )

    def _find_agreement_coverage(self, day):
        """Return the agreement's line that is for this order, see ``_get_rank``."""
        lines = self.env["field.service.agreement.coverage"].search(
            self._get_agreement_coverage_domain(day)
        )
        fitting = lines.filtered(lambda line: line._covers_order(self, day))
        return fitting.sorted(lambda line: line._get_rank(self, day))[:1]

    def _get_agreement_coverage_domain(self, day):
        """Return where the lines that may be for this order are looked for."""
        agreement = self.agreement_id
        customer = self.partner_id.commercial_partner_id
        whose = Domain("agreement_id", "=", agreement.id) if agreement else Domain.FALSE
        if customer:
            whose |= Domain(
                "agreement_id.partner_id.commercial_partner_id", "=", customer.id
            )
        return whose & Domain(
            [
                ("active", "=", True),
                ("company_id", "=", self.company_id.id),
                ("agreement_id.state", "in", ("active", "suspended", "ended")),
                ("agreement_id.date_start", "<=", day),
            ]
        )

    def _decide_coverage_job_type(self):
        """Without any other rule, it is as usual for this kind of work."""
        job_type = self.job_type_id
        coverage = job_type.coverage or "chargeable"
        labels = dict(self._fields["coverage"]._description_selection(self.env))
        day = self._get_coverage_date()
        ended = self._get_warranty_assets().filtered(
            lambda asset: asset._get_warranty_end()
            and not asset._is_under_warranty(day)
        )
        reasons = [
            self.env._(
                "The warranty of %(asset)s ended on %(day)s.",
                asset=asset.name,
                day=format_date(self.env, asset._get_warranty_end()),
            )
            for asset in ended
        ]
        if job_type:
            reasons.append(
                self.env._(
                    "Usual for %(job_type)s: %(coverage)s.",
                    job_type=job_type.name,
                    coverage=labels[coverage],
                )
            )
        return self._prepare_coverage_decision(coverage, "job_type", " ".join(reasons))

    def _get_coverage_date(self, visit=None):
        """Return the day of the work, by the clock of the site.

        The day on which work began; as long as nobody has begun, that of the plan,
        then what was promised or requested, then today.

        :param visit: one visit, instead of the whole order
        """
        self.ensure_one()
        visits = visit or self.visit_ids.filtered(
            lambda visit: visit.state not in LOST_VISITS
        )
        planned = [visit.start for visit in visits if visit.start]
        wanted = self.promised_start or self.requested_start
        moments = visits._get_event_times("work_start") or planned
        if self.is_historic and self.completed_on:
            moments = [self.completed_on]
        moment = min(moments, default=wanted or fields.Datetime.now())
        zone = pytz.timezone(self._get_site_tz())
        return pytz.utc.localize(moment).astimezone(zone).date()

    # -------------------------------------------------------------------- charges
    def _get_charge_coverage(self, charge):
        """Return who pays for a charge of this order, and at which discount.

        :param charge: ``field.service.charge``, also a new one
        :rtype: ChargeCoverage
        """
        self.ensure_one()
        line = self.coverage_agreement_line_id
        if self.coverage == "warranty":
            asset = self.coverage_asset_id
            if not asset or asset._warrants(charge.kind):
                return ChargeCoverage("warranty", line.browse())
        elif not line:
            return ChargeCoverage(self.coverage, line)
        included = line and line._includes(charge)
        if self.coverage == "chargeable":
            # The main thing was used up when it was decided; nothing comes back to it.
            included = included and line._is_beside(charge)
        return ChargeCoverage(
            "contract" if included else "chargeable",
            line,
            line._get_discount(charge) if line else 0.0,
        )

    def _allocate_entitlements(self):
        """Give the charges what their agreement still includes. Idempotent."""
        for order in self:
            allocated = {}
            for line in order.charge_ids.coverage_agreement_line_id:
                allocated |= line._allocate(order)
            takers = [
                charge
                for charge, (quantity, __) in allocated.items()
                if charge._differ(charge.covered_qty, quantity)
            ]
            self.env["field.service.charge"].union(
                *takers
            ).coverage_agreement_line_id._lock_entitlements()
            for charge, (quantity, day) in allocated.items():
                charge._set_covered(quantity, day)
