from odoo import fields, models


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
