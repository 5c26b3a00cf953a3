from collections import defaultdict

from odoo import api, fields, models

from odoo.addons.field_service.models.field_service_posting_mixin import PostingTarget
from odoo.addons.field_service.tools.event_hours import Entry, hours_by_phase

from .field_service_order_limit import OpenHours


class FieldServiceVisit(models.Model):
    """A completed visit puts the time of its people and its way on the order."""

    _name = "field.service.visit"
    _inherit = [
        "field.service.visit",
        "field.service.posting.mixin",
        "field.service.visit.subcontract",
    ]

    cost_currency_id = fields.Many2one(related="company_id.currency_id")
    cost_frozen_on = fields.Date(
        copy=False,
        readonly=True,
        groups="field_service.group_cost",
        help="Day on which the rates below were frozen.",
    )
    rate_ids = fields.One2many(
        comodel_name="field.service.visit.rate",
        inverse_name="visit_id",
        string="Frozen Labour Rates",
        copy=False,
        groups="field_service.group_cost",
    )
    labour_rate = fields.Monetary(
        string="Labour Cost per Hour",
        currency_field="cost_currency_id",
        compute="_compute_labour_rate",
        store=True,
        groups="field_service.group_cost",
        help="Frozen cost of one hour of all people on this visit.",
    )
    travel_rate = fields.Monetary(
        string="Travel Cost per Hour",
        currency_field="cost_currency_id",
        copy=False,
        readonly=True,
        groups="field_service.group_cost",
        help="Frozen cost of one hour on the way.",
    )

    km_rate = fields.Monetary(
        string="Cost per km",
        currency_field="cost_currency_id",
        copy=False,
        readonly=True,
        groups="field_service.group_cost",
        help="Frozen cost of one km on the way.",
    )

    @api.depends("rate_ids.rate", "technician_id", "crew_ids")
    def _compute_labour_rate(self):
        for visit in self:
            visit.labour_rate = sum(visit._get_crew_rates().mapped("rate"))

    def _get_people(self):
        """Return everybody whose time the visit takes."""
        return self.technician_id | self.crew_ids

    def _get_crew_rates(self):
        """Return the frozen rates of the people who are on the visit now."""
        people = self._get_own_people()
        return self.rate_ids.filtered(lambda rate: rate.employee_id in people)

    def _is_billable_work(self):
        """Tell whether the visit's hours count for cost and price."""
        return self.state == "completed" or self.id in self._get_open_hours()

    def _get_open_hours(self):
        """Return the hours of visits under way, while somebody asks what they cost."""
        given = self.env.context.get("service_open_hours")
        return given if isinstance(given, OpenHours) else {}

    def _get_hours(self, phase):
        """Return the hours of work or travel that count for the price."""
        self.ensure_one()
        hours = self._get_open_hours().get(self.id)
        return hours[phase] if hours else self[f"{phase}_hours"]

    def _get_hours_until(self, moment):
        """Return {phase: hours} as if what goes on had stopped at a moment."""
        self.ensure_one()
        log = self._get_log()
        last = max((entry.time for entry in log if entry.time), default=moment)
        end = Entry(max((entry.id for entry in log), default=0) + 1, "pause", moment)
        return hours_by_phase([*log, end] if moment >= last else log)

    def _get_cost_date(self):
        """Return the day of the work, on which its cost is posted."""
        self.ensure_one()
        return (
            self.work_date
            or fields.Date.to_date(self.start)
            or fields.Date.context_today(self)
        )

    def _freeze_rates(self):
        """Keep the rates of the day of the work, once, for completed visits.

        A person without any rate is not frozen, so that the cost is not lost: it is
        posted as soon as a rate is entered. To be called with full rights.
        """
        visits = self.filtered(
            lambda visit: visit._is_billable_work()
            and (visit.company_id.service_absorb_labour or visit.cost_frozen_on)
        )
        missing = defaultdict(set)
        for visit in visits:
            for person in visit._get_own_people() - visit.rate_ids.employee_id:
                missing[visit.company_id].add((visit, person))
        values = []
        for company, pairs in missing.items():
            values += self._prepare_rate_values(company, pairs)
        self.env["field.service.visit.rate"].create(values)
        for company, group in (
            visits.filtered(lambda visit: not visit.cost_frozen_on)
            .grouped("company_id")
            .items()
        ):
            for km_rate, driven in group.grouped(
                lambda visit: visit._get_km_rate()
            ).items():
                driven.write(
                    {
                        "travel_rate": company.service_travel_rate,
                        "km_rate": km_rate,
                        "cost_frozen_on": fields.Date.context_today(self),
                    }
                )

    def _get_km_rate(self):
        """Return what a km costs: with the booked vehicles, else the company's."""
        return (
            sum(self.resource_ids.mapped("service_km_rate"))
            or self.company_id.service_km_rate
        )

    def _prepare_rate_values(self, company, pairs):
        """Return the values of the frozen rates of pairs (visit, person)."""
        rates = self.env["field.service.labour.rate"]._get_rates(
            company, {(person, visit._get_cost_date()) for visit, person in pairs}
        )
        result = []
        for visit, person in sorted(pairs, key=lambda pair: (pair[0].id, pair[1].id)):
            rate = rates[person, visit._get_cost_date()]
            if rate is not None:
                result.append(
                    {
                        "visit_id": visit.id,
                        "employee_id": person.id,
                        "rate": rate,
                        "overtime_multiplier": company.service_overtime_multiplier,
                        "rest_multiplier": company.service_rest_multiplier,
                    }
                )
        return result

    def _get_people_without_rate(self):
        """Return the people whose time on completed visits has no cost yet."""
        people = self.env["hr.employee"]
        for visit in self:
            if visit._is_billable_work() and visit.company_id.service_absorb_labour:
                people |= visit._get_own_people() - visit.rate_ids.employee_id
        return people

    # ------------------------------------------------------------------- posting
    def _get_posting_targets(self):
        targets = super()._get_posting_targets()
        for visit in self:
            if visit._is_billable_work():
                targets += visit._get_visit_targets()
        return targets

    def _get_visit_targets(self):
        """Return what the visit's work and way cost its order."""
        self.ensure_one()
        currency = self.company_id.currency_id
        labour = sum(rate._get_cost() for rate in self._get_crew_rates())
        travel = currency.round(
            self.travel_hours * self.travel_rate + self.travel_km * self.km_rate
        )
        # Where a subcontractor goes alone, his bill is what the way costs too.
        if not self._get_own_people():
            travel = 0.0
        amounts = {"labour": labour, "travel": travel}
        return [
            self._prepare_posting_target(kind, amount)
            for kind, amount in amounts.items()
            if not currency.is_zero(amount)
        ]

    def _prepare_posting_target(self, kind, amount):
        """Return the posting target of one kind of cost (labour or travel)."""
        company = self.company_id
        names = {
            "labour": self.env._("%(order)s: labour", order=self.order_id.name),
            "travel": self.env._("%(order)s: travel", order=self.order_id.name),
        }
        return PostingTarget(
            source=self,
            order=self.order_id,
            kind=kind,
            amount=amount,
            date=self._get_cost_date(),
            account=company._get_service_account(f"service_{kind}_account_id"),
            contra_account=company._get_service_account(
                f"service_{kind}_contra_account_id"
            ),
            name=names[kind],
        )
