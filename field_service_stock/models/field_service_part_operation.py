from odoo import Command, fields, models
from odoo.exceptions import UserError

from odoo.addons.field_service.models.field_service_order_gate import OPEN_STATES

DONE_STATES = ("done", "cancel")


class FieldServicePartOperation(models.AbstractModel):
    """Reserve, use, return, release: what people do with a work order's part.

    Everything ends in stock moves through Odoo's own transfers. Technicians have no
    rights on stock; the right to write the part is the right to have it moved.
    """

    _name = "field.service.part.operation"
    _description = "Operations on Parts"

    # ------------------------------------------------------------------- actions
    def action_use(self, quantity=None, location_id=None, lots=None):
        """Use the parts: they leave stock and their value lands on the order.

        :param float quantity: in the unit of the part; by default what is still to be
            used. What was reserved beyond it stays where it is and is free again.
        :param int location_id: where it was taken from, when not as planned
        :param list lots: dicts with ``lot_id`` or ``name``, and ``quantity`` in the
            product's unit: which lots or serial numbers of one part were used
        """
        self.check_access("write")
        self._check_order_open()
        self._taking(location_id, lots)._use(quantity)
        return True

    def action_return(self, quantity=None, lots=None):
        """Take used parts back to where they came from, at their original value.

        :param float quantity: in the unit of the part; by default all that was used
        :param list lots: which lots or serial numbers come back, as in `action_use`
        """
        self.check_access("write")
        for part in self:
            part._check_return_quantity(quantity)
        for part in self._taking(None, lots):
            part._return(part.consumed_qty if quantity is None else quantity)
        return True

    def action_release(self):
        """Say that the parts are not needed: what is reserved is free again."""
        self.check_access("write")
        self._cancel_open_moves()
        self.write({"cancelled": True})
        self.order_id._process()
        return True

    def action_reserve(self):
        """Reserve the parts where they are to be taken from."""
        self.check_access("write")
        self._reserve()
        return True

    def action_open_use(self):
        """Ask how much is used."""
        return self._open_wizard("use")

    def action_open_return(self):
        """Ask how much is returned."""
        return self._open_wizard("return")

    def _open_wizard(self, operation):
        self.ensure_one()
        wizard = self.env["field.service.part.wizard"].create(
            {"part_id": self.id, "operation": operation}
        )
        return {
            "type": "ir.actions.act_window",
            "name": dict(wizard._fields["operation"]._description_selection(self.env))[
                operation
            ],
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    # ------------------------------------------------------------------- reserve
    def _reserve(self):
        """Make the missing moves, in one transfer per order, source and visit."""
        self.filtered("cancelled").write({"cancelled": False})
        # See the class: the right on the part is the right to have it reserved.
        parts = self.sudo()
        missing = parts.filtered(
            lambda part: part.uom_id.compare(part._get_missing_quantity(), 0.0) > 0
        )
        missing._create_moves({part: part._get_missing_quantity() for part in missing})
        open_moves = parts._get_open_moves()
        for company, moves in open_moves.grouped("company_id").items():
            moves.with_company(company)._action_assign()

    def _get_missing_quantity(self):
        """Return the planned quantity that is neither moving nor used for good."""
        return self.quantity - self.open_qty - self.consumed_qty

    def _create_moves(self, quantities):
        """Create and confirm the moves of these parts.

        :param dict quantities: part -> quantity, in the unit of the part
        """
        groups = self.grouped(
            lambda part: (part.order_id, part._get_source_location(), part.visit_id)
        )
        moves = self.env["stock.move"]
        for parts in groups.values():
            company = parts.company_id
            values = parts._prepare_picking_values(quantities)
            picking = self.env["stock.picking"].with_company(company).create(values)
            picking.action_confirm()
            moves |= picking.move_ids
        return moves

    def _prepare_picking_values(self, quantities):
        """Return the values of the transfer of these parts to the customer."""
        order, location = self.order_id, self._get_source_location()
        if not location:
            raise UserError(
                self.env._(
                    "Company %(company)s has no warehouse: say where the parts of "
                    "%(order)s are taken from.",
                    company=order.company_id.name,
                    order=order.name,
                )
            )
        destination = self._get_consumption_location()
        return {
            "picking_type_id": self._get_picking_type().id,
            "partner_id": (order.site_id or order.partner_id).id,
            "location_id": location.id,
            "location_dest_id": destination.id,
            "scheduled_date": self._get_scheduled_date(),
            "origin": order.name,
            "company_id": order.company_id.id,
            "service_order_id": order.id,
            "move_ids": [
                Command.create(part._prepare_move_values(quantities[part], destination))
                for part in self
            ],
        }

    def _get_scheduled_date(self):
        """Return when the parts are needed; what is late is needed now."""
        now = fields.Datetime.now()
        order = self.order_id
        planned = (self.visit_id or order.next_visit_id).start or order.promised_start
        return max(planned or now, now)

    def _prepare_move_values(self, quantity, destination):
        """Return the values of the stock move that takes the part to the customer."""
        self.ensure_one()
        return {
            "product_id": self.product_id.id,
            "product_uom": self.uom_id.id,
            "product_uom_qty": quantity,
            "location_id": self._get_source_location().id,
            "location_dest_id": destination.id,
            "company_id": self.company_id.id,
            "service_part_id": self.id,
        }

    def _get_consumption_location(self):
        """Return where used parts go: the normal customers location.

        Serial numbers then show up at the customer, Odoo's return wizard works, and
        deliveries count on a sales order line.
        """
        site = self.order_id.site_id or self.order_id.partner_id
        location = site.with_company(self.company_id).property_stock_customer
        if location.usage == "customer":
            return location
        return self.env["stock.warehouse"]._get_partner_locations()[0]

    def _get_picking_type(self):
        """Return the operation type of the warehouse the parts are taken from."""
        warehouse = self._get_source_location().warehouse_id or self.env[
            "stock.warehouse"
        ].search([("company_id", "=", self.company_id.id)], limit=1)
        return warehouse._get_service_type()

    # ----------------------------------------------------------------------- use
    def _use(self, quantity=None):
        # See the class: technicians use what is in their van without stock rights.
        parts = self.sudo()
        quantities, lots = {}, {}
        for part in parts:
            wanted = part._get_quantity_to_use() if quantity is None else quantity
            part._check_positive(wanted)
            quantities[part] = wanted
            lots[part] = part._get_lots_to_take(wanted)
        parts.filtered("cancelled").write({"cancelled": False})
        parts._free_elsewhere()
        parts._get_open_moves().picking_id._move_out_of_locked_period()
        moves = parts._get_moves_to_use(quantities, lots)
        for company, company_moves in moves.grouped("company_id").items():
            # One company at a time: costs and accounts are read from the company.
            company_moves.with_company(company).picking_id._action_done()

    def _get_quantity_to_use(self):
        """Return what is still to be used: what is open, else what is missing."""
        self.ensure_one()
        return self.open_qty or max(self._get_missing_quantity(), 0.0)

    def _get_moves_to_use(self, quantities, lots):
        """Return one picked move per part, over exactly the quantity used.

        :param dict quantities: part -> quantity, in the unit of the part
        :param dict lots: part -> {lot: quantity}; empty when it is not tracked
        """
        without = self.filtered(lambda part: not part._get_open_moves())
        without._create_moves(quantities)
        moves = self.env["stock.move"]
        for part in self:
            move, *surplus = part._get_open_moves()
            for other in surplus:
                other._action_cancel()
            # The rest of a reservation stays in the van and is free again.
            quantity = part._convert(quantities[part], move)
            if move.product_uom.compare(move.product_uom_qty, quantity):
                move.product_uom_qty = quantity
            move._take(lots[part])
            moves |= move
        moves.picked = True
        return moves

    def _convert(self, quantity, move):
        """Convert a quantity from the unit of the part to the unit of a move."""
        return self.uom_id._compute_quantity(quantity, move.product_uom)

    def _update_demand(self):
        """Bring the open moves to the planned quantity, as long as none was used."""
        # See the class: the demand of the part is the demand of its moves.
        for part in self.sudo().filtered(lambda part: not part.used_qty):
            moves = part._get_open_moves()
            if not moves:
                continue
            moves[1:]._action_cancel()
            if part.uom_id.is_zero(part.quantity):
                moves._action_cancel()
                continue
            moves[0].product_uom_qty = part._convert(part.quantity, moves[0])
            moves[0].with_company(part.company_id)._action_assign()

    # -------------------------------------------------------------------- return
    def _return(self, quantity):
        """Return a quantity with Odoo's return wizard, oldest use first."""
        self.ensure_one()
        # See the class: the technician brings back what he took.
        part = self.sudo().with_company(self.company_id)
        lots = part._get_lots_to_return(quantity)
        for move in part._get_done_moves():
            returnable = move.product_uom._compute_quantity(
                move._get_returnable_quantity(), part.uom_id, round=False
            )
            chosen = move._choose_lots(lots)
            taken = min(quantity, returnable)
            if lots:
                taken = part._from_product_unit(sum(chosen.values()))
            if part.uom_id.compare(taken, 0.0) > 0:
                move._return_to_origin(part._convert(taken, move), chosen)
                quantity -= taken

    def _check_return_quantity(self, quantity):
        wanted = self.consumed_qty if quantity is None else quantity
        self._check_positive(wanted)
        if self.uom_id.compare(wanted, self.consumed_qty) > 0:
            raise UserError(
                self.env._(
                    "Only %(used)s %(unit)s of %(part)s can be returned: more was "
                    "not used.",
                    used=self.consumed_qty,
                    unit=self.uom_id.name,
                    part=self.display_name,
                )
            )

    # ------------------------------------------------------------------- helpers
    def _check_positive(self, quantity):
        if self.uom_id.compare(quantity, 0.0) <= 0:
            raise UserError(
                self.env._(
                    "%(part)s: the quantity must be more than zero.",
                    part=self.display_name,
                )
            )

    def _check_order_open(self):
        for order in self.order_id:
            if order.state not in OPEN_STATES:
                raise UserError(
                    self.env._(
                        "Parts are used on a released work order: %(order)s is "
                        "%(state)s.",
                        order=order.name,
                        state=order._get_state_label(order.state),
                    )
                )

    def _get_open_moves(self):
        """Return the moves to the customer that are still to be done."""
        # See the class: whoever works with the part has no right on moves.
        return self.sudo().move_ids.filtered(
            lambda move: move.state not in DONE_STATES
            and move.location_dest_id.usage == "customer"
        )

    def _get_done_moves(self):
        """Return the moves that used the part, oldest first."""
        return self.move_ids.filtered(
            lambda move: move.state == "done"
            and move.location_dest_id.usage == "customer"
        ).sorted(lambda move: (move.date, move.id))

    def _cancel_open_moves(self):
        """Free what is reserved."""
        self._get_open_moves()._action_cancel()
