from odoo import api, models

from ..measure import Measure

REPORT = "field.service.visit.report"
PERSONAL = "field.service.technician.report"


class FieldServiceKpiMeasureVisit(models.AbstractModel):
    """Sums over visits: hours by the day of the work, promises by the planned day."""

    _name = "field.service.kpi.measure.visit"
    _description = "Measures of Visits"

    @api.model
    def _get_measures(self):
        measures = {**super()._get_measures()}
        for date, labels in (
            ("work_date", self._get_work_labels()),
            ("date", self._get_promise_labels()),
        ):
            for name, label in labels.items():
                measures[f"visit.{name}"] = Measure(
                    label,
                    REPORT,
                    f"{name}:sum",
                    date=date,
                    basis="scheduled",
                    technician_model=PERSONAL,
                )
        return {**measures, **self._get_day_measures()}

    @api.model
    def _get_day_measures(self):
        """Who was out on which day, everybody on the visit."""
        days = self.env._("Technician days with a visit")
        attended = self.env._("Visits of technicians")
        return {
            f"day.{name}": Measure(
                label,
                "field.service.technician.day",
                aggregate,
                date="work_date",
                basis="scheduled",
                technician_model=PERSONAL,
            )
            for name, label, aggregate in (
                ("technician_days", days, "technician_day:count_distinct"),
                ("attended", attended, "attended:sum"),
            )
        }

    @api.model
    def _get_work_labels(self):
        """Names of what is counted on the day of the work."""
        return {
            "visits": self.env._("Completed visits"),
            "travel_visits": self.env._("Visits with a recorded way"),
            "travel_known_hours": self.env._("Recorded hours on the way"),
            "travel_day_hours": self.env._("Hours of way, work and waiting"),
            "km": self.env._("Kilometres of the way"),
            "km_visits": self.env._("Visits with kilometres"),
            "paid_work_hours": self.env._("Hours of work of all people"),
            "productive_hours": self.env._("Hours of work and way of all people"),
            "present_hours": self.env._("Hours of work, way and waiting of all people"),
            "billable_hours": self.env._("Hours to bill"),
            "overtime_hours": self.env._("Hours of overtime"),
        }

    @api.model
    def _get_promise_labels(self):
        """Names of what is counted on the planned day."""
        return {
            "appointments": self.env._("Planned visits"),
            "late_changes": self.env._("Visits changed at short notice"),
            "arrivals": self.env._("Arrivals"),
            "on_time": self.env._("Arrivals in time"),
            "late": self.env._("Late arrivals"),
            "dispatches": self.env._("Dispatched visits"),
            "kit_ready": self.env._("Visits dispatched completely equipped"),
            "dispatch_overrides": self.env._("Visits sent all the same"),
            "parts_needed": self.env._("Part lines needed"),
            "parts_there": self.env._("Part lines there"),
            "acknowledgements": self.env._("Acknowledged visits"),
            "acknowledgement_minutes": self.env._("Minutes until acknowledged"),
        }
