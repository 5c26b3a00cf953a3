from odoo import fields, models


class FieldServiceAssetInstallation(models.Model):
    _inherit = "field.service.asset.installation"

    part_id = fields.Many2one(
        comodel_name="field.service.part",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
    )
    lot_id = fields.Many2one(
        comodel_name="stock.lot",
        string="Lot/Serial Number",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
    )
    move_id = fields.Many2one(
        comodel_name="stock.move",
        string="Put in with",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
    )
    removal_move_id = fields.Many2one(
        comodel_name="stock.move",
        string="Taken out with",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
    )

    _move_lot_uniq = models.UniqueIndex(
        "(move_id, lot_id) WHERE move_id IS NOT NULL",
        "This serial number was put in with this move already.",
    )

    def _correct_lot(self, lot):
        """Another unit was put in than was said: the stay is that of the other one."""
        self.ensure_one()
        wrong, order = self.asset_id, self.order_id
        right = wrong._get_or_create_by_lot(order, lot)
        right._get_open_installation()._end(
            self.date_from, "moved", removal_order_id=order.id
        )
        self.write({"asset_id": right.id, "lot_id": lot.id})
        (wrong | right).invalidate_recordset(["installation_ids"])
        wrong.installation_ids._resume(order)
        (wrong | right)._follow_installations()
        right._start_warranty(self)
        wrong._archive_if_never_installed()

    def _undo(self):
        assets = self.asset_id
        result = super()._undo()
        assets._archive_if_never_installed()
        return result

    def _give_up_warranty(self):
        """What is ours again has no customer who could claim anything."""
        ours = self.filtered(lambda stay: stay.removal == "returned")
        ours.asset_id.write({"warranty_until": False, "repair_warranty_until": False})
