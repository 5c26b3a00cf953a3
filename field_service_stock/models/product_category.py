from odoo import fields, models


class ProductCategory(models.Model):
    _inherit = "product.category"

    service_fill_rate = fields.Float(
        string="Fill Rate in Vans",
        help="Target fill rate of the products of this category. 0: the company's.",
    )

    _service_fill_rate = models.Constraint(
        "CHECK(service_fill_rate >= 0 AND service_fill_rate < 1)",
        "The fill rate of a category lies between 0 and 100 %.",
    )
