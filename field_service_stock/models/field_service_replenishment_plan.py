from collections import defaultdict
from datetime import timedelta
from math import ceil, exp
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import float_round

from ..tools.stock_level import get_level
from .field_service_replenishment_read import Scope

# The own history of a van counts as much as its team's after so many days.
PRIOR_DAYS = 90
NOTHING = (0.0, 0.0)
NEVER = (None, None, None)


class Use(NamedTuple):
    """Unplanned use of a product from a van, and what is expected of it."""

    used: float
    days: float
    team_rate: float

    def get_rate(self):
        """Return the expected use per day: a gamma-Poisson mean.

        The prior is what the team uses per van and day, worth ``PRIOR_DAYS`` of
        observation: ``(team rate * 90 + used) / (90 + days)``. A new van is filled like
        those of its team, an old one by its own history.
        """
        return (self.team_rate * PRIOR_DAYS + self.used) / (PRIOR_DAYS + self.days)


class Need(NamedTuple):
    """What is needed of a product in a van: for planned visits for sure and on average,
    unplanned on average, the level that is enough for all, and what is missing to it.
    """

    sure: float
    planned: float
    unplanned: float
    level: float
    missing: float


class Facts(NamedTuple):
    """What is known of vans and products, by (van, product) but for the products."""

    keys: set
    planned: dict
    uses: dict
    stock: dict
    coming: dict
    moved: dict
    products: dict


class FieldServiceReplenishmentPlan(models.AbstractModel):
    """What belongs into a van: demand, stock level, proposal.

    needed level = smallest k with P(planned + unplanned use <= k) >= fill rate
    proposal = needed level - free in the van - on its way, in whole packages
    """

    _name = "field.service.replenishment.plan"
    _description = "Plan of Van Replenishment"

    @api.model
    def _get_scope(self, company, vans):
        """Return the vans of a company and the days that count for them."""
        now = fields.Datetime.now()
        return Scope(
            company=company,
            vans=vans,
            now=now,
            until=now + timedelta(days=company.service_replenish_days),
            since=now - timedelta(days=company.service_use_history_days),
        )

    def _prepare_proposal(self, scope):
        """Return the values of the proposal's lines for all vans of a scope."""
        facts = self._get_facts(scope)
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        loads, returns = [], []
        for key in sorted(facts.keys):
            need = self._get_need(scope, facts, key, digits)
            if need.missing > 0:
                values = self._prepare_line(scope, facts, key, need)
                loads.append({**values, "kind": "load", "needed_qty": need.missing})
            elif surplus := self._get_surplus(scope, facts, key, need):
                values = self._prepare_line(scope, facts, key, need)
                returns.append(self._prepare_return(facts, key, values, surplus))
        self._share_stock(scope, loads)
        currency = scope.company.currency_id
        for values in loads + returns:
            values["value"] = currency.round(values["quantity"] * values["unit_cost"])
        return loads + returns

    # ---------------------------------------------------------------------- facts
    def _get_facts(self, scope):
        """Read all there is to know, in a fixed number of statements."""
        planned = self._group_planned(self._read_planned(scope))
        stock = {row[:2]: row[2:] for row in self._read_stock(scope)}
        coming = defaultdict(float)
        for _move, van_id, product_id, quantity in self._read_coming(scope):
            coming[van_id, product_id] += quantity
        moved = {row[:2]: row[2:] for row in self._read_last_moves(scope)}
        uses = self._get_uses(scope, moved)
        keys = {*planned, *stock, *uses}
        products = self._read_products(scope, list({key[1] for key in keys}))
        return Facts(keys, planned, uses, stock, coming, moved, products)

    @api.model
    def _group_planned(self, rows):
        """Return {(van, product): list of (soon, quantity, probability)}."""
        planned = defaultdict(list)
        for _part, van_id, product_id, probability, soon, quantity in rows:
            planned[van_id, product_id].append((soon, quantity, probability))
        return planned

    def _get_uses(self, scope, moved):
        """Return {(van, product): Use} of what the van or its team used unplanned."""
        used = defaultdict(float)
        for _move, van_id, product_id, quantity in self._read_unplanned_use(scope):
            used[van_id, product_id] += quantity
        days = self._get_days(scope, moved)
        uses = {}
        for members, group in self._get_peers(scope).items():
            team_days = max(sum(days[van_id] for van_id in group), PRIOR_DAYS)
            totals = defaultdict(float)
            for (van_id, product_id), quantity in used.items():
                if van_id in group:
                    totals[product_id] += max(quantity, 0.0)
            for product_id, total in totals.items():
                for van_id in members:
                    own = max(used.get((van_id, product_id), 0.0), 0.0)
                    uses[van_id, product_id] = Use(own, days[van_id], total / team_days)
        return uses

    @api.model
    def _get_days(self, scope, moved):
        """Return {van id: days of its history}: since the first thing came into it."""
        first = {}
        for (van_id, _product), (arrival, *__) in moved.items():
            if arrival:
                first[van_id] = min(arrival, first.get(van_id, arrival))
        return {
            van_id: max(
                (scope.now - max(first.get(van_id, scope.now), scope.since))
                / timedelta(days=1),
                0.0,
            )
            for van_id in scope.vans.ids
        }

    def _get_peers(self, scope):
        """Return {vans: their peers}: those of the same teams, else the company's.

        Vans of the same teams have the same peers and are answered for together.
        """
        teams = self._read_teams(scope)
        members = defaultdict(list)
        for van_id, team_ids in teams.items():
            members[frozenset(team_ids)].append(van_id)
        return {
            tuple(van_ids): {
                van_id
                for van_id, others in teams.items()
                if not team_ids or team_ids & others
            }
            for team_ids, van_ids in members.items()
        }

    # ----------------------------------------------------------------------- lines
    def _get_need(self, scope, facts, key, digits):
        """Return what is needed of a product in a van, and what of it is missing."""
        usable, fill_rate, package, _cost = facts.products[key[1]]
        use = facts.uses.get(key)
        unplanned = use.get_rate() * scope.company.service_replenish_days if use else 0
        soon = [line[1:] for line in facts.planned.get(key, ()) if line[0]]
        sure, level = self._get_level(soon, unplanned, fill_rate)
        there = facts.stock.get(key, NOTHING)[0] + facts.coming.get(key, 0.0)
        missing = 0.0
        if usable and level > there:
            missing = self._round_up(level - there, package, digits)
        planned = sum(quantity * chance for quantity, chance in soon)
        return Need(sure, planned, unplanned, level, missing)

    def _prepare_line(self, scope, facts, key, need):
        """Return the values that both kinds of lines have in common."""
        _usable, fill_rate, _package, cost = facts.products[key[1]]
        use = facts.uses.get(key, Use(0.0, 0.0, 0.0))
        days = scope.company.service_replenish_days
        return {
            "company_id": scope.company.id,
            "location_id": key[0],
            "product_id": key[1],
            "days": days,
            "fill_rate": fill_rate,
            "sure_qty": need.sure,
            "planned_qty": need.planned,
            "unplanned_qty": need.unplanned,
            "history_qty": use.used,
            "history_days": use.days,
            "team_qty": use.team_rate * days,
            "level_qty": need.level,
            "free_qty": facts.stock.get(key, NOTHING)[0],
            "coming_qty": facts.coming.get(key, 0.0),
            "unit_cost": cost,
            "used_on": facts.moved.get(key, NEVER)[2] or False,
        }

    @api.model
    def _get_level(self, soon, unplanned, fill_rate):
        """Return what planned visits need for sure, and the level that is needed.

        Part of a whole is counted as a whole where it is not sure to be needed: the
        van cannot be filled up by halves.
        """
        sure = sum(quantity for quantity, chance in soon if chance >= 1)
        maybe = [(ceil(quantity), chance) for quantity, chance in soon if chance < 1]
        if not maybe and exp(-unplanned) >= fill_rate:
            # Nothing is needed often enough: most products in most vans.
            return sure, sure
        return sure, sure + get_level(unplanned, fill_rate, maybe)

    @api.model
    def _round_up(self, quantity, package, digits):
        """Return the quantity in whole packages, else as exact as units are."""
        if not package:
            return float_round(quantity, digits, rounding_method="UP")
        count = ceil(float_round(quantity / package, digits))
        return float_round(count * package, digits)

    # ---------------------------------------------------------------- slow movers
    def _get_surplus(self, scope, facts, key, need):
        """Return how much of a product the van carries around for nothing."""
        surplus = facts.stock.get(key, NOTHING)[0] - need.level
        if surplus <= 0 or facts.planned.get(key):
            return 0.0
        limit = scope.now - timedelta(days=scope.company.service_slow_days)
        moved = [moment for moment in facts.moved.get(key, NEVER) if moment]
        return 0.0 if moved and max(moved) > limit else surplus

    @api.model
    def _prepare_return(self, facts, key, values, surplus):
        free, value = facts.stock[key]
        return {
            **values,
            "kind": "return",
            "needed_qty": surplus,
            "quantity": surplus,
            # What Odoo says that is worth which is in this van, lots and owners too.
            "unit_cost": value / free,
            "arrived_on": facts.moved.get(key, NEVER)[1] or False,
        }

    # ----------------------------------------------------------- warehouse's stock
    def _share_stock(self, scope, loads):
        """Share what the warehouses have: first who needs most for planned visits."""
        warehouses = {van.id: van.warehouse_id.id for van in scope.vans}
        free = self._read_warehouses(
            scope, list({values["product_id"] for values in loads})
        )
        loads.sort(
            key=lambda values: (
                values["free_qty"] + values["coming_qty"] - values["sure_qty"],
                values["location_id"],
            )
        )
        for values in loads:
            key = warehouses[values["location_id"]], values["product_id"]
            left = max(free.get(key, 0.0), 0.0)
            values["warehouse_qty"] = left
            values["quantity"] = min(values["needed_qty"], left)
            values["short_qty"] = values["needed_qty"] - values["quantity"]
            free[key] = left - values["quantity"]
