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

    def _get_used_until(self, day):
        """Return what was used for good by the end of a day, in the part's unit."""
        self.ensure_one()
        orders = self.env["field.service.order"]
        total = 0.0
        for move in self.move_ids.filtered(lambda move: move.state == "done"):
            if orders._get_company_day(move.company_id, move.date) > day:
                continue
            done = move.product_uom._compute_quantity(
                move.quantity, self.uom_id, round=False
            )
            if move.location_dest_id.usage == "customer":
                total += done
            elif move.location_id.usage == "customer":
                total -= done
        return total
