from odoo import api, fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    service_substitute_ids = fields.Many2many(
        comodel_name="product.product",
        relation="field_service_product_substitute_rel",
        column1="product_tmpl_id",
        column2="substitute_id",
        string="Substitutes",
        check_company=True,
        domain="[('type', '=', 'consu'), ('product_tmpl_id', '!=', id)]",
        help="Products that can be used on work orders instead of this one.",
    )
    service_makes_equipment = fields.Boolean(
        string="Becomes Equipment",
        compute="_compute_service_makes_equipment",
        store=True,
        readonly=False,
        precompute=True,
        help="Each unit with a serial number that a work order uses is registered as "
        "equipment of the customer.",
    )
    service_warranty_months = fields.Integer(
        string="Customer Warranty (Months)",
        help="From the day it is put in by a work order.",
    )
    service_repair_warranty_months = fields.Integer(
        string="Warranty on Repairs (Months)",
        help="From the day a repaired unit is put in again; the warranty of the unit "
        "itself goes on beside it.",
    )

    _service_warranty_positive = models.Constraint(
        "CHECK(service_warranty_months >= 0 AND service_repair_warranty_months >= 0)",
        "A warranty cannot be negative.",
    )

    @api.depends("tracking")
    def _compute_service_makes_equipment(self):
        for template in self:
            template.service_makes_equipment = template.tracking == "serial"
