from odoo import api, models

from ..measure import Measure


class FieldServiceKpiMeasureLedger(models.AbstractModel):
    """Sums of posted journal items, by accounting date: they tie to the P&L."""

    _name = "field.service.kpi.measure.ledger"
    _description = "Measures of Posted Items"

    @api.model
    def _get_measures(self):
        """Return all measures by code; families add theirs.

        :rtype: dict[str, Measure]
        """
        labels = {
            "revenue": self.env._("Posted revenue"),
            "parts": self.env._("Posted parts cost"),
            "labour": self.env._("Posted labour cost"),
            "travel": self.env._("Posted travel cost"),
            "subcontract": self.env._("Posted subcontract cost"),
            "other": self.env._("Other posted costs"),
            "margin": self.env._("Posted margin"),
        }
        report = "field.service.ledger.report"
        # By technician it is another report, where each row is a share.
        shared = {"technician_model": "field.service.technician.ledger.report"}
        measures = {
            f"ledger.{figure}": Measure(label, report, f"{figure}:sum", **shared)
            for figure, label in labels.items()
        }
        orders = self.env._("Work orders with posted items")
        measures["ledger.orders"] = Measure(
            orders, report, "order_id:count_distinct", **shared
        )
        return measures
