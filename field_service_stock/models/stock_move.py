from datetime import date

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from odoo.addons.field_service.models.field_service_posting_mixin import PostingTarget

from .stock_move_valuation import CONTRA, SETTLING, VALUING

# What a part was used on, and where, is history once it is done.
IMMUTABLE_FIELDS = frozenset(
    ("state", "location_id", "location_dest_id", "service_order_id")
)


class StockMove(models.Model):
    """Parts are stock moves: a done move to the customer is a cost of its order.

    The value is the move's own, whatever the cost method; it is posted the moment the
    move is done, so that it does not depend on any invoice.
    """

    _name = "stock.move"
    _inherit = [
        "field.service.move.van",
        "field.service.stock.move.lot",
        "field.service.move.load",
        "stock.move",
        "field.service.stock.settling",
        "field.service.stock.valuation",
        "field.service.posting.mixin",
        "field.service.move.equipment",
    ]

    service_part_id = fields.Many2one(
        comodel_name="field.service.part",
        string="Work Order Part",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
    )
    service_order_id = fields.Many2one(
        comodel_name="field.service.order",
        string="Work Order",
        compute="_compute_service_order_id",
        store=True,
        recursive=True,
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
    )

    service_extra_value = fields.Monetary(
        string="Extra Cost in Value",
        currency_field="company_currency_id",
        help="What landed costs have added to the value of this receipt so far.",
    )

    @api.depends(
        "service_part_id.order_id",
        "origin_returned_move_id.service_order_id",
        "picking_id.service_order_id",
    )
    def _compute_service_order_id(self):
        for move in self:
            move.service_order_id = (
                move.service_part_id.order_id
                or move.origin_returned_move_id.service_order_id
                or move.picking_id.service_order_id
            )

    @api.model
    def _prepare_merge_moves_distinct_fields(self):
        return [
            *super()._prepare_merge_moves_distinct_fields(),
            "service_order_id",
            "service_part_id",
        ]

    # -------------------------------------------------------------------- supply
    def _prepare_procurement_values(self):
        """Let what a move waits for know the part it is for."""
        values = super()._prepare_procurement_values()
        if self.service_part_id:
            values["service_part_id"] = self.service_part_id.id
        return values

    def _get_new_picking_values(self):
        """A transfer that brings the parts of one order belongs to it."""
        values = super()._get_new_picking_values()
        order = self.service_order_id
        if len(order) == 1 and all(move.service_order_id for move in self):
            values["service_order_id"] = order.id
        return values

    def _skip_push(self):
        """A part stays where its work order takes it from: no rule sends it further."""
        place = self.service_part_id.location_id
        return super()._skip_push() or (place and self.location_dest_id == place)

    def _action_done(self, cancel_backorder=False):
        """Let the work orders react, whoever validated the transfer."""
        todo = self.filtered(lambda move: move.state != "done")
        moves = self.with_context(service_settling=SETTLING)
        if self.service_order_id:
            # Technicians use parts, but may not see what the stock is worth.
            moves = moves.with_context(service_valuing=VALUING)
        done = super(StockMove, moves)._action_done(cancel_backorder=cancel_backorder)
        done = self.browse(done.ids)
        ours = done.filtered("service_order_id")._filter_service_consumption()
        if ours:
            ours._check_service_serials()
            # Whoever moves goods need not have any right on work orders.
            ours.sudo()._create_missing_parts()
        done._sync_equipment()
        if ours:
            ours.service_order_id._process()
        (done & todo)._settle_service_receipts()
        return done

    def write(self, vals):
        if not IMMUTABLE_FIELDS.isdisjoint(vals):
            self._check_service_change(vals)
        return super().write(vals)

    def _set_quantity_done_prepare_vals(self, qty):
        """Correct the lines of what was used to zero: a done line cannot be deleted."""
        commands = super()._set_quantity_done_prepare_vals(qty)
        if self.state != "done" or not self._is_service_consumption():
            return commands
        return [
            Command.update(command[1], {"quantity": 0.0})
            if command[0] == Command.DELETE
            else command
            for command in commands
        ]

    def _check_service_change(self, vals):
        """What was used stays where it was used: a return takes it back."""
        for move in self:
            if (
                move.state == "done"
                and move._is_service_consumption()
                and any(
                    move._fields[name].convert_to_cache(vals[name], move)
                    != move._fields[name].convert_to_cache(move[name], move)
                    for name in IMMUTABLE_FIELDS & vals.keys()
                )
            ):
                raise UserError(
                    self.env._(
                        "%(part)s was used on %(order)s. Return it, or correct the "
                        "quantity of its transfer.",
                        part=move.product_id.display_name,
                        order=move.service_order_id.name,
                    )
                )

    def _check_service_serials(self):
        """A serial number is used where it is."""
        for line in self.move_line_ids:
            lot = line.lot_id
            if lot.product_id.tracking != "serial" or not lot.product_id.is_storable:
                continue
            quants = lot.sudo().quant_ids  # technicians do not see quants
            own = quants.filtered("location_id.is_valued_internal")
            if any(quant.quantity < 0 for quant in own):
                places = quants.filtered(lambda quant: quant.quantity > 0).location_id
                raise UserError(
                    self.env._(
                        "Serial number %(lot)s of %(product)s is not in %(location)s "
                        "but in %(other)s.",
                        lot=lot.name,
                        product=line.product_id.display_name,
                        location=line.location_id.display_name,
                        other=", ".join(places.mapped("display_name")) or "-",
                    )
                )

    def _create_missing_parts(self):
        """Make a part of what was added to a transfer by hand: it is billed as one."""
        moves = self.filtered(
            lambda move: move.state == "done"
            and not move.service_part_id
            and move.location_dest_id.usage == "customer"
        )
        parts = self.env["field.service.part"].create(
            [move._prepare_part_values() for move in moves]
        )
        for move, part in zip(moves, parts, strict=True):
            move.service_part_id = part

    def _prepare_part_values(self):
        """Return the values of the part a move stands for that has none."""
        self.ensure_one()
        return {
            "order_id": self.service_order_id.id,
            # Nobody planned it: whoever was on site took it.
            "source": "technician",
            "product_id": self.product_id.id,
            "quantity": self.quantity,
            "uom_id": self.product_uom.id,
            "location_id": self.location_id.id,
        }

    # ------------------------------------------------------------------- posting
    def _is_service_consumption(self):
        """Tell whether the move takes parts to, or back from, a work order's site."""
        self.ensure_one()
        usages = (self.location_id.usage, self.location_dest_id.usage)
        return bool(self.service_order_id) and "customer" in usages

    def _filter_service_consumption(self):
        """Return the moves whose cost is ours to post."""
        return self.filtered(lambda move: move._is_service_consumption())

    def _create_account_move(self):
        """Post the use of parts ourselves; a location's account plays no role then."""
        ours = self._filter_service_consumption()
        account_moves = self.env["account.move"]
        for moves in (self - ours).grouped("company_id").values():
            account_moves |= super(StockMove, moves)._create_account_move()
        return account_moves | ours._sync_service_posting()

    def _set_value(self, correction_quantity=None):
        """Value the uses ourselves; let them follow what else changes in value.

        What was used keeps the value it had then. Only what an event changes in it is
        added: see ``field.service.stock.valuation``.
        """
        ours = self._filter_service_consumption()
        used = ours.filtered(lambda move: move.state == "done" and move.is_out)
        using = ours.filtered(lambda move: move.state != "done" and move._is_out())
        rest = self - used - using
        before = {}
        if not self._is_service_settling():
            before = self._get_service_states_before(correction_quantity)
        result = super(StockMove, rest)._set_value(
            correction_quantity=correction_quantity
        )
        if using:
            using._set_service_use_value(rest.filtered(lambda move: move._is_out()))
        if before:
            self._settle_service_values(before)
        return result

    def _get_value_from_returns(self, quantity, at_date=None):
        """Return what the use was worth; all returns of it add up to that."""
        origin = self.origin_returned_move_id
        if not (origin.is_out and origin._is_service_consumption()):
            return super()._get_value_from_returns(quantity, at_date=at_date)
        if not origin._get_valued_qty():
            return super()._get_value_from_returns(0.0, at_date=at_date)
        return {
            **super()._get_value_from_returns(quantity, at_date=at_date),
            "value": self._get_service_return_value(),
        }

    def _sync_service_posting(self):
        """Post the differences, one company at a time, when there is anything to do."""
        account_moves = self.env["account.move"]
        for company, moves in self.grouped("company_id").items():
            account_moves |= moves.with_company(company)._sync_posting()
        return account_moves

    def _post_service_values(self, day=None):
        """Post what has changed in value, on the day since when it is known."""
        ours = self.filtered(lambda move: move.state == "done")
        ours._filter_service_consumption().with_context(
            service_known_since=day
        )._sync_service_posting()

    def _reverse_target(self, source_id, kind, order, amount):
        """Take back what turns out to be too much on the day it turns out."""
        target = super()._reverse_target(source_id, kind, order, amount)
        target = target._replace(date=self._get_service_known_date(target.date))
        if self._is_service_contra():
            contra = target.source._get_service_contra_account()
            target = target._replace(contra_account=contra)
        return target

    def _is_service_contra(self):
        """Tell whether what is posted now has never been in a stock account."""
        return self.env.context.get("service_contra") is CONTRA

    def _get_service_known_date(self, day):
        """Return the day itself, or the later one on which its value became known."""
        known = self.env.context.get("service_known_since")
        # Not what a call of the interface may say, which knows no dates.
        return max(day, known) if isinstance(known, date) else day

    def _get_posting_targets(self):
        return [
            move.with_company(move.company_id)._get_service_posting_target()
            for move in self
            if move.state == "done"
            and move._is_service_consumption()
            and not move.company_id.currency_id.is_zero(move._get_service_cost())
        ]

    def _get_service_posting_target(self):
        """Return what this move costs its order: returns give back."""
        self.ensure_one()
        company = self.company_id
        return PostingTarget(
            source=self,
            order=self.service_order_id,
            kind="parts",
            amount=self._get_service_cost(),
            date=self._get_service_posting_date(),
            account=company._get_service_account("service_parts_account_id"),
            contra_account=self._get_service_contra_account(),
            name=self.env._(
                "%(order)s: %(product)s",
                order=self.service_order_id.name,
                product=self.product_id.display_name,
            ),
        )

    def _get_service_cost(self):
        """Return the value of the move, positive when it is a cost of the order."""
        self.ensure_one()
        if self.is_out:
            return self.value
        return -self.value if self.is_in else 0.0

    def _get_service_posting_date(self):
        """Return the day of the use, in the user's time zone."""
        forced = self.env.context.get("force_period_date")
        day = forced or fields.Datetime.context_timestamp(self, self.date).date()
        return self._get_service_known_date(day)

    def _get_service_contra_account(self):
        """Return the account that gives the cost.

        Perpetual: stock valuation, which the goods leave. Otherwise a contra account
        in profit and loss, because the purchase was an expense already.
        """
        company = self.company_id
        product = self.product_id.with_company(company)
        if not product._is_service_perpetual() or self._is_service_contra():
            return company._get_service_account("service_parts_contra_account_id")
        account = product._get_product_accounts()["stock_valuation"]
        if not account:
            raise UserError(product._get_missing_valuation_message())
        return account

    def _get_analytic_distribution(self):
        """Make no analytic line beside the journal item that carries the order.

        Without a journal item it would be counted by nobody and confuse everybody.
        """
        if self.service_order_id:
            return {}
        return super()._get_analytic_distribution()

    # -------------------------------------------------------------------- return
    def _get_returnable_quantity(self):
        """Return the done quantity that no return takes back yet."""
        self.ensure_one()
        returns = self.returned_move_ids.filtered(lambda move: move.state == "done")
        returned = sum(
            move.product_uom._compute_quantity(
                move.quantity, self.product_uom, round=False
            )
            for move in returns
        )
        return self.quantity - returned

    def _return_to_origin(self, quantity, lots=None):
        """Return a done quantity with Odoo's return wizard and validate it.

        :param float quantity: in the unit of the move
        :param dict lots: {lot: quantity} that comes back, when it is tracked
        """
        self.ensure_one()
        wizard = self.env["stock.return.picking"].create(
            {"picking_id": self.picking_id.id}
        )
        for line in wizard.product_return_moves:
            line.quantity = quantity if line.move_id == self else 0.0
        picking = wizard._create_return()
        for move in picking.move_ids:
            move._take(lots)
            move.picked = True
        picking._action_done()
        return picking
