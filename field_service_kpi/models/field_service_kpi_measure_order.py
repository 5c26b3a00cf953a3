from odoo import api, models

from ..measure import Measure

REPORT = "field.service.order.report"
PERSONAL = "field.service.order.technician.report"


class FieldServiceKpiMeasureOrder(models.AbstractModel):
    """Sums over completed work orders, by the day of their completion."""

    _name = "field.service.kpi.measure.order"
    _description = "Measures of Work Orders"

    @api.model
    def _get_measures(self):
        return {
            **super()._get_measures(),
            **{
                f"job.{name}": Measure(
                    label,
                    REPORT,
                    f"{name}:sum",
                    date="completed_on",
                    basis="completion",
                    technician_model=PERSONAL,
                )
                for name, label in self._get_order_labels().items()
            },
        }

    @api.model
    def _get_order_labels(self):
        """Names of what is counted on the day of the completion."""
        return {
            "orders": self.env._("Completed work orders"),
            "work_hours": self.env._("Hours of work"),
            "planned_orders": self.env._("Orders with planned and actual hours"),
            "planned_hours": self.env._("Planned hours of work"),
            "actual_hours": self.env._("Actual hours of planned work"),
            "responses": self.env._("Orders somebody came to"),
            "response_hours": self.env._("Hours until arrival"),
            "response_due": self.env._("Responses due"),
            "response_met": self.env._("Responses in time"),
            "resolution_due": self.env._("Resolutions due"),
            "resolution_met": self.env._("Resolutions in time"),
            "schedules": self.env._("Scheduled orders"),
            "schedule_hours": self.env._("Hours until scheduled"),
            "completion_days": self.env._("Days until completed"),
        }
