from odoo import models
from odoo.fields import Domain


class HrEmployee(models.Model):
    _name = "hr.employee"
    _inherit = ["hr.employee", "field.service.employee.cash"]

    def write(self, vals):
        result = super().write(vals)
        if "hourly_cost" in vals:
            # An HR officer need not have any right on work orders.
            for company, employees in self.sudo().grouped("company_id").items():
                employees._settle_waiting_visits(company)
        return result

    def _settle_waiting_visits(self, company):
        """Post the work of these people that had no rate when it was completed.

        To be called with full rights.
        """
        visits = self.env["field.service.visit"]
        waiting = Domain("company_id", "=", company.id) & Domain(
            "state", "=", "completed"
        )
        for employee in self:
            present = Domain("technician_id", "=", employee.id) | Domain(
                "crew_ids", "in", employee.ids
            )
            frozen = Domain("rate_ids", "any", [("employee_id", "=", employee.id)])
            visits |= visits.search(waiting & present & ~frozen)
        visits.order_id._process_postings()
