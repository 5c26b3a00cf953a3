from odoo import fields, models
from odoo.exceptions import UserError


class StockPicking(models.Model):
    _inherit = "stock.picking"

    service_order_id = fields.Many2one(
        comodel_name="field.service.order",
        string="Work Order",
        index="btree_not_null",
        copy=False,
        check_company=True,
        ondelete="set null",
        help="The parts of this transfer are used on this work order and cost it.",
    )

    def write(self, vals):
        if "service_order_id" in vals:
            self._check_service_order_change(vals["service_order_id"])
        return super().write(vals)

    def _check_service_order_change(self, order_id):
        """Parts that were used stay where they were used: a return moves their cost."""
        for picking in self:
            if picking.state == "done" and picking.service_order_id.id != order_id:
                raise UserError(
                    self.env._(
                        "Transfer %(transfer)s is done. Return its parts and use them "
                        "on the other work order.",
                        transfer=picking.name,
                    )
                )

    def _create_backorder_picking(self):
        backorder = super()._create_backorder_picking()
        backorder.service_order_id = self.service_order_id
        return backorder

    def _move_out_of_locked_period(self):
        """Plan transfers for now whose planned date has been locked meanwhile.

        Parts are used now; core would refuse to validate the transfer otherwise.
        """
        for picking in self:
            if picking._is_date_in_lock_period():
                picking.scheduled_date = fields.Datetime.now()
