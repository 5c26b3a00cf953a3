from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

JOB_TYPE = "field.service.job.type"
REPORT = "field.service.order.report"
# Which measures need what.
NEEDS = {
    "planned": ("job.planned_hours",),
    "worked": (
        "job.actual_hours",
        "job.work_hours",
        "visit.billable_hours",
        "visit.paid_work_hours",
        "visit.present_hours",
        "visit.productive_hours",
    ),
    "travelled": (
        "visit.travel_known_hours",
        "visit.travel_day_hours",
    ),
    "km": ("visit.km",),
    "roster": (
        "hours.paid",
        "hours.paid_overtime",
    ),
    "arrived": (
        "job.response_hours",
        "visit.on_time",
        "visit.late",
    ),
    "response": ("job.response_met",),
    "resolution": ("job.resolution_met",),
    "dispatched": (
        "visit.kit_ready",
        "visit.dispatch_overrides",
    ),
    "accepted": ("visit.acknowledgement_minutes",),
    "window": (
        "job.first_fix",
        "job.first_fix_open",
        "job.callbacks",
    ),
    "reason": (
        "job.return_part",
        "job.return_skill",
        "job.return_access",
        "job.return_diagnosis",
        "job.return_time",
    ),
    "checklist": ("job.answers",),
    "review": ("job.review_passed",),
    "equipment": ("job.failures",),
    "parts": ("visit.parts_there",),
    "rating": (
        "rating.satisfied",
        "rating.net_promoters",
        "order.rating_answered",
    ),
    "price": (
        "order.compared_margin",
        "order.baseline_margin",
    ),
    "charges": (
        "charge.leakage",
        "charge.forgotten",
    ),
    "labour": (
        "ledger.margin",
        "ledger.labour",
        "order.cost",
        "order.margin",
        "order.net_margin",
        "order.compared_margin",
        "order.loss_orders",
        "kind.labour_margin",
        "spread.weighted",
        "order.callback_cost",
    ),
    "payroll": (
        "payroll.absorbed",
        "payroll.payroll",
        "bridge.unabsorbed",
    ),
}


class Fact(NamedTuple):
    """What must be recorded of a completed order, so that KPIs can be computed.

    ``captured`` says in SQL whether an order has it, ``applies`` whether it could
    (``work`` is the order, ``kind`` its job type, ``company`` its company).
    ``setting`` is what is opened to put it right: the job type, an action's xml id, or
    "settings".
    """

    captured: SQL
    applies: SQL = SQL("TRUE")
    setting: str = JOB_TYPE


class FieldServiceKpiFact(models.AbstractModel):
    """Registry of what is recorded in the field, and which measures live on it."""

    _name = "field.service.kpi.fact"
    _description = "Facts KPIs Need"

    @api.model
    def _get_facts(self):
        """Return all facts by code; extend with ``{**super()._get_facts(), ...}``.

        The order of the facts gives the rows their ids: add new ones at the end.

        :rtype: dict[str, Fact]
        """
        return {
            **self._get_time_facts(),
            **self._get_promise_facts(),
            **self._get_quality_facts(),
            **self._get_money_facts(),
        }

    @api.model
    def _get_fact_needs(self):
        """Return the codes of the measures that need each fact."""
        return NEEDS

    @api.model
    def _get_fact_labels(self):
        """Return what each fact is called, to follow "without"."""
        return {
            "planned": self.env._("planned hours"),
            "worked": self.env._("hours of work"),
            "travelled": self.env._("time on the way"),
            "km": self.env._("kilometres"),
            "roster": self.env._("a working schedule of the technician"),
            "arrived": self.env._("the time of arrival"),
            "response": self.env._("a promised response time"),
            "resolution": self.env._("a promised resolution time"),
            "dispatched": self.env._("a dispatched visit"),
            "accepted": self.env._("an acknowledgement"),
            "window": self.env._("a callback window"),
            "reason": self.env._("the cause of the return visit"),
            "checklist": self.env._("mandatory questions"),
            "review": self.env._("a share of orders to review"),
            "equipment": self.env._("equipment"),
            "parts": self.env._("planned parts"),
            "rating": self.env._("a request for a rating"),
            "price": self.env._("a price in the baseline"),
            "charges": self.env._("charges"),
            "labour": self.env._("posted labour cost"),
            "payroll": self.env._("payroll accounts"),
        }

    @api.model
    def _get_fact_remedies(self):
        """Return what to do about each fact that is missing."""
        return {
            "planned": self.env._(
                "Give the job type a duration; it plans the order's hours."
            ),
            "worked": self.env._("Technicians start and finish each visit in My Day."),
            "travelled": self.env._(
                "Technicians tap when they set off, not only on arrival."
            ),
            "km": self.env._("Plan trips, or let technicians enter the kilometres."),
            "roster": self.env._(
                "Give each technician a working schedule with fixed hours."
            ),
            "arrived": self.env._("Technicians tap when they arrive."),
            "response": self.env._("Add an SLA policy that says how soon."),
            "resolution": self.env._("Add an SLA policy that says how soon."),
            "dispatched": self.env._("Dispatch visits instead of only planning them."),
            "accepted": self.env._("Technicians acknowledge what they are sent."),
            "window": self.env._("Give the job type a callback window."),
            "reason": self.env._(
                "Say for each reason of return visits what it counts as."
            ),
            "checklist": self.env._(
                "Give the job type a checklist with mandatory questions."
            ),
            "review": self.env._("Say on the job type how many orders are reviewed."),
            "equipment": self.env._("Require equipment on the job type."),
            "parts": self.env._("Plan the parts on the order before the visit."),
            "rating": self.env._("Let customers be asked for a rating."),
            "price": self.env._("Price the work before the order is released."),
            "charges": self.env._("Record hours and parts, or give the order a price."),
            "labour": self.env._(
                "Absorb labour, and give each technician a labour rate."
            ),
            "payroll": self.env._("Choose the payroll accounts in the settings."),
        }

    # ------------------------------------------------------------------------ facts
    def _get_time_facts(self):
        return {
            "planned": Fact(
                SQL("COALESCE(NULLIF(work.baseline_hours, 0), work.planned_hours) > 0"),
            ),
            "worked": Fact(
                SQL("work.work_hours > 0"),
                setting="field_service.field_service_visit_action",
            ),
            "travelled": Fact(
                self._get_visit_sql(SQL("visit.travel_hours > 0")),
                setting="field_service.field_service_visit_action",
            ),
            "km": Fact(
                self._get_visit_sql(SQL("visit.travel_km > 0")),
                setting="field_service.field_service_visit_action",
            ),
            "roster": Fact(
                SQL(
                    """NOT EXISTS (
                        SELECT 1 FROM field_service_visit visit
                          JOIN hr_employee person ON person.id = visit.technician_id
                          JOIN resource_resource who ON who.id = person.resource_id
                         WHERE visit.order_id = work.id AND visit.state = 'completed'
                           AND person.service_vendor_id IS NULL
                           AND who.calendar_id IS NULL)"""
                ),
                setting="hr.open_view_employee_list_my",
            ),
        }

    def _get_promise_facts(self):
        policy = "field_service.field_service_sla_action"
        sent = self._get_visit_sql(SQL("visit.dispatched_on IS NOT NULL"))
        return {
            "arrived": Fact(
                self._get_visit_sql(SQL("visit.arrived_on IS NOT NULL")),
                setting="field_service.field_service_visit_action",
            ),
            "response": Fact(
                SQL("work.response_deadline IS NOT NULL"),
                setting=policy,
            ),
            "resolution": Fact(
                SQL("work.resolution_deadline IS NOT NULL"),
                setting=policy,
            ),
            "dispatched": Fact(
                sent,
                setting="field_service.field_service_visit_action",
            ),
            "accepted": Fact(
                self._get_visit_sql(SQL("visit.acknowledged_on IS NOT NULL")),
                sent,
                setting="field_service.field_service_visit_action",
            ),
        }

    def _get_quality_facts(self):
        returned = SQL("visit.result = 'return_needed'")
        return {
            "window": Fact(
                SQL("kind.callback_days > 0"),
            ),
            "reason": Fact(
                SQL(
                    """NOT EXISTS (
                        SELECT 1 FROM field_service_visit visit
                          LEFT JOIN field_service_reason reason
                                 ON reason.id = visit.return_reason_id
                         WHERE visit.order_id = work.id AND visit.state = 'completed'
                           AND %s AND reason.return_cause IS NULL)""",
                    returned,
                ),
                self._get_visit_sql(returned),
                setting="field_service.field_service_reason_action",
            ),
            "checklist": Fact(
                SQL(
                    """EXISTS (SELECT 1 FROM field_service_checklist_answer answer
                                WHERE answer.order_id = work.id AND answer.mandatory)"""
                ),
            ),
            "review": Fact(
                SQL(
                    """(COALESCE(NULLIF(kind.review_percentage, 0),
                                 company.service_review_percentage) > 0
                        OR EXISTS (SELECT 1 FROM field_service_review review
                                    WHERE review.order_id = work.id
                                      AND review.state = 'done'))"""
                ),
            ),
            "equipment": Fact(
                SQL("%s IS NOT NULL", self.env[REPORT]._get_asset_sql()),
                SQL("kind.is_warranty_work"),
            ),
            "parts": Fact(
                self._get_visit_sql(SQL("visit.parts_needed > 0")),
                SQL(
                    """EXISTS (SELECT 1 FROM field_service_part part
                                WHERE part.order_id = work.id)"""
                ),
            ),
            "rating": Fact(
                SQL("work.rating_requested_on IS NOT NULL"),
                setting="settings",
            ),
        }

    def _get_money_facts(self):
        chargeable = SQL("work.coverage = 'chargeable'")
        return {
            "price": Fact(
                SQL("work.baseline_revenue > 0"),
                chargeable,
            ),
            "charges": Fact(
                SQL(
                    """EXISTS (SELECT 1 FROM field_service_charge charge
                                WHERE charge.order_id = work.id)"""
                ),
                chargeable,
            ),
            "labour": Fact(
                SQL(
                    """EXISTS (SELECT 1 FROM field_service_visit visit
                                 JOIN account_move_line item
                                   ON item.service_source_id = visit.id
                                  AND item.service_source_model = 'field.service.visit'
                                  AND item.service_cost_type = 'labour'
                                  AND item.parent_state = 'posted'
                                WHERE visit.order_id = work.id)"""
                ),
                self._get_visit_sql(
                    SQL("visit.work_hours > 0 AND visit.vendor_id IS NULL")
                ),
                setting="field_service_billing.field_service_labour_rate_action",
            ),
            "payroll": Fact(
                SQL(
                    """EXISTS (SELECT 1 FROM field_service_payroll_account_rel payroll
                                WHERE payroll.res_company_id = work.company_id)"""
                ),
                setting="settings",
            ),
        }

    def _get_visit_sql(self, condition) -> SQL:
        """Whether the order has a completed visit for which a condition holds."""
        return SQL(
            """EXISTS (SELECT 1 FROM field_service_visit visit
                        WHERE visit.order_id = work.id AND visit.state = 'completed'
                          AND %s)""",
            condition,
        )
