from odoo import api, fields, models


class FieldServiceVisitResources(models.AbstractModel):
    """Tools and vehicles of a visit, booked like the people who use them."""

    _name = "field.service.visit.resources"
    _description = "Tools and Vehicles of Visits"

    resource_ids = fields.Many2many(
        comodel_name="resource.resource",
        string="Tools and Vehicles",
        compute="_compute_resource_ids",
        store=True,
        readonly=False,
        check_company=True,
        domain="[('resource_type', '=', 'material')]",
        # What has been scrapped has still been used.
        context={"active_test": False},
        help="Booked for the time of the visit, as its technicians are.",
    )

    @api.depends("order_id")
    def _compute_resource_ids(self):
        for visit in self:
            visit.resource_ids = visit.resource_ids or visit.order_id.resource_ids

    @api.model
    def _get_booking_fields(self):
        return super()._get_booking_fields() | {"resource_ids"}

    def _get_booked_resources(self):
        # Resources are blocked by whoever may plan the visit.
        return super()._get_booked_resources() | self.resource_ids.sudo()
