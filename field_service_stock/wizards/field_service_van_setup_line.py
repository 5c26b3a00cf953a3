from odoo import api, fields, models
from odoo.exceptions import UserError


class FieldServiceVanSetupLine(models.TransientModel):
    _name = "field.service.van.setup.line"
    _description = "Van of a Technician"

    setup_id = fields.Many2one(
        comodel_name="field.service.van.setup", required=True, ondelete="cascade"
    )
    technician_id = fields.Many2one(comodel_name="hr.employee", ondelete="cascade")
    vehicle_id = fields.Many2one(
        comodel_name="resource.resource",
        ondelete="cascade",
        domain="[('resource_type', '=', 'material'), "
        "('company_id', 'in', (company_id, False))]",
        help="The van belongs to the vehicle too: whoever books it takes from it.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", compute="_compute_company_id"
    )
    location_id = fields.Many2one(
        comodel_name="stock.location",
        string="Van",
        compute="_compute_location_id",
        store=True,
        readonly=False,
        domain="[('service_van', '=', True), ('company_id', '=', company_id)]",
        help="Empty: a new van is made. Choose a colleague's to share it.",
    )
    name = fields.Char(
        string="New Van", compute="_compute_name", store=True, readonly=False
    )
    warehouse_id = fields.Many2one(
        comodel_name="stock.warehouse",
        compute="_compute_warehouse_id",
        store=True,
        readonly=False,
        domain="[('company_id', '=', company_id)]",
    )

    # ------------------------------------------------------------------ computes
    @api.depends("technician_id", "vehicle_id")
    def _compute_company_id(self):
        for line in self:
            line.company_id = (
                line.technician_id.company_id
                or line.vehicle_id.company_id
                or line.setup_id.warehouse_id.company_id
                or self.env.company
            )

    @api.depends("technician_id", "vehicle_id")
    def _compute_location_id(self):
        # Which van a technician has is private to HR, and what this is about.
        for line in self.sudo():
            line.location_id = (
                line.vehicle_id.service_location_id
                or line.technician_id.service_location_id
            )

    @api.depends("technician_id", "vehicle_id")
    def _compute_name(self):
        for line in self:
            line.name = line.vehicle_id.name or (
                line.technician_id
                and self.env._("Van %(technician)s", technician=line.technician_id.name)
            )

    @api.depends("setup_id.warehouse_id", "company_id")
    def _compute_warehouse_id(self):
        for line in self:
            chosen = line.setup_id.warehouse_id
            if chosen.company_id == line.company_id:
                line.warehouse_id = chosen
            else:
                line.warehouse_id = self.env["stock.warehouse"].search(
                    [("company_id", "=", line.company_id.id)], limit=1
                )

    # -------------------------------------------------------------------- apply
    def _apply(self):
        self.ensure_one()
        self._check_line()
        van = self.location_id or self._create_van()
        # A service manager sets up vans, with no right on employees or inventory.
        technician, vehicle = self.technician_id.sudo(), self.vehicle_id.sudo()
        if technician.service_location_id != van:
            technician.service_location_id = van
        if vehicle.service_location_id != van:
            vehicle.service_location_id = van

    def _check_line(self):
        if not self.technician_id and not self.vehicle_id:
            raise UserError(self.env._("Each van needs a technician or a vehicle."))
        vehicle = self.vehicle_id
        places = self.location_id.company_id or self.warehouse_id.company_id
        companies = self.technician_id.company_id | vehicle.company_id | places
        if len(companies) > 1:
            raise UserError(
                self.env._(
                    "%(name)s: technician, vehicle and warehouse must belong to one "
                    "company.",
                    name=(self.technician_id or vehicle).name,
                )
            )
        if vehicle.resource_type == "user":
            raise UserError(
                self.env._("%(name)s is a person, not a vehicle.", name=vehicle.name)
            )

    def _create_van(self):
        if not self.warehouse_id:
            raise UserError(
                self.env._(
                    "Company %(company)s has no warehouse. Create one before its vans.",
                    company=self.company_id.name,
                )
            )
        # As above.
        warehouse = self.warehouse_id.sudo()
        warehouse._ensure_van_rules()
        return warehouse.view_location_id.create(
            {
                "name": self.name or self.vehicle_id.name or self.technician_id.name,
                "location_id": warehouse.view_location_id.id,
                "usage": "internal",
                "company_id": warehouse.company_id.id,
                "service_van": True,
            }
        )
