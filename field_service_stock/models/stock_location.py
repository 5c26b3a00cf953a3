from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class StockLocation(models.Model):
    """Vans are locations; whose they are is said by technicians and vehicles."""

    _name = "stock.location"
    _inherit = [
        "field.service.location.owner",
        "field.service.replenishment.van",
        "field.service.location.load",
        "stock.location",
    ]

    service_van = fields.Boolean(
        string="Van",
        compute="_compute_service_van",
        store=True,
        readonly=False,
        index="btree_not_null",
        help="Stock that drives around. It stays a van when its technician leaves it.",
    )
    service_employee_ids = fields.One2many(
        comodel_name="hr.employee",
        inverse_name="service_location_id",
        string="Employees with this Van",
        groups="hr.group_hr_user",
    )
    service_vehicle_ids = fields.One2many(
        comodel_name="resource.resource",
        inverse_name="service_location_id",
        string="Vehicles",
    )
    # Whose van it is may be known to all colleagues, an employee's record may not.
    service_technician_ids = fields.Many2many(
        comodel_name="hr.employee",
        string="Technicians",
        compute="_compute_service_technician_ids",
        search="_search_service_technician_ids",
        compute_sudo=True,
    )

    @api.depends("service_employee_ids", "service_vehicle_ids")
    def _compute_service_van(self):
        """Once a van, always a van: until somebody says otherwise."""
        for location in self:
            location.service_van = (
                location.service_van
                or bool(location.service_vehicle_ids)
                or bool(location.with_context(active_test=False).service_employee_ids)
            )

    @api.depends("service_employee_ids.active")
    def _compute_service_technician_ids(self):
        for location in self:
            employees = location.with_context(active_test=False).service_employee_ids
            location.service_technician_ids = employees.filtered("active")

    @api.model
    def _search_service_technician_ids(self, operator, value):
        if operator != "in":
            return NotImplemented
        # See the field: the search is by people, not into their records.
        employees = self.env["hr.employee"].sudo()
        wanted = set(value)
        domain = Domain.FALSE
        if False in wanted:
            taken = employees.search([("service_location_id", "!=", False)])
            domain |= Domain("id", "not in", taken.service_location_id.ids)
        people = employees.browse(wanted - {False}).exists().filtered("active")
        return domain | Domain("id", "in", people.service_location_id.ids)

    # -------------------------------------------------------------- constraints
    @api.constrains(
        "valuation_account_id", "service_van", "usage", "company_id", "location_id"
    )
    def _check_service_van(self):
        """What is driven around stays an asset: loading a van is no expense."""
        for location in self:
            if location.service_van:
                location._check_is_place_of_van()
            if location._is_van_with_account():
                raise ValidationError(
                    self.env._(
                        "%(van)s is a van: what is loaded into it stays stock, so that "
                        "it must have no valuation account. Parts cost a work order "
                        "when they are used.",
                        van=location.display_name,
                    )
                )

    def _check_is_place_of_van(self):
        if self.usage != "internal" or not self.company_id:
            raise ValidationError(
                self.env._(
                    "%(van)s is a van: it must be an internal location of one company.",
                    van=self.display_name,
                )
            )

    def _is_van_with_account(self):
        """Tell whether an account stands on a van, or on a place inside one."""
        self.ensure_one()
        if self.valuation_account_id:
            around = [("id", "parent_of", self.id), ("service_van", "=", True)]
            return bool(self.search_count(around, limit=1))
        inside = [("id", "child_of", self.id), ("valuation_account_id", "!=", False)]
        return self.service_van and bool(self.search_count(inside, limit=1))

    # ------------------------------------------------------------------ helpers
    def _get_van_name(self):
        """Say whose van it is, without anybody's right on employees or vehicles."""
        self.ensure_one()
        # See service_technician_ids.
        van = self.sudo()
        names = van.service_technician_ids.mapped("name")
        return ", ".join(names or van.service_vehicle_ids.mapped("name")) or van.name

    def action_view_van_stock(self):
        """Open what is in the vans."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service_stock.field_service_van_stock_action"
        )
        return {**action, "domain": [("location_id", "in", self.ids)]}
