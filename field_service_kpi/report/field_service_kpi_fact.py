from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

JOB_TYPE = "field.service.job.type"
REPORT = "field.service.order.report"


class Fact(NamedTuple):
    """What must be recorded of a completed order, so that KPIs can be computed.

    ``measures`` are the codes that need it; ``captured`` says in SQL whether an order
    has it, ``applies`` whether it could (``work`` is the order, ``kind`` its job type,
    ``company`` its company). ``setting`` is what is opened to put it right: the job
    type, an action's xml id, or "settings".
    """

    label: str
    remedy: str
    measures: tuple
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

    # ------------------------------------------------------------------------ facts
    def _get_time_facts(self):
        return {
            "planned": Fact(
                self.env._("planned hours"),
                self.env._("Give the job type a duration; it plans the order's hours."),
                ("job.planned_hours",),
                SQL("COALESCE(NULLIF(work.baseline_hours, 0), work.planned_hours) > 0"),
            ),
            "worked": Fact(
                self.env._("hours of work"),
                self.env._("Technicians start and finish each visit in My Day."),
                (
                    *("job.actual_hours", "job.work_hours", "visit.billable_hours"),
                    *("visit.paid_work_hours", "visit.present_hours"),
                    "visit.productive_hours",
                ),
                SQL("work.work_hours > 0"),
                setting="field_service.field_service_visit_action",
            ),
            "travelled": Fact(
                self.env._("time on the way"),
                self.env._("Technicians tap when they set off, not only on arrival."),
                ("visit.travel_known_hours", "visit.travel_day_hours"),
                self._get_visit_sql(SQL("visit.travel_hours > 0")),
                setting="field_service.field_service_visit_action",
            ),
            "km": Fact(
                self.env._("kilometres"),
                self.env._("Plan trips, or let technicians enter the kilometres."),
                ("visit.km",),
                self._get_visit_sql(SQL("visit.travel_km > 0")),
                setting="field_service.field_service_visit_action",
            ),
            "roster": Fact(
                self.env._("a working schedule of the technician"),
                self.env._("Give each technician a working schedule with fixed hours."),
                ("hours.paid", "hours.paid_overtime"),
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
        promised = self.env._("Add an SLA policy that says how soon.")
        policy = "field_service.field_service_sla_action"
        sent = self._get_visit_sql(SQL("visit.dispatched_on IS NOT NULL"))
        return {
            "arrived": Fact(
                self.env._("the time of arrival"),
                self.env._("Technicians tap when they arrive."),
                ("job.response_hours", "visit.on_time", "visit.late"),
                self._get_visit_sql(SQL("visit.arrived_on IS NOT NULL")),
                setting="field_service.field_service_visit_action",
            ),
            "response": Fact(
                self.env._("a promised response time"),
                promised,
                ("job.response_met",),
                SQL("work.response_deadline IS NOT NULL"),
                setting=policy,
            ),
            "resolution": Fact(
                self.env._("a promised resolution time"),
                promised,
                ("job.resolution_met",),
                SQL("work.resolution_deadline IS NOT NULL"),
                setting=policy,
            ),
            "dispatched": Fact(
                self.env._("a dispatched visit"),
                self.env._("Dispatch visits instead of only planning them."),
                ("visit.kit_ready", "visit.dispatch_overrides"),
                sent,
                setting="field_service.field_service_visit_action",
            ),
            "accepted": Fact(
                self.env._("an acknowledgement"),
                self.env._("Technicians acknowledge what they are sent."),
                ("visit.acknowledgement_minutes",),
                self._get_visit_sql(SQL("visit.acknowledged_on IS NOT NULL")),
                sent,
                setting="field_service.field_service_visit_action",
            ),
        }

    def _get_quality_facts(self):
        returned = SQL("visit.result = 'return_needed'")
        return {
            "window": Fact(
                self.env._("a callback window"),
                self.env._("Give the job type a callback window."),
                ("job.first_fix", "job.first_fix_open", "job.callbacks"),
                SQL("kind.callback_days > 0"),
            ),
            "reason": Fact(
                self.env._("the cause of the return visit"),
                self.env._("Say for each reason of return visits what it counts as."),
                (
                    *("job.return_part", "job.return_skill", "job.return_access"),
                    *("job.return_diagnosis", "job.return_time"),
                ),
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
                self.env._("mandatory questions"),
                self.env._("Give the job type a checklist with mandatory questions."),
                ("job.answers",),
                SQL(
                    """EXISTS (SELECT 1 FROM field_service_checklist_answer answer
                                WHERE answer.order_id = work.id AND answer.mandatory)"""
                ),
            ),
            "review": Fact(
                self.env._("a share of orders to review"),
                self.env._("Say on the job type how many orders are reviewed."),
                ("job.review_passed",),
                SQL(
                    """(COALESCE(NULLIF(kind.review_percentage, 0),
                                 company.service_review_percentage) > 0
                        OR EXISTS (SELECT 1 FROM field_service_review review
                                    WHERE review.order_id = work.id
                                      AND review.state = 'done'))"""
                ),
            ),
            "equipment": Fact(
                self.env._("equipment"),
                self.env._("Require equipment on the job type."),
                ("job.failures",),
                SQL("%s IS NOT NULL", self.env[REPORT]._get_asset_sql()),
                SQL("kind.is_warranty_work"),
            ),
            "parts": Fact(
                self.env._("planned parts"),
                self.env._("Plan the parts on the order before the visit."),
                ("visit.parts_there",),
                self._get_visit_sql(SQL("visit.parts_needed > 0")),
                SQL(
                    """EXISTS (SELECT 1 FROM field_service_part part
                                WHERE part.order_id = work.id)"""
                ),
            ),
            "rating": Fact(
                self.env._("a request for a rating"),
                self.env._("Let customers be asked for a rating."),
                (
                    *("rating.satisfied", "rating.net_promoters"),
                    "order.rating_answered",
                ),
                SQL("work.rating_requested_on IS NOT NULL"),
                setting="settings",
            ),
        }

    def _get_money_facts(self):
        chargeable = SQL("work.coverage = 'chargeable'")
        return {
            "price": Fact(
                self.env._("a price in the baseline"),
                self.env._("Price the work before the order is released."),
                ("order.compared_margin", "order.baseline_margin"),
                SQL("work.baseline_revenue > 0"),
                chargeable,
            ),
            "charges": Fact(
                self.env._("charges"),
                self.env._("Record hours and parts, or give the order a price."),
                ("charge.leakage", "charge.forgotten"),
                SQL(
                    """EXISTS (SELECT 1 FROM field_service_charge charge
                                WHERE charge.order_id = work.id)"""
                ),
                chargeable,
            ),
            "labour": Fact(
                self.env._("posted labour cost"),
                self.env._("Absorb labour, and give each technician a labour rate."),
                (
                    *("ledger.margin", "ledger.labour", "order.cost", "order.margin"),
                    *("order.net_margin", "order.compared_margin", "order.loss_orders"),
                    *("kind.labour_margin", "spread.weighted", "order.callback_cost"),
                ),
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
                self.env._("payroll accounts"),
                self.env._("Choose the payroll accounts in the settings."),
                ("payroll.absorbed", "payroll.payroll", "bridge.unabsorbed"),
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
