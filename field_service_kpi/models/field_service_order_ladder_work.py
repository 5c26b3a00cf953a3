from collections import defaultdict

from odoo import fields, models

from odoo.addons.field_service.models.field_service_visit_gate import (
    BUSY_STATES,
    WAITING_STATES,
)
from odoo.addons.field_service.tools.event_hours import PHASES, effective_entries


class FieldServiceOrderLadderWork(models.AbstractModel):
    """Hours, travel, parts and subcontractors on the ladder: done, or still to come."""

    _name = "field.service.order.ladder.work"
    _description = "Work on the Margin Ladder"

    def _get_ladder_items(self):
        items = super()._get_ladder_items()
        # Read at once: what is filtered later forgets that there are others.
        self.visit_ids.mapped("crew_ids")
        rates = self._get_today_rates()
        for order in self:
            items += order._get_vendor_items()
            if not order._is_work_open():
                continue
            live = order._get_live_visits()
            if order.company_id.service_absorb_labour:
                items += order._get_labour_items(live, rates)
                items += order._get_travel_items(live)
            items += order._get_part_items()
        return items

    def _get_live_visits(self):
        """Return {visit that goes on: its hours of work and of travel until now}."""
        now = fields.Datetime.now()
        return {
            visit: visit._get_live_hours(now)
            for visit in self.visit_ids
            if visit.state in BUSY_STATES
        }

    # ---------------------------------------------------------------------- rates
    def _get_today_rates(self):
        """Return {order: (cost of an hour expected, {person: cost of his hour})}.

        As the baseline expects it, for many orders at once: the rate of who is planned
        or preferred, else the average of the team, else that of the company.
        """
        today = fields.Date.context_today(self)
        chosen, wanted = {}, defaultdict(set)
        for order in self:
            visits = order.visit_ids.filtered(
                lambda visit: visit.state in (*WAITING_STATES, *BUSY_STATES)
            )
            chosen[order] = (
                visits._get_people(),
                order.preferred_technician_id,
                order.team_id.member_ids,
            )
            for people in chosen[order]:
                wanted[order.company_id] |= {(person, today) for person in people}
        model = self.env["field.service.labour.rate"]
        rates = {
            company: model._get_rates(company, pairs) if pairs else {}
            for company, pairs in wanted.items()
        }
        result, fallback = {}, {}
        for order, groups in chosen.items():
            company = order.company_id
            known = rates[company]
            for people in groups:
                found = [known[person, today] for person in people]
                found = [rate for rate in found if rate is not None]
                if found:
                    average = sum(found) / len(found)
                    break
            else:
                # The same for all orders of the company about which nothing is known.
                if company not in fallback:
                    fallback[company] = order._get_planned_rate()
                average = fallback[company]
            persons = {person: rate or 0.0 for (person, __), rate in known.items()}
            result[order] = (average, persons)
        return result

    # --------------------------------------------------------------------- labour
    def _get_labour_items(self, live, rates):
        """Return the hours of who works now, and those that are still planned."""
        average, persons = rates[self]
        items = []
        for visit, (hours, __) in live.items():
            for person in visit._get_own_people():
                items += self._prepare_ladder_item(
                    "accrued",
                    "labour",
                    hours * persons.get(person, 0.0),
                    self.env._(
                        "%(person)s, at work: %(visit)s",
                        person=person.name,
                        visit=visit.display_name,
                    ),
                    hours,
                    visit,
                )
        rest = self._get_hours_to_come(live)
        return items + self._prepare_ladder_item(
            "committed",
            "labour",
            rest * average,
            self.env._("Hours to come"),
            rest,
            self,
        )

    def _get_hours_to_come(self, live):
        """Return the hours of everybody that are planned and not worked yet.

        The plan of the order less what was worked; at least what is left of the visits
        that are planned.
        """
        worked = planned = 0.0
        for visit in self.visit_ids:
            people = len(visit._get_people())
            if visit in live:
                worked += live[visit][0] * people
                planned += max((visit.duration or 0.0) - live[visit][0], 0.0) * people
            elif visit.state == "completed":
                worked += visit.work_hours * people
            elif visit.state in WAITING_STATES:
                planned += (visit.duration or 0.0) * (people or 1)
        # A subcontractor's visit is paid by his bill.
        vendors = self._get_vendor_hours_to_come(live)
        left = self._get_planned_labour_hours() - worked
        return max(left - vendors, planned - vendors, 0.0)

    # --------------------------------------------------------------------- travel
    def _get_travel_items(self, live):
        """Return the ways to visits: on the way now, and still planned."""
        rate = self.company_id.service_travel_rate
        items = []
        for visit in self.visit_ids:
            if not visit._get_own_people():
                continue
            if visit in live:
                done = live[visit][1]
                items += self._prepare_ladder_item(
                    "accrued",
                    "travel",
                    done * rate,
                    self.env._("On the way: %(visit)s", visit=visit.display_name),
                    done,
                    visit,
                )
            elif visit.state not in WAITING_STATES:
                continue
            planned = self._get_way_to_come(visit, live)
            items += self._prepare_ladder_item(
                "committed",
                "travel",
                planned * rate,
                self.env._("Way to come: %(visit)s", visit=visit.display_name),
                planned,
                visit,
            )
        return items

    def _get_travel_hours_to_come(self, live):
        """Return the hours on the way to visits that are planned."""
        return sum(
            self._get_way_to_come(visit, live)
            for visit in self.visit_ids
            if visit in live or visit.state in WAITING_STATES
        )

    def _get_way_to_come(self, visit, live):
        """Return the hours of one way that are still to be driven."""
        planned = (visit.travel_before_minutes or 0.0) / 60.0
        if visit in live:
            driving = visit.state == "travelling"
            planned = planned - live[visit][1] if driving else 0.0
        return max(planned, 0.0)

    # ---------------------------------------------------------------------- parts
    def _get_parts_to_come(self):
        """Return [(part, quantity that is still expected to be used)]."""
        return [
            (part, max(quantity - part.consumed_qty, 0.0))
            for part, quantity in self._get_planned_parts()
        ]

    def _get_part_items(self):
        """Return parts planned or reserved and not used yet, at what they cost now."""
        items = []
        for part, quantity in self._get_parts_to_come():
            product = part.product_id.with_company(self.company_id)
            units = part.uom_id._compute_quantity(quantity, product.uom_id, round=False)
            items += self._prepare_ladder_item(
                "committed",
                "parts",
                units * product.standard_price,
                part.display_name,
                units,
                part,
            )
        return items

    # ------------------------------------------------------------- subcontractors
    def _get_vendor_items(self):
        """Return what subcontractors have done and not billed, and will do."""
        items = []
        for line in self.subcontract_ids:
            if line.state in ("open", "drafted"):
                items += self._prepare_ladder_item(
                    "accrued",
                    "subcontract",
                    line.currency_id._convert(
                        line.expected_amount,
                        self.currency_id,
                        self.company_id,
                        line.date,
                    ),
                    line.display_name,
                    line.quantity,
                    line,
                )
        if self._is_work_open():
            for visit in self.visit_ids:
                if visit.state in (*WAITING_STATES, *BUSY_STATES):
                    items += self._get_vendor_visit_items(visit)
        return items

    def _get_vendor_visit_items(self, visit):
        prices = self.env["field.service.subcontract.price"]
        day = visit._get_cost_date()
        items = []
        for vendor in visit._get_vendors().values():
            price = prices._find_price(vendor, visit.job_type_id, day, self.company_id)
            if not price:
                continue
            quantity = visit.duration if price.method == "hour" else 1.0
            items += self._prepare_ladder_item(
                "committed",
                "subcontract",
                price.currency_id._convert(
                    quantity * price.price, self.currency_id, self.company_id, day
                ),
                f"{vendor.display_name}: {visit.display_name}",
                quantity,
                visit,
            )
        return items

    def _get_vendor_hours_to_come(self, live):
        """Return the hours of open visits that subcontractors will bill."""
        return sum(
            max((visit.duration or 0.0) - live.get(visit, (0.0,))[0], 0.0)
            * len(visit._get_vendors())
            for visit in self.visit_ids
            if visit.state in (*WAITING_STATES, *BUSY_STATES)
        )


class FieldServiceVisit(models.Model):
    _inherit = "field.service.visit"

    def _get_live_hours(self, now):
        """Return (work, travel): the hours of the log, and what goes on until now."""
        self.ensure_one()
        hours = {"work": self.work_hours, "travel": self.travel_hours}
        entries = [
            entry
            for entry in effective_entries(self._get_log())
            if entry.type in PHASES
        ]
        if entries:
            phase, since = PHASES[entries[-1].type], entries[-1].time
            if phase in hours:
                hours[phase] += max((now - since).total_seconds(), 0.0) / 3600.0
        return hours["work"], hours["travel"]

    def _get_vendor(self):
        """Return the companies whose people go."""
        vendors = self.env["res.partner"].union(*self._get_vendors().values())
        return vendors.commercial_partner_id
