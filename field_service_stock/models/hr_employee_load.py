from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from odoo.addons.field_service.models.field_service_visit_gate import OPEN_STATES


class EmployeeLoad(models.AbstractModel):
    """A technician as the one whose van is loaded."""

    _name = "field.service.employee.load"
    _description = "Loading of Technicians' Vans"

    @api.model
    def _get_service_vans(self, company):
        """Return the locations of all vans of a company."""
        # Which places are vans is no secret of planning.
        return (
            self.env["stock.location"]
            .sudo()
            .search([("company_id", "=", company.id), ("service_van", "=", True)])
        )

    @api.model
    def _get_drivers(self, companies):
        """Return who has a van of his own, or goes to visits with a vehicle."""
        # Who drives what is no secret of planning, the employees' records are.
        employees = self.env["hr.employee"].sudo()
        own = employees.search(
            [("company_id", "in", companies.ids), ("service_location_id", "!=", False)]
        )
        visits = self.env["field.service.visit"].sudo()
        visits = visits.search(
            self._get_vehicle_visit_domain() & Domain("company_id", "in", companies.ids)
        )
        return own | visits.technician_id

    @api.model
    def _get_vehicle_visit_domain(self):
        """Return which visits are still driven to with a vehicle that is a van."""
        return (
            Domain("state", "in", OPEN_STATES)
            & Domain("technician_id", "!=", False)
            & Domain("resource_ids.service_location_id", "!=", False)
        )

    def _get_load_vans(self):
        """Return {technician: his van, and those of vehicles of his open visits}."""
        # As above.
        none = self.env["field.service.visit"].sudo()
        visits = none.search(
            self._get_vehicle_visit_domain() & Domain("technician_id", "in", self.ids)
        ).grouped("technician_id")
        return {
            technician: (
                technician.service_location_id
                | visits.get(technician, none).resource_ids.service_location_id
            ).filtered(
                lambda van, company=technician.company_id: van.company_id == company
            )
            # As above.
            for technician in self.sudo()
        }

    def action_prepare_loads(self):
        """Prepare the load lists of these technicians for their next day."""
        return self._action_prepare_loads()

    def _action_prepare_loads(self):
        loads = self.env["field.service.load"]
        if not loads._may_load_everything():
            raise AccessError(
                self.env._("Dispatchers and the warehouse prepare load lists.")
            )
        if not any(self._get_load_vans().values()):
            raise UserError(
                self.env._(
                    "None of these technicians has a van: create one on the employee "
                    "form."
                )
            )
        return loads._open_prepared(loads._prepare(self))

    def action_propose_unload(self):
        """Propose what to take out of the vans."""
        return self._propose_unload()

    def _propose_unload(self):
        wizard = self.env["field.service.unload"]._propose(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Unload Vans"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }
