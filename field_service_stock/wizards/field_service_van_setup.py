from odoo import Command, api, fields, models
from odoo.exceptions import AccessError


class FieldServiceVanSetup(models.TransientModel):
    """Gives technicians and vehicles their vans: new ones, shared or taken over."""

    _name = "field.service.van.setup"
    _description = "Set up Vans"
    _inherit = ["hr.mixin"]

    warehouse_id = fields.Many2one(
        comodel_name="stock.warehouse",
        help="Where new vans are loaded. Choose another for a single van below.",
    )
    line_ids = fields.One2many(
        comodel_name="field.service.van.setup.line", inverse_name="setup_id"
    )
    spare_ids = fields.Many2many(
        comodel_name="stock.location",
        string="Vans without Technician",
        compute="_compute_spare_ids",
        help="Nobody drives them: their technician has left or has another van.",
    )

    @api.model
    def _open(self, employees):
        """Return the action for these technicians."""
        if not self.has_access("create"):
            raise AccessError(self.env._("Only a service manager sets up vans."))
        setup = self.create(
            {
                "line_ids": [
                    Command.create({"technician_id": employee.id})
                    for employee in employees
                ]
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Set up Vans"),
            "res_model": self._name,
            "res_id": setup.id,
            "views": [(False, "form")],
            "target": "new",
        }

    @api.depends("line_ids.company_id")
    def _compute_spare_ids(self):
        locations = self.env["stock.location"]
        for setup in self:
            companies = setup.line_ids.company_id or self.env.company
            setup.spare_ids = locations.search(
                [
                    ("service_van", "=", True),
                    ("company_id", "in", companies.ids),
                    ("service_technician_ids", "=", False),
                ]
            )

    def action_apply(self):
        """Make the missing vans, say whose each is, and show all of them."""
        self.ensure_one()
        for line in self.line_ids:
            line._apply()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "field_service_stock.stock_location_action_van"
        )
