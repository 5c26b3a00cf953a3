from odoo import api, models

from ..measure import Measure

ORDERS = "field.service.order.money.report"
KINDS = "field.service.ledger.kind.report"
CHARGES = "field.service.charge.report"


class FieldServiceKpiMeasureMoney(models.AbstractModel):
    """Sums about profit: by completion, by kind of work, of charges and contracts."""

    _name = "field.service.kpi.measure.money"
    _inherit = ["field.service.kpi.measure.spread"]
    _description = "Measures of Profitability"

    @api.model
    def _get_measures(self):
        return {
            **super()._get_measures(),
            **self._get_order_measures(),
            **self._get_kind_measures(),
            **self._get_charge_measures(),
            **self._get_cost_measures(),
            **self._get_agreement_measures(),
            **self._get_spread_measures(),
        }

    def _get_order_measures(self):
        """Completed orders, life to date."""
        labels = {
            "orders": self.env._("Completed orders"),
            "visits": self.env._("Completed visits of completed orders"),
            "billed_orders": self.env._("Completed orders with revenue"),
            "loss_orders": self.env._("Completed chargeable orders at a loss"),
            "revenue": self.env._("Revenue of completed orders"),
            "cost": self.env._("Cost of completed orders"),
            "margin": self.env._("Margin of completed orders"),
            "net_margin": self.env._("Margin after callbacks"),
            "margin_before_callbacks": self.env._("Margin before callbacks"),
            "compared_revenue": self.env._("Revenue of orders with a baseline"),
            "compared_margin": self.env._("Margin of orders with a baseline"),
            "baseline_revenue": self.env._("Revenue of the baseline"),
            "baseline_margin": self.env._("Margin of the baseline"),
        }
        measures = {
            f"order.{name}": Measure(label, ORDERS, f"{name}:sum", basis="completion")
            for name, label in labels.items()
        }
        compared = self.env._("Orders that can be compared with their baseline")
        measures["order.compared"] = Measure(
            compared, ORDERS, "compared_revenue:count", basis="completion"
        )
        callbacks = self.env._("Cost of callbacks of completed orders")
        called = self.env._("Completed orders whose callbacks have cost")
        for name, label in (("sum", callbacks), ("count", called)):
            code = "order.callback_cost" if name == "sum" else "order.called_back"
            measures[code] = Measure(
                label, ORDERS, f"callback_cost:{name}", basis="completion"
            )
        revenue = self.env._("Posted revenue by completion")
        measures["cohort.revenue"] = Measure(
            revenue,
            "field.service.ledger.report",
            "revenue:sum",
            "completed_on",
            "completion",
            technician_model="field.service.technician.ledger.report",
        )
        return measures

    def _get_kind_measures(self):
        """Posted items by what was sold, and costs that nobody pays for."""
        labels = {
            "labour_revenue": self.env._("Labour revenue, time and material"),
            "labour_margin": self.env._("Labour margin, time and material"),
            "parts_revenue": self.env._("Parts revenue, time and material"),
            "parts_margin": self.env._("Parts margin, time and material"),
            "margin_before_travel": self.env._("Posted margin before travel"),
            "cost": self.env._("Posted costs"),
            "covered_cost": self.env._("Posted costs of warranty and goodwill"),
            "late_cost": self.env._("Costs posted late"),
        }
        measures = {
            f"kind.{name}": Measure(label, KINDS, f"{name}:sum")
            for name, label in labels.items()
        }
        cohort = {
            "travel_revenue": self.env._("Travel revenue, time and material"),
            "travel_cost": self.env._("Travel cost, time and material"),
        }
        for name, label in cohort.items():
            measures[f"kind.{name}"] = Measure(
                label, KINDS, f"{name}:sum", "completed_on", "completion"
            )
        posted = self.env._("Orders billed by time and material, with posted items")
        completed = self.env._("Completed orders billed by time and material")
        count = "itemised_order_id:count_distinct"
        measures["kind.orders"] = Measure(posted, KINDS, count)
        measures["kind.completed_orders"] = Measure(
            completed, KINDS, count, "completed_on", "completion"
        )
        return measures

    def _get_charge_measures(self):
        labels = {
            "list_value": self.env._("Value of the work that was to be billed"),
            "leakage": self.env._("Work not billed"),
            "forgotten": self.env._("Work forgotten to bill"),
        }
        measures = {
            f"charge.{name}": Measure(label, CHARGES, f"{name}:sum", basis="completion")
            for name, label in labels.items()
        }
        lines = self.env._("Charges of completed orders")
        measures["charge.lines"] = Measure(lines, CHARGES, basis="completion")
        return measures

    def _get_cost_measures(self):
        """Costs beside the orders: what they do not carry."""
        costs = "field.service.cost.report"
        bridge = "field.service.labour.bridge"
        labels = {
            "payroll": self.env._("Payroll of the field team"),
            "absorbed": self.env._("Labour and travel charged to orders"),
            "unabsorbed": self.env._("Payroll that no order carries"),
        }
        total = self.env._("Direct costs of service")
        off_orders = self.env._("Direct costs of service on no order")
        items = self.env._("Items of direct costs")
        return {
            "cost.total": Measure(total, costs, "cost:sum"),
            "cost.off_orders": Measure(off_orders, costs, "off_orders:sum"),
            "cost.items": Measure(items, costs),
            **{
                f"payroll.{name}": Measure(label, bridge, f"{name}:sum", "period")
                for name, label in labels.items()
            },
        }

    def _get_agreement_measures(self):
        ledger = "field.service.agreement.ledger.report"
        visits = "field.service.agreement.owed.report"
        revenue = self.env._("Posted revenue of agreements")
        margin = self.env._("Posted margin of agreements")
        agreements = self.env._("Agreements with posted items")
        owed = self.env._("Agreement visits owed to date")
        done = self.env._("Agreement visits done of those owed")
        return {
            "agreement.revenue": Measure(revenue, ledger, "revenue:sum"),
            "agreement.margin": Measure(margin, ledger, "margin:sum"),
            "agreement.count": Measure(
                agreements, ledger, "agreement_id:count_distinct"
            ),
            "agreement.owed": Measure(
                owed,
                visits,
                "owed:sum",
                "due_on",
                "scheduled",
                (("is_due", "=", True),),
            ),
            "agreement.done": Measure(
                done,
                visits,
                "done:sum",
                "due_on",
                "scheduled",
                (("is_due", "=", True),),
            ),
        }

    def _get_spread_measures(self):
        """How far technicians lie apart, weighted by the revenue of the job types."""
        levels = ("company", "team", "job_type")
        spread = self.env._("Margin spread times revenue")
        weight = self.env._("Revenue of job types with several technicians")
        people = self.env._("Technicians compared")
        common = {"basis": "completion", "levels": levels}
        return {
            "spread.weighted": Measure(
                spread, ORDERS, method="_sum_spread", money=True, **common
            ),
            "spread.revenue": Measure(
                weight, ORDERS, method="_sum_spread_revenue", money=True, **common
            ),
            "spread.technicians": Measure(
                people, ORDERS, method="_count_spread_technicians", **common
            ),
        }
