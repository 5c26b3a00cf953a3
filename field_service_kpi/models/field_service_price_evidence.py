from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

WINDOW = timedelta(days=365)


@dataclass
class Evidence:
    """What it cost to do one thing at a fixed price: one cost per order."""

    costs: list = field(default_factory=list)
    uses: float = 0.0
    order_ids: list = field(default_factory=list)

    def add(self, order, cost, uses):
        """Count an order."""
        self.costs.append(cost / uses)
        self.uses += uses
        self.order_ids.append(order.id)


class FieldServicePriceEvidence(models.AbstractModel):
    """What flat rates and fixed prices have really cost, read from the ledger."""

    _name = "field.service.price.evidence"
    _description = "Cost of Work at Fixed Prices"

    @api.model
    def _get_evidence(self, company, date_to=None):
        """Return the posted cost of each flat rate and fixed-price job type.

        :return: {flat rate or job type: Evidence}, of orders completed in the last
            365 days that the customer has paid for and that are no callbacks
        """
        date_to = date_to or fields.Datetime.now()
        orders = self.env["field.service.order"].search(
            Domain("company_id", "=", company.id)
            & Domain("state", "in", ("done", "closed"))
            & Domain("completed_on", ">", date_to - WINDOW)
            & Domain("completed_on", "<=", date_to)
            & Domain("coverage", "=", "chargeable")
            & Domain("pricing_method", "in", ("flat", "fixed"))
            & Domain("callback_of_id", "=", False)
            & Domain("is_historic", "=", False)
        )
        profits = orders._get_posted_profit()
        result = defaultdict(Evidence)
        for order in orders:
            subject, uses = self._get_subject(order)
            if subject and uses:
                cost = self._get_fixed_cost(subject, profits[order])
                result[subject].add(order, cost, uses)
        return result

    @api.model
    def _get_subject(self, order):
        """Return what has the fixed price on this order, and how often it was done.

        The cost of an order with several flat rates is that of none of them.
        """
        if order.pricing_method == "fixed":
            return order.job_type_id, 1.0
        lines = order.flat_line_ids
        if len(lines.flat_rate_id) != 1:
            return None, 0.0
        return lines.flat_rate_id, sum(lines.mapped("quantity"))

    @api.model
    def _get_fixed_cost(self, subject, profit):
        """Return the posted cost that the price has to pay for.

        What a flat rate does not include is billed beside it.
        """
        cost = profit["labour"] + profit["subcontract"] + profit["other"]
        is_flat = subject._name == "field.service.flat.rate"
        if not is_flat or subject.includes_parts:
            cost += profit["parts"]
        if not is_flat or subject.includes_travel:
            cost += profit["travel"]
        return cost
