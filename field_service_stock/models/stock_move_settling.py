from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError

from .stock_move_valuation import CONTRA, SETTLING


class FieldServiceStockSettling(models.AbstractModel):
    """When the values of uses follow, and how what changes is posted.

    One settling per event, after core has done its part: one entry per day, however
    many orders it concerns.
    """

    _name = "field.service.stock.settling"
    _description = "Settling of Used Parts"

    def _get_service_states_before(self, correction_quantity):
        """Return what these moves did before the change that is being valued."""
        states = self.filtered(
            lambda move: move.is_in or move.is_out or move.is_dropship
        )._get_service_states()
        if not correction_quantity:
            # A use is valued once; only receipts get another value.
            return {m: state for m, state in states.items() if state.kind != "out"}
        for move, state in states.items():
            lot = next(iter(state.quantities), False)
            state.quantities[lot] -= move.product_uom._compute_quantity(
                correction_quantity, move.product_id.uom_id, round=False
            )
        return states

    def _get_watched_states(self):
        """Return the states of done moves whose change concerns work orders."""
        if self._is_service_settling():
            return {}
        return self.filtered(
            lambda move: move.state == "done" and (move.is_in or move.is_out)
        )._get_service_states()

    def _is_service_settling(self):
        """Tell whether somebody else will settle what changes now."""
        return self.env.context.get("service_settling") is SETTLING

    def _settle_service_values(self, before):
        """Post what a change of value or quantity means for the uses.

        What goods cost to get here and is in nobody's stock account (landed costs of
        what has left already) comes from the contra account.
        """
        if not before:
            return
        extras = self._update_service_extra_values(before)
        between = {
            move: move._get_service_state()._replace(value=move.value - extra)
            for move, extra in extras.items()
        }
        moves = self.sudo()  # as above
        uses = moves.filtered("is_out")
        changed = self._revalue_service_moves(before, between)
        day = None if uses else moves._get_service_price_date()
        (changed | uses)._post_service_values(day)
        if between:
            changed = self._revalue_service_moves(between)
            changed.with_context(service_contra=CONTRA)._post_service_values(day)

    def _update_service_extra_values(self, before):
        """Keep what is extra in the value of receipts; return what is new of it."""
        extras = {}
        for move in before:
            if not move.is_in or not before[move]:
                continue
            value = move._get_value_from_extra(move._get_valued_qty())["value"]
            extra = value - move.service_extra_value
            if move.company_id.currency_id.is_zero(extra):
                continue
            move.service_extra_value = value
            if move.value != before[move].value:
                extras[move] = extra
        return extras

    def _settle_service_receipts(self):
        """Post what receipts cost that cover what was used before they came."""
        received = self.sudo().filtered("is_in")  # as above
        for company, moves in received.grouped("company_id").items():
            products = moves.product_id._filter_service_used(company)
            if not products:
                continue
            late = moves._filter_service_late(products._get_service_on_hand(company))
            changed = late._revalue_service_moves(dict.fromkeys(late))
            changed._post_service_values(late._get_service_price_date())

    def _filter_service_late(self, on_hand):
        """Return the receipts of what was missing before they came.

        :param dict on_hand: (product id, lot id) -> quantity by now
        """
        received = defaultdict(float)
        for move in self:
            for lot_id, quantity in move._get_service_state().quantities.items():
                lot_id = lot_id if move.product_id.lot_valuated else False
                received[move.product_id, lot_id] += quantity
        late = self.product_id.browse()
        for (product, lot_id), quantity in received.items():
            former = on_hand.get((product.id, lot_id), 0.0) - quantity
            if product.uom_id.compare(former, 0.0) < 0:
                late |= product
        return self.filtered(lambda move: move.product_id in late)

    def _settle_service_change(self, before):
        """Post what a change of done moves means; refuse what cannot be."""
        if not before:
            return
        uses = self.filtered("is_out")._filter_service_consumption()
        uses._check_service_quantities()
        uses._check_service_serials()
        self._settle_service_values(before)
        new = uses.filtered(lambda move: not before.get(move))
        if new:
            # As when the transfer was validated.
            new.sudo()._create_missing_parts()
            new.service_order_id._process()

    def _check_service_quantities(self):
        """What came back was used."""
        for move in self:
            if move.product_uom.compare(move._get_returnable_quantity(), 0.0) < 0:
                raise UserError(
                    self.env._(
                        "More of %(part)s has come back from %(order)s than would have "
                        "been used.",
                        part=move.product_id.display_name,
                        order=move.service_order_id.name,
                    )
                )
