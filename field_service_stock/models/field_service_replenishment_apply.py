from odoo import Command, fields, models
from odoo.exceptions import UserError


class FieldServiceReplenishmentApply(models.AbstractModel):
    """From proposal to transfers: Odoo's stock rules bring parts into the vans.

    There is no rule that takes anything out of a van; what goes back is an ordinary
    transfer of the same operation type.
    """

    _name = "field.service.replenishment.apply"
    _description = "Transfers of Van Replenishment"

    def action_apply(self):
        """Transfer the chosen lines, with one transfer per van and direction.

        One van that cannot be replenished keeps nobody else's from being loaded.
        """
        if self.exists() != self:
            raise UserError(
                self.env._(
                    "The proposal has been computed anew meanwhile: load the page "
                    "again."
                )
            )
        self.check_access("write")
        lines = self.filtered(lambda line: line._is_to_transfer())
        if not lines:
            raise UserError(
                self.env._(
                    "Nothing to transfer: the lines are left out, transferred already, "
                    "or have no quantity."
                )
            )
        lines.lock_for_update()
        errors = []
        for company, group in lines.grouped("company_id").items():
            for van_lines in group.grouped("location_id").values():
                # The right on the proposal is the right to have it carried out.
                errors += van_lines.sudo().with_company(company)._attempt_apply()
        pickings = lines.sudo().picking_id
        if not pickings:
            raise UserError("\n".join(errors))
        return self._notify_applied(pickings, errors)

    def _is_to_transfer(self):
        """Tell whether the line is still to be carried out."""
        self.ensure_one()
        return bool(
            not self.excluded
            and not self.picking_id
            and self.product_id.uom_id.compare(self.quantity, 0.0) > 0
        )

    def _attempt_apply(self):
        """Transfer the lines of one van; return what went wrong, if anything."""
        try:
            with self.env.cr.savepoint():
                self.filtered(lambda line: line.kind == "load")._load()
                self.filtered(lambda line: line.kind == "return")._take_back()
                self.flush_recordset()
        except UserError as error:
            self.invalidate_recordset()
            return [f"{self.location_id.name}: {error.args[0]}"]
        return []

    def _notify_applied(self, pickings, errors):
        message = self.env._(
            "Transfers: %(transfers)s", transfers=", ".join(pickings.mapped("name"))
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if errors else "success",
                "sticky": bool(errors),
                "message": "\n".join([message, *errors]),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _get_van_warehouse(self):
        """Return the warehouse the van is filled from."""
        warehouse = self.location_id.warehouse_id
        if not warehouse:
            raise UserError(
                self.env._("The van is in no warehouse: move its location into one.")
            )
        return warehouse

    # ----------------------------------------------------------------------- load
    def _load(self):
        """Have the stock rules bring the lines of one van."""
        if not self:
            return
        route = self._get_van_warehouse()._get_van_routes()[0]
        reference = self.location_id._get_replenishment_reference()
        rules = self.env["stock.rule"]
        rules.run([line._prepare_procurement(route, reference) for line in self])
        moves = reference.move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
            and (move.location_final_id or move.location_dest_id) == self.location_id
        )
        moves._action_assign()
        self._set_pickings(moves)

    def _prepare_procurement(self, route, reference):
        """Return what is needed where; no work order asks for it."""
        return self.env["stock.rule"].Procurement(
            self.product_id,
            self.quantity,
            self.product_id.uom_id,
            self.location_id,
            self.product_id.display_name,
            reference.name,
            self.company_id,
            {
                "company_id": self.company_id,
                "warehouse_id": self.location_id.warehouse_id,
                "route_ids": route,
                "date_planned": fields.Datetime.now(),
                "reference_ids": reference,
            },
        )

    def _set_pickings(self, moves):
        by_product = {move.product_id: move.picking_id for move in moves}
        for line in self:
            line.picking_id = by_product.get(line.product_id)

    # ------------------------------------------------------------------ take back
    def _take_back(self):
        """Transfer the lines of one van back into the stock of its warehouse."""
        if not self:
            return
        picking = self.env["stock.picking"].create(self._prepare_return_values())
        picking.action_confirm()
        picking.action_assign()
        self._set_pickings(picking.move_ids)

    def _prepare_return_values(self):
        """Return the values of the transfer that takes the lines of one van back."""
        van, warehouse = self.location_id, self._get_van_warehouse()
        # Makes the operation type of a warehouse that has none yet.
        warehouse._get_van_routes()
        reference = van._get_replenishment_reference()
        places = {
            "location_id": van.id,
            "location_dest_id": warehouse.lot_stock_id.id,
        }
        moves = [
            {
                **places,
                "product_id": line.product_id.id,
                "product_uom": line.product_id.uom_id.id,
                "product_uom_qty": line.quantity,
                "company_id": line.company_id.id,
                "reference_ids": [Command.set(reference.ids)],
            }
            for line in self
        ]
        return {
            **places,
            "picking_type_id": warehouse.service_load_type_id.id,
            "company_id": self.company_id.id,
            "origin": reference.name,
            "move_ids": [Command.create(values) for values in moves],
        }
