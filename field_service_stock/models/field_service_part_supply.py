from odoo import Command, models
from odoo.exceptions import UserError

DONE_STATES = ("done", "cancel")
# Less likely parts are reserved where they are, but not fetched or bought.
WORTH_FETCHING = 0.5


class FieldServicePartSupply(models.AbstractModel):
    """What is not in the van is asked for from Odoo's stock rules.

    The part only says what is needed where and when; whether it is transferred from
    the warehouse, made in several steps or bought is decided by rules and routes.
    """

    _name = "field.service.part.supply"
    _description = "Supply of Parts"

    # ------------------------------------------------------------------- reserve
    def _reserve(self):
        ours = self.filtered(lambda part: not part.customer_supplied)
        result = super(FieldServicePartSupply, ours)._reserve()
        # The right on the part is the right to have it brought.
        parts = ours.sudo()
        parts._procure()
        for company, moves in parts._get_supply_moves().grouped("company_id").items():
            moves.with_company(company)._action_assign()
        return result

    def _procure(self):
        """Have the shortage brought, if a rule knows how. Idempotent."""
        for part in self:
            shortage = part._get_shortage()
            if part.uom_id.compare(shortage, 0.0) > 0 and part._is_worth_fetching():
                part.with_company(part.company_id)._procure_quantity(shortage)

    def _is_worth_fetching(self):
        """Tell whether the part is brought when it is not in the van."""
        return self.mandatory or self.probability >= WORTH_FETCHING

    def _get_shortage(self):
        """Return what is open, neither reserved nor on its way, in the part's unit."""
        self.ensure_one()
        if not self.product_id.is_storable or not self.location_id.warehouse_id:
            return 0.0
        if self._get_open_moves().filtered(
            lambda move: move.procure_method == "make_to_order"
        ):
            return 0.0
        incoming = sum(
            move.product_uom._compute_quantity(
                move.product_uom_qty, self.uom_id, round=False
            )
            for move in self._get_supply_moves()
            if (move.location_final_id or move.location_dest_id) == self.location_id
        )
        return self.open_qty - self.reserved_qty - incoming

    def _procure_quantity(self, shortage):
        """Ask the rules; what they cannot do is said on the order and stays missing."""
        try:
            with self.env.cr.savepoint():
                if self._is_in_warehouse():
                    self._order_into_warehouse()
                else:
                    self._bring_to_van(shortage)
        except UserError as error:
            self.order_id._message_log(
                body=self.env._(
                    "%(part)s cannot be procured: %(error)s",
                    part=self.display_name,
                    error=error.args[0],
                )
            )

    def _is_in_warehouse(self):
        """Tell whether the part is taken from the warehouse's stock itself."""
        stock = self.location_id.warehouse_id.lot_stock_id
        return self.location_id._child_of(stock)

    def _order_into_warehouse(self):
        """Make the move to the customer wait for what a rule brings into stock."""
        move = self._get_open_moves()[:1]
        if move.state != "confirmed" or not self._get_stock_rule(self.location_id):
            return
        move.write({"procure_method": "make_to_order", "state": "draft"})
        move._action_confirm(merge=False)

    def _bring_to_van(self, shortage):
        """Transfer what the warehouse has; the rest is ordered, if there is a rule."""
        warehouse = self.location_id.warehouse_id
        stock = warehouse.lot_stock_id
        product = self.product_id
        quantity = self.uom_id._compute_quantity(shortage, product.uom_id)
        free = max(product.with_context(location=stock.id).free_qty, 0.0)
        orderable = self._get_stock_rule(stock)
        transferred = min(quantity, free) if orderable else quantity
        routes = (
            (warehouse._get_van_routes()[0], transferred),
            (warehouse._get_van_routes()[1], quantity - transferred),
        )
        rules = self.env["stock.rule"]
        rules.run(
            [
                self._prepare_procurement(route, amount)
                for route, amount in routes
                if product.uom_id.compare(amount, 0.0) > 0
            ]
        )

    def _get_stock_rule(self, location):
        """Return the rule that brings the product into the warehouse, if any.

        A warehouse's own receipt from vendors is none: nobody would have ordered it.
        """
        rule = self.env["stock.rule"]._get_rule(
            self.product_id,
            location,
            {
                "warehouse_id": location.warehouse_id,
                "company_id": self.company_id,
            },
        )
        receipt = rule.action != "buy" and rule.location_src_id.usage == "supplier"
        return rule.browse() if receipt else rule

    def _prepare_procurement(self, route, quantity):
        """Return what is needed, where, when and for which order."""
        order = self.order_id
        return self.env["stock.rule"].Procurement(
            self.product_id,
            quantity,
            self.product_id.uom_id,
            self.location_id,
            self.display_name,
            order.name,
            self.company_id,
            {
                "company_id": self.company_id,
                "warehouse_id": self.location_id.warehouse_id,
                "route_ids": route,
                "date_planned": self._get_scheduled_date(),
                "reference_ids": order._get_stock_reference(),
                "service_part_id": self.id,
            },
        )

    def _prepare_move_values(self, quantity, destination):
        values = super()._prepare_move_values(quantity, destination)
        reference = self.order_id._get_stock_reference()
        values["reference_ids"] = [Command.set(reference.ids)]
        return values

    # ------------------------------------------------------------ supply changes
    def _get_supply_moves(self):
        """Return the open moves that bring the parts to where they are taken from."""
        # Whoever works with the part has no right on moves.
        return self.sudo().move_ids.filtered(
            lambda move: move.state not in DONE_STATES
            and "customer" not in (move.location_id.usage, move.location_dest_id.usage)
            # What is unloaded again leaves the place where the part is taken from.
            and move.location_id != move.service_part_id.location_id
        )

    def _cancel_supply(self):
        """Bring nothing that is not needed any more."""
        self._get_supply_moves()._action_cancel()

    def _cancel_open_moves(self):
        result = super()._cancel_open_moves()
        self._cancel_supply()
        return result

    def _update_demand(self):
        """Bring what is missing to the new quantity, and not more."""
        result = super()._update_demand()
        # The right on the part is the right to have it brought.
        for part in self.sudo():
            if not part._get_open_moves():
                part._cancel_supply()
                continue
            if part.uom_id.compare(part._get_shortage(), 0.0) < 0:
                part._cancel_supply()
            part._procure()
        return result

    def _reschedule_supply(self):
        """Bring the parts when the visit needs them; a purchase has its own date."""
        for part in self:
            moves = part._get_supply_moves().filtered(
                lambda move: move.procure_method == "make_to_stock"
            )
            if moves:
                moves.write({"date": part._get_scheduled_date()})
