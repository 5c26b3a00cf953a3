from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

LOCKED_FIELDS = ("order_id", "product_id", "uom_id", "location_id")


class FieldServicePart(models.Model):
    """What a work order needs; what happened to it is told by its stock moves."""

    _name = "field.service.part"
    _inherit = [
        "field.service.part.van",
        "field.service.part.dispatch",
        "field.service.part.equipment",
        "field.service.part.follow",
        "field.service.part.demand",
        "field.service.part.supply",
        "field.service.part.readiness",
        "field.service.part.account",
        "field.service.part.use",
        "field.service.part.lot",
        "field.service.part.operation",
    ]
    _description = "Part of a Work Order"
    _order = "order_id, sequence, id"
    _check_company_auto = True

    order_id = fields.Many2one(
        comodel_name="field.service.order",
        string="Work Order",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    visit_id = fields.Many2one(
        comodel_name="field.service.visit",
        domain="[('order_id', '=', order_id)]",
        index="btree_not_null",
        check_company=True,
        help="The visit that needs the part. Empty: any.",
    )
    kit_line_id = fields.Many2one(
        comodel_name="field.service.job.type.part",
        index="btree_not_null",
        readonly=True,
        copy=False,
        check_company=True,
        ondelete="set null",
        help="Where the demand comes from; empty when it was added by hand.",
    )
    sequence = fields.Integer(default=10)

    # Demand
    product_id = fields.Many2one(
        comodel_name="product.product",
        required=True,
        index=True,
        check_company=True,
        domain="[('type', '=', 'consu')]",
        ondelete="restrict",
    )
    name = fields.Char(
        string="Description",
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
    )
    quantity = fields.Float(
        string="Planned", default=1.0, digits="Product Unit", required=True
    )
    uom_id = fields.Many2one(
        comodel_name="uom.uom",
        string="Unit",
        compute="_compute_uom_id",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        ondelete="restrict",
    )
    mandatory = fields.Boolean(
        help="The job cannot be completed while this part is neither used nor marked "
        "as not needed."
    )
    probability = fields.Float(
        default=1.0, help="How likely the part is needed: 0.25 is one in four."
    )
    location_id = fields.Many2one(
        comodel_name="stock.location",
        string="Taken from",
        compute="_compute_location_id",
        store=True,
        readonly=False,
        index=True,
        check_company=True,
        domain="[('usage', '=', 'internal'), ('company_id', '=', company_id)]",
        ondelete="restrict",
        help="The van of the planned technician; without one, the warehouse.",
    )
    cancelled = fields.Boolean(
        string="Not Needed", copy=False, help="Planned, but the job did not need it."
    )

    # What happened, read from the stock moves
    move_ids = fields.One2many(
        comodel_name="stock.move", inverse_name="service_part_id", string="Stock Moves"
    )
    open_qty = fields.Float(
        string="Still to Use",
        compute="_compute_quantities",
        store=True,
        digits="Product Unit",
        help="Quantity of the open stock moves, reserved or not.",
    )
    reserved_qty = fields.Float(
        string="Reserved",
        compute="_compute_quantities",
        store=True,
        digits="Product Unit",
    )
    used_qty = fields.Float(
        string="Used", compute="_compute_quantities", store=True, digits="Product Unit"
    )
    returned_qty = fields.Float(
        string="Returned",
        compute="_compute_quantities",
        store=True,
        digits="Product Unit",
    )
    consumed_qty = fields.Float(
        string="Used for Good",
        compute="_compute_quantities",
        store=True,
        digits="Product Unit",
        help="Used minus returned: what the job cost, and what can be billed.",
    )
    state = fields.Selection(
        selection=[
            ("draft", "Planned"),
            ("waiting", "Waiting"),
            ("reserved", "Reserved"),
            ("used", "Used"),
            ("returned", "Returned"),
            ("cancelled", "Not needed"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
    )

    _quantity_positive = models.Constraint(
        "CHECK(quantity >= 0)", "The planned quantity of a part cannot be negative."
    )
    _probability_range = models.Constraint(
        "CHECK(probability > 0 AND probability <= 1)",
        "The probability of a part must be more than 0 and at most 1.",
    )

    # ------------------------------------------------------------------ computes
    @api.depends("product_id", "name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for part in self:
            part.display_name = part.name or part.product_id.display_name

    @api.depends("product_id")
    def _compute_name(self):
        for part in self:
            part.name = part.product_id.display_name

    @api.depends("product_id")
    def _compute_uom_id(self):
        for part in self:
            part.uom_id = part.product_id.uom_id

    @api.depends(
        "visit_id.technician_id",
        "visit_id.resource_ids",
        "order_id.company_id",
        "order_id.visit_ids.technician_id",
        "order_id.visit_ids.resource_ids",
        "order_id.visit_ids.state",
    )
    def _compute_location_id(self):
        for part in self:
            if not part.location_id or not part._has_live_moves():
                part.location_id = part._get_default_location()

    @api.depends(
        "uom_id",
        "location_id",
        "move_ids.state",
        "move_ids.quantity",
        "move_ids.product_uom_qty",
        "move_ids.product_uom",
        "move_ids.location_dest_id",
    )
    def _compute_quantities(self):
        totals = self._get_move_totals()
        for part in self:
            total = totals[part._origin]
            part.open_qty = total["open"]
            part.reserved_qty = total["reserved"]
            part.used_qty = total["used"]
            part.returned_qty = total["returned"]
            part.consumed_qty = total["used"] - total["returned"]
            part.loaded_qty = total["loaded"]
            part.taken_qty = total["taken"]

    @api.depends(
        "uom_id", "cancelled", "open_qty", "reserved_qty", "used_qty", "returned_qty"
    )
    def _compute_state(self):
        for part in self:
            part.state = part._get_state()

    def _get_state(self):
        """Return the state the quantities imply."""
        uom = self.uom_id
        if not uom:
            return "draft"
        if not uom.is_zero(self.open_qty):
            missing = uom.compare(self.reserved_qty, self.open_qty) < 0
            return "waiting" if missing else "reserved"
        if uom.compare(self.consumed_qty, 0.0) > 0:
            return "used"
        if not uom.is_zero(self.returned_qty):
            return "returned"
        return "cancelled" if self.cancelled else "draft"

    def _get_move_totals(self):
        """Sum up the stock moves, in the unit of the part, in one query.

        :return: {part: {"open": .., "reserved": .., "used": .., "returned": ..,
            "loaded": .., "taken": ..}}
        """
        names = ("open", "reserved", "used", "returned", "loaded", "taken")
        totals = defaultdict(lambda: dict.fromkeys(names, 0.0))
        domain = [
            ("service_part_id", "in", self._origin.ids),
            ("state", "!=", "cancel"),
        ]
        # Technicians read the figures of their parts without reading stock moves.
        moves = self.env["stock.move"].sudo()
        groups = moves._read_group(
            domain,
            [
                "service_part_id",
                "product_uom",
                "state",
                "location_id",
                "location_dest_id",
            ],
            ["quantity:sum", "product_uom_qty:sum"],
        )
        for part, uom, state, source, destination, quantity, demand in groups:
            part = part.with_env(self.env)
            outgoing = destination.usage == "customer"
            total = totals[part]
            done = uom._compute_quantity(quantity, part.uom_id, round=False)
            if not outgoing and source.usage != "customer":
                # On its way to the van, or there.
                if state == "done":
                    total["loaded"] += done * part._get_load_sign(source, destination)
                continue
            if state == "done":
                total["used" if outgoing else "returned"] += done
                if outgoing and part._is_planned_source(source):
                    total["taken"] += done
            elif outgoing:
                total["reserved"] += done
                total["open"] += uom._compute_quantity(demand, part.uom_id, round=False)
        return totals

    # --------------------------------------------------------------- constraints
    @api.constrains("product_id", "uom_id")
    def _check_uom(self):
        for part in self:
            reference = part.product_id.uom_id
            if part.uom_id and not part.uom_id._has_common_reference(reference):
                raise ValidationError(
                    self.env._(
                        "%(product)s is counted in %(reference)s: %(unit)s cannot be "
                        "converted into it.",
                        product=part.product_id.display_name,
                        reference=reference.name,
                        unit=part.uom_id.name,
                    )
                )

    @api.constrains("visit_id", "order_id")
    def _check_visit(self):
        for part in self:
            if part.visit_id and part.visit_id.order_id != part.order_id:
                raise ValidationError(
                    self.env._(
                        "%(part)s: the visit belongs to another work order.",
                        part=part.display_name,
                    )
                )

    # ---------------------------------------------------------------------- CRUD
    def write(self, vals):
        self._check_locked_fields(vals)
        result = super().write(vals)
        if "quantity" in vals:
            self._update_demand()
        return result

    def _check_locked_fields(self, vals):
        """A reserved or used part is what it is: release or return it first."""
        for part in self:
            changed = [
                name
                for name in LOCKED_FIELDS
                if name in vals and part[name].id != vals[name]
            ]
            if changed and part._has_live_moves():
                raise UserError(
                    self.env._(
                        "%(part)s of %(order)s is reserved or used already: only its "
                        "quantity can be changed. Mark it as not needed, or return it, "
                        "and add another part.",
                        part=part.display_name,
                        order=part.order_id.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_if_nothing_happened(self):
        for part in self:
            if not part.uom_id.is_zero(part.used_qty):
                raise UserError(
                    self.env._(
                        "%(part)s was used on %(order)s and is part of its history.",
                        part=part.display_name,
                        order=part.order_id.name,
                    )
                )
        self._cancel_open_moves()

    # ------------------------------------------------------------------- helpers
    def _has_live_moves(self):
        """Tell whether anything is reserved, on its way, or has been used."""
        # Technicians have no access to stock moves.
        moves = self.sudo().move_ids
        return any(
            move.state not in ("done", "cancel")
            or (
                move.state == "done"
                and "customer" in (move.location_id.usage, move.location_dest_id.usage)
            )
            for move in moves
        )

    def _get_default_location(self):
        """Return where the part is taken from: the van, else the warehouse's stock."""
        # The planned technician's van is no secret, his employee record is.
        part = self.sudo()
        van = part._get_planned_van()
        if van:
            return van
        company = part.company_id or part.order_id.company_id
        warehouse = part.env["stock.warehouse"].search(
            [("company_id", "=", company.id)], limit=1
        )
        return warehouse._get_service_location()

    def _get_report_name(self):
        """Return the description, in the reader's language when it is the product's."""
        names = {
            self.product_id.with_context(lang=code).display_name
            for code, _name in self.env["res.lang"].get_installed()
        }
        return self.product_id.display_name if self.name in names else self.name

    def _get_used_lots(self):
        """Return the lots and serial numbers that were used and not returned."""
        lots = self.env["stock.lot"]
        return lots.union(*self._get_used_lot_quantities())
