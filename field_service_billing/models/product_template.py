from odoo import api, fields, models

SERVICE_BASES = [
    ("finished", "Price, when the work is finished"),
    ("labour", "Hours worked"),
    ("travel", "Hours on the road"),
    ("part", "Parts used"),
    ("fee", "Agreed price, beside the work"),
    ("callout", "Call-out fee"),
    ("minimum", "Minimum charge"),
    ("limit", "Agreed limit"),
]


class ProductTemplate(models.Model):
    _inherit = "product.template"

    service_tracking = fields.Selection(
        selection_add=[("field_service", "Work Order")],
        ondelete={"field_service": "set default"},
    )
    service_job_type_id = fields.Many2one(
        comodel_name="field.service.job.type",
        string="Job Type",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="Kind of the work orders that a confirmed sales order makes.",
    )
    service_scope = fields.Selection(
        selection=[
            ("line", "One per line"),
            ("order", "One per sales order"),
            ("unit", "One per unit"),
        ],
        string="Work Orders",
        required=True,
        default="line",
        help="One per unit: a line with three pieces becomes three lines, because each "
        "invoice line belongs to one work order.",
    )
    service_basis = fields.Selection(
        selection=SERVICE_BASES[:3],
        string="Delivered By",
        compute="_compute_service_basis",
        store=True,
        readonly=False,
        help="What counts as delivered on a sales order line of a work order.",
    )
    service_on_site = fields.Boolean(
        string="Sold on Site",
        help="Technicians can offer it on their phone, with its price including tax; "
        "the customer accepts it with his signature.",
    )
    service_takes_parts = fields.Boolean(
        string="Takes Parts Along",
        help="Goods on the same sales order become parts of the work order: they are "
        "brought by the technician instead of being delivered.",
    )

    @api.depends("uom_id", "type")
    def _compute_service_basis(self):
        hour = self.env.ref("uom.product_uom_hour")
        for product in self:
            timed = product.uom_id and product.uom_id._has_common_reference(hour)
            product.service_basis = "labour" if timed else "finished"

    @api.model
    def _get_saleable_tracking_types(self):
        return [*super()._get_saleable_tracking_types(), "field_service"]

    def _prepare_service_tracking_tooltip(self):
        if self.service_tracking == "field_service":
            return self.env._("A work order is made when the sales order is confirmed.")
        return super()._prepare_service_tracking_tooltip()
