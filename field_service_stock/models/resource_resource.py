from odoo import api, fields, models


class ResourceResource(models.Model):
    """A vehicle may have a van location of its own: whoever drives it takes from it."""

    _inherit = "resource.resource"

    service_location_id = fields.Many2one(
        comodel_name="stock.location",
        string="Van",
        index="btree_not_null",
        domain="[('usage', '=', 'internal'), ('company_id', '=?', company_id)]",
        check_company=True,
        copy=False,
        ondelete="restrict",
        help="What is in this vehicle. When it is booked with a visit, the parts of "
        "the visit are taken from here and not from the technician's own van.",
    )

    @api.constrains("service_location_id")
    def _check_service_location(self):
        # A dispatcher's vehicle, a storekeeper's location.
        self.sudo().service_location_id._check_service_van()

    def write(self, vals):
        result = super().write(vals)
        if "service_location_id" in vals:
            self._follow_vehicle()
        return result

    def _follow_vehicle(self):
        """Take the parts of visits to come from where the vehicle has them now."""
        # Whoever keeps the vehicles need not see the work orders.
        parts = self.env["field.service.part"].sudo()
        parts.search(
            [
                ("order_id.visit_ids.resource_ids", "in", self.ids),
                ("state", "=", "draft"),
            ]
        )._follow_van()
