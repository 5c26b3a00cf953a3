from odoo import api, fields, models
from odoo.exceptions import UserError


class HrEmployee(models.Model):
    _name = "hr.employee"
    _inherit = ["field.service.employee.load", "hr.employee"]

    service_location_id = fields.Many2one(
        comodel_name="stock.location",
        string="Van",
        index="btree_not_null",
        domain="[('usage', '=', 'internal'), ('company_id', '=', company_id)]",
        check_company=True,
        copy=False,
        groups="hr.group_hr_user",
        help="Stock location of the technician's van: his parts are taken from there.",
    )

    @api.constrains("service_location_id")
    def _check_service_location(self):
        # An HR officer's employee, a storekeeper's location.
        self.sudo().service_location_id._check_service_van()

    def write(self, vals):
        result = super().write(vals)
        if "service_location_id" in vals:
            self._follow_service_location()
        return result

    def _follow_service_location(self):
        """Whoever changes vans takes his parts from the new one."""
        # Whoever keeps the employees need not see the work orders.
        parts = self.env["field.service.part"].sudo()
        parts.search(
            [
                ("order_id.visit_ids.technician_id", "in", self.ids),
                ("state", "=", "draft"),
            ]
        )._follow_van()

    def action_setup_vans(self):
        """Ask which van each of the technicians gets."""
        return self.env["field.service.van.setup"]._open(self)

    def action_create_service_location(self):
        """Make a van location for each technician who has none."""
        self.check_access("write")
        self._create_service_location()
        return True

    def _create_service_location(self):
        """Make the missing van locations and return those of all technicians.

        A van stands beside the warehouse's stock, not inside it: what is in a van
        must not be promised to an ordinary delivery.
        """
        # An HR officer sets a technician up without any right on the warehouse.
        employees = self.sudo()
        for employee in employees:
            if employee.service_location_id:
                continue
            warehouse = employee._get_service_warehouse()
            employee.service_location_id = (
                self.env["stock.location"]
                .sudo()
                .create(employee._prepare_service_location_values(warehouse))
            )
        return employees.service_location_id

    def _get_service_warehouse(self):
        """Return the warehouse a technician's van belongs to."""
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company_id.id)], limit=1
        )
        if not warehouse:
            raise UserError(
                self.env._(
                    "Company %(company)s has no warehouse. Create one before its vans.",
                    company=self.company_id.name,
                )
            )
        return warehouse

    def _prepare_service_location_values(self, warehouse):
        """Return the values of a technician's van."""
        return {
            "name": self.env._("Van %(technician)s", technician=self.name),
            "location_id": warehouse.view_location_id.id,
            "usage": "internal",
            "company_id": self.company_id.id,
            "service_van": True,
        }
