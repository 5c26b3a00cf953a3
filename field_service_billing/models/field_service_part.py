from odoo import fields, models


class FieldServicePart(models.Model):
    _inherit = "field.service.part"

    sale_line_id = fields.Many2one(
        comodel_name="sale.order.line",
        string="Sold With",
        index="btree_not_null",
        readonly=True,
        copy=False,
        check_company=True,
        ondelete="set null",
        help="The sales order line that the used part delivers.",
    )
    quoted_qty = fields.Float(
        string="Sold",
        readonly=True,
        copy=False,
        digits="Product Unit",
        help="What the customer has accepted.",
    )
    source = fields.Selection(
        selection_add=[("sale", "Sales order")], ondelete={"sale": "set default"}
    )
