from odoo import api, models

from ..measure import Measure

OFFERS = "field.service.offer.kpi.report"
ORDERS = "field.service.order.money.report"
RATINGS = "field.service.rating.report"
RENEWALS = "field.service.renewal.report"


class FieldServiceKpiMeasureGrowth(models.AbstractModel):
    """Sums about what customers take, say and stay for."""

    _name = "field.service.kpi.measure.growth"
    _description = "Measures of Growth"

    @api.model
    def _get_measures(self):
        return {
            **super()._get_measures(),
            **self._get_offer_measures(),
            **self._get_customer_measures(),
        }

    def _get_offer_measures(self):
        labels = {
            "presented": self.env._("Recommendations presented"),
            "accepted": self.env._("Recommendations accepted"),
            "presented_margin": self.env._("Expected margin of what was presented"),
            "expected_margin": self.env._("Expected margin of what was accepted"),
            "realised_margin": self.env._("Posted margin of what was accepted"),
        }
        measures = {
            f"offer.{name}": Measure(label, OFFERS, f"{name}:sum", basis="presented")
            for name, label in labels.items()
        }
        found = self.env._("Orders with a recommendation")
        told = self.env._("Orders on which one was presented")
        measures["offer.orders"] = Measure(
            found, OFFERS, "order_id:count_distinct", "found_on", "created"
        )
        measures["offer.presented_orders"] = Measure(
            told, OFFERS, "presented_order_id:count_distinct", "found_on", "created"
        )
        return measures

    def _get_customer_measures(self):
        ratings = {
            "answers": self.env._("Ratings"),
            "satisfied": self.env._("Ratings of four or five stars"),
            "net_promoters": self.env._("Promoters less detractors"),
        }
        orders = {
            "rating_asked": self.env._("Completed orders whose customer was asked"),
            "rating_answered": self.env._("Completed orders that were rated"),
        }
        customers = {
            "customer_id": self.env._("Customers with a completed order"),
            "contract_customer_id": self.env._("Of them with an agreement"),
        }
        renewals = {
            "expiring": self.env._("Terms of agreements that ended"),
            "renewed": self.env._("Terms of agreements that were renewed"),
        }
        return {
            **{
                f"rating.{name}": Measure(label, RATINGS, f"{name}:sum", basis="answer")
                for name, label in ratings.items()
            },
            **{
                f"order.{name}": Measure(
                    label, ORDERS, f"{name}:sum", basis="completion"
                )
                for name, label in orders.items()
            },
            **{
                f"order.{name}": Measure(
                    label, ORDERS, f"{name}:count_distinct", basis="completion"
                )
                for name, label in customers.items()
            },
            **{
                f"renewal.{name}": Measure(label, RENEWALS, f"{name}:sum", basis="term")
                for name, label in renewals.items()
            },
        }
