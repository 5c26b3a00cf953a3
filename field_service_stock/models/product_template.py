from odoo import api, fields, models
from odoo.exceptions import ValidationError


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

    # Van replenishment
    service_fill_rate = fields.Float(
        string="Fill Rate in Vans",
        help="Target fill rate of this product. 0: that of its category or company.",
    )
    service_load_uom_id = fields.Many2one(
        comodel_name="uom.uom",
        string="Loaded in",
        index="btree_not_null",
        ondelete="restrict",
        help="Vans are filled up with whole packages of this unit. Empty: any "
        "quantity.",
    )

    _service_fill_rate = models.Constraint(
        "CHECK(service_fill_rate >= 0 AND service_fill_rate < 1)",
        "The fill rate of a product lies between 0 and 100 %.",
    )

    @api.depends("tracking")
    def _compute_service_makes_equipment(self):
        for template in self:
            template.service_makes_equipment = template.tracking == "serial"

    @api.constrains("uom_id", "service_load_uom_id")
    def _check_service_load_uom(self):
        for template in self:
            unit = template.service_load_uom_id
            if unit and not unit._has_common_reference(template.uom_id):
                raise ValidationError(
                    self.env._(
                        "%(product)s is counted in %(reference)s: vans cannot be "
                        "loaded with %(unit)s of it.",
                        product=template.display_name,
                        reference=template.uom_id.name,
                        unit=unit.name,
                    )
                )
