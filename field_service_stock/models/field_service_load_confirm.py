from collections import defaultdict
from typing import NamedTuple

from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class Count(NamedTuple):
    """What somebody says he has put into the van of one move, in the move's unit."""

    move: object
    quantity: float
    lots: dict
    reason: str


class FieldServiceLoadConfirm(models.AbstractModel):
    """What was loaded is moved; what was not stays on the list, with its reason.

    All or nothing: whatever is wrong with what was counted is said at once, and nothing
    has been moved. Technicians have no rights on stock: the right on the list is the
    right to have its parts moved.
    """

    _name = "field.service.load.confirm"
    _inherit = ["field.service.load.check"]
    _description = "Confirmation of Load Lists"

    # ------------------------------------------------------------------- actions
    def action_load_all(self):
        """Load all that is there, with the lots that Odoo has reserved."""
        for load in self:
            load._check_may_load()
            lines = load._get_reserved_lines()
            if not lines:
                raise UserError(
                    self.env._(
                        "Nothing on %(load)s is there to be loaded.", load=load.name
                    )
                )
            load.confirm(lines)
        return True

    def confirm(self, lines, key=None):
        """Move what was loaded into the van. The same key counts once.

        :param list lines: dicts with ``move_id``, ``quantity`` in the unit of the move,
            ``lots`` (list of dicts with ``id`` and ``quantity``) and ``reason``, why
            the rest was not loaded
        :param str key: made by the phone; a second call with it does nothing
        :return: ``done``, or ``duplicate`` when the key was known
        :rtype: str
        """
        self.ensure_one()
        self._check_may_load()
        # See the class.
        load = self.sudo().with_company(self.company_id)
        load._lock_van(load.location_id)
        confirmations = load.env["field.service.load.confirmation"]
        if key and confirmations.search_count(
            [("load_id", "=", load.id), ("key", "=", key)]
        ):
            return "duplicate"
        counts = load._parse_counts(lines)
        problems = load._get_count_problems(counts) or load._get_stock_problems(counts)
        if problems:
            raise UserError("\n".join(dict.fromkeys(problems)))
        before = load._get_open_moves()
        load._load(counts)
        load._explain_rest(counts, before)
        load._remember(counts, key)
        load._sync_batches()
        return "done"

    def _check_may_load(self):
        """Only the technician himself, dispatchers and the warehouse load a van.

        :raises AccessError: for everybody else, accountants who read it included
        """
        self.check_access("write")
        if self._may_load_everything():
            return
        # Whose user a technician is, is no secret to himself.
        if self.sudo().technician_id.user_id != self.env.user:
            raise AccessError(self.env._("This is the load list of somebody else."))

    def _remember(self, counts, key):
        """Keep who loaded what, and what was missing then."""
        now = fields.Datetime.now()
        loaded = [count for count in counts if count.quantity]
        self.env["field.service.load.confirmation"].create(
            {
                "load_id": self.id,
                "key": key or False,
                "user_id": self.env.uid,
                "moment": now,
                "loaded": "\n".join(
                    f"{count.quantity:g} {count.move.product_id.display_name}"
                    for count in loaded
                ),
                "missing": "\n".join(
                    line._describe()
                    for line in self._read_lines()
                    if line.state != "loaded"
                ),
            }
        )
        self.write({"confirmed_on": now, "confirmed_by_id": self.env.uid})

    # -------------------------------------------------------------------- parsing
    def _get_reserved_lines(self):
        """Return what is reserved on the list as if somebody had counted it."""
        lines = []
        for move in self._get_open_moves():
            if not move._is_load_step() or not move.quantity:
                continue
            lots = defaultdict(float)
            for line in move.move_line_ids.filtered("lot_id"):
                lots[line.lot_id.id] += line.product_uom_id._compute_quantity(
                    line.quantity, move.product_uom
                )
            lines.append(
                {
                    "move_id": move.id,
                    "quantity": move.quantity,
                    "lots": [
                        {"id": lot_id, "quantity": quantity}
                        for lot_id, quantity in lots.items()
                    ],
                }
            )
        return lines

    def _parse_counts(self, lines):
        """Return what was counted as records.

        :raises UserError: when it cannot be understood
        """
        try:
            counts = [
                Count(
                    self.env["stock.move"].browse(int(line["move_id"])),
                    float(line["quantity"]),
                    {
                        self.env["stock.lot"].browse(int(lot["id"])): float(
                            lot["quantity"]
                        )
                        for lot in line.get("lots") or ()
                    },
                    line.get("reason") or "",
                )
                for line in lines
            ]
            if len({count.move for count in counts}) < len(counts):
                raise ValueError(lines)
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
            raise UserError(
                self.env._(
                    "This could not be understood. Load the page anew and count again."
                )
            ) from None
        return counts

    # ----------------------------------------------------------------------- load
    def _load(self, counts):
        """Validate the transfers over exactly what was counted."""
        loaded = [count for count in counts if count.quantity > 0]
        moves = self.env["stock.move"].union(*(count.move for count in loaded))
        pickings = moves.picking_id
        (pickings.move_ids - moves).picked = False
        # First free what is not taken: somebody else on the list may need it.
        for count in loaded:
            self._free(count)
        for count in loaded:
            self._take(count)
        moves.picked = True
        pickings._move_out_of_locked_period()
        self._leave_batches(pickings)
        if pickings:
            pickings._action_done()

    def _leave_batches(self, pickings):
        """A batch is done when all in it is: what is not done now gets another.

        Where somebody else has made the batch, it is his, and ours leave it.
        """
        if not self._has_batches():
            return
        for batch in pickings.batch_id:
            if self._is_own_batch(batch):
                (batch.picking_ids - pickings).batch_id = False
            elif batch.picking_ids - pickings:
                (batch.picking_ids & pickings).batch_id = False

    def _free(self, count):
        """Unreserve the lots that were not taken."""
        lines = count.move.move_line_ids
        if count.lots:
            lines.filtered(lambda line: line.lot_id not in count.lots).unlink()

    def _take(self, count):
        """Let the lines of a move say what was counted."""
        move = count.move
        if not count.lots:
            if move.product_uom.compare(move.quantity, count.quantity) != 0:
                move.quantity = count.quantity
            return
        for lot, quantity in count.lots.items():
            quantity = move.product_uom._compute_quantity(
                quantity, move.product_id.uom_id
            )
            self._take_lot(move, lot, quantity)

    def _take_lot(self, move, lot, quantity):
        """Let the lines of a lot add up to a quantity, in the product's unit."""
        lines = move.move_line_ids.filtered(lambda line: line.lot_id == lot)
        missing = quantity - sum(lines.mapped("quantity_product_uom"))
        uom = move.product_id.uom_id
        if uom.compare(missing, 0.0) < 0:
            for line in lines:
                less = min(line.quantity_product_uom, -missing)
                line.quantity -= uom._compute_quantity(less, line.product_uom_id)
                missing += less
            lines.filtered(lambda line: not line.quantity).unlink()
            return
        quants = self.env["stock.quant"]._gather(
            move.product_id, move.location_id, lot_id=lot
        )
        for quant in quants.filtered(lambda quant: quant.lot_id == lot):
            taken = min(missing, quant.quantity - quant.reserved_quantity)
            if uom.compare(taken, 0.0) > 0:
                self.env["stock.move.line"].create(
                    move._prepare_move_line_vals(quantity=taken, reserved_quant=quant)
                )
                missing -= taken

    def _explain_rest(self, counts, before):
        """Say of what was left behind why, and reserve what has come meanwhile."""
        reasons = dict(self.env["stock.move"]._fields["service_load_reason"].selection)
        rest = self._get_open_moves()
        for count in counts:
            move = count.move
            left = rest.filtered(
                lambda other, move=move: other == move
                or (
                    other not in before
                    and other.product_id == move.product_id
                    and other.service_part_id == move.service_part_id
                )
            )
            if count.reason in reasons:
                left.service_load_reason = count.reason
        rest.filtered(
            lambda move: move.state in ("confirmed", "partially_available")
        )._action_assign()
        rest.filtered(
            lambda move: move.quantity > 0 and not move.service_load_reason
        ).service_load_reason = "left"
