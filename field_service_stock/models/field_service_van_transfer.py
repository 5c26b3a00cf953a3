from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

# Who hands over says how many, and whatever else there is to say.
OPEN_FIELDS = {"quantity", "note"}


class FieldServiceVanTransfer(models.Model):
    """A technician asks a colleague for a part: an ordinary transfer of two vans.

    The transfer is Odoo's; this is what the two see of it, and their right to do it.
    """

    _name = "field.service.van.transfer"
    _description = "Transfer between Vans"
    _inherit = [
        "field.service.van.transfer.check",
        "field.service.van.transfer.notice",
        "hr.mixin",
        "mail.thread",
    ]
    _order = "is_open desc, id desc"
    _check_company_auto = True

    picking_id = fields.Many2one(
        comodel_name="stock.picking",
        string="Transfer",
        required=True,
        index=True,
        readonly=True,
        check_company=True,
        ondelete="cascade",
    )
    name = fields.Char(related="picking_id.name", store=True)
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, readonly=True
    )
    source_id = fields.Many2one(
        comodel_name="stock.location",
        string="From",
        required=True,
        index=True,
        readonly=True,
        check_company=True,
        help="The van it is in.",
    )
    destination_id = fields.Many2one(
        comodel_name="stock.location",
        string="To",
        required=True,
        index=True,
        readonly=True,
        check_company=True,
        help="The van it is needed in.",
    )
    giver_ids = fields.Many2many(
        comodel_name="hr.employee",
        relation="field_service_van_transfer_giver_rel",
        string="Who Has It",
        readonly=True,
        check_company=True,
    )
    receiver_ids = fields.Many2many(
        comodel_name="hr.employee",
        relation="field_service_van_transfer_receiver_rel",
        string="Who Needs It",
        readonly=True,
        check_company=True,
    )
    product_id = fields.Many2one(
        comodel_name="product.product",
        required=True,
        index=True,
        readonly=True,
        check_company=True,
    )
    lot_id = fields.Many2one(
        comodel_name="stock.lot",
        string="Lot/Serial Number",
        index="btree_not_null",
        readonly=True,
        check_company=True,
    )
    quantity = fields.Float(
        digits="Product Unit", required=True, help="In the unit of the product."
    )
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    part_id = fields.Many2one(
        comodel_name="field.service.part",
        string="For Part",
        index="btree_not_null",
        readonly=True,
        check_company=True,
        ondelete="set null",
    )
    order_id = fields.Many2one(
        comodel_name="field.service.order",
        string="Work Order",
        related="part_id.order_id",
        store=True,
        index="btree_not_null",
    )
    note = fields.Char(help="Where to meet, when it is needed...")
    state = fields.Selection(
        selection=[
            ("requested", "Requested"),
            ("done", "Handed over"),
            ("declined", "Declined"),
            ("cancelled", "Cancelled"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
    )
    is_open = fields.Boolean(compute="_compute_state", store=True)
    is_declined = fields.Boolean(readonly=True, copy=False)
    reason_id = fields.Many2one(
        comodel_name="field.service.reason",
        index="btree_not_null",
        readonly=True,
        copy=False,
        help="Why nothing was handed over.",
    )
    can_decline = fields.Boolean(compute="_compute_can_decline")

    # ------------------------------------------------------------------ computes
    @api.depends("picking_id.state", "is_declined")
    def _compute_state(self):
        for transfer in self:
            state = transfer.picking_id.state
            if state == "cancel":
                transfer.state = "declined" if transfer.is_declined else "cancelled"
            else:
                transfer.state = "done" if state == "done" else "requested"
            transfer.is_open = transfer.state == "requested"

    @api.depends("giver_ids")
    @api.depends_context("uid")
    def _compute_can_decline(self):
        for transfer in self:
            # Who is behind a colleague is private, who he is himself is not.
            givers = transfer.sudo().giver_ids
            transfer.can_decline = self.env.user in givers.user_id

    # ---------------------------------------------------------------------- CRUD
    def write(self, vals):
        if not self.env.su:
            self._check_own_fields(vals)
        changed = self.browse()
        if "quantity" in vals:
            changed = self.filtered(
                lambda transfer: transfer.quantity != vals["quantity"]
            )
            changed._check_new_quantity(vals["quantity"])
        result = super().write(vals)
        changed._update_picking()
        return result

    def _check_own_fields(self, vals):
        """What is transferred where is decided when it is asked for."""
        thread = self.env["mail.thread"]._fields.keys() - {"id"}
        if vals.keys() - OPEN_FIELDS - thread:
            raise AccessError(
                self.env._("A transfer between vans is changed by its buttons only.")
            )

    # ----------------------------------------------------------------------- ask
    @api.model
    def _ask(self, source, destination, product, quantity, **details):
        """Ask for a product that is in another van.

        :param details: lot, part, and a note
        :return: the transfer, its quantity reserved
        """
        part = details.get("part") or self.env["field.service.part"]
        lot = details.get("lot") or self.env["stock.lot"]
        self._check_may_ask(destination, part)
        self._check_vans(source, destination, product)
        # Technicians have no right on stock: what may be asked for is checked here.
        transfers, part, lot = self.sudo(), part.sudo(), lot.sudo()
        if part:
            part._check_can_be_asked_for(product, quantity)
            transfers._check_van_of_part(destination, part)
        transfers._check_available(source.sudo(), product, lot, quantity)
        values = {
            "company_id": source.company_id.id,
            "source_id": source.id,
            "destination_id": destination.id,
            "product_id": product.id,
            "quantity": quantity,
            "lot_id": lot.id,
            "part_id": part.id,
            "note": details.get("note"),
        }
        picking = transfers._create_picking(values)
        transfer = transfers.create({**values, "picking_id": picking.id})
        transfer._set_parties()
        transfer._reserve()
        part._supply_around(picking.move_ids)
        transfer._tell_requested()
        return transfer.with_env(self.env)

    def _create_picking(self, values):
        """Make Odoo's transfer from van to van."""
        source = self.env["stock.location"].browse(values["source_id"])
        part = self.env["field.service.part"].browse(values["part_id"])
        move = {
            "company_id": source.company_id.id,
            "product_id": values["product_id"],
            "product_uom_qty": values["quantity"],
            "location_id": source.id,
            "location_dest_id": values["destination_id"],
            "service_part_id": part.id,
        }
        date = fields.Datetime.now()
        if part:
            date = part._get_scheduled_date()
            # What is brought for an order is reserved for it first.
            reference = part.order_id._get_stock_reference()
            move["reference_ids"] = [Command.set(reference.ids)]
        pickings = self.env["stock.picking"].with_company(source.company_id)
        picking = pickings.create(
            {
                "picking_type_id": self._get_picking_type(source).id,
                "company_id": source.company_id.id,
                "location_id": source.id,
                "location_dest_id": values["destination_id"],
                "scheduled_date": date,
                "origin": part.order_id.name,
                "service_order_id": part.order_id.id,
                "move_ids": [Command.create(move)],
            }
        )
        picking.action_confirm()
        return picking

    @api.model
    def _get_picking_type(self, source):
        """Return the operation type of the warehouse the van belongs to."""
        warehouse = source.warehouse_id or self.env["stock.warehouse"].search(
            [("company_id", "=", source.company_id.id)], limit=1
        )
        return warehouse.int_type_id

    def _set_parties(self):
        """Keep who has it and who needs it: it is theirs to hand over."""
        for transfer in self:
            visit = transfer.part_id and transfer.part_id._get_planned_visit()
            receivers = transfer.destination_id.service_technician_ids
            if visit:
                receivers |= visit.technician_id
            transfer.giver_ids = transfer.source_id.service_technician_ids
            transfer.receiver_ids = receivers

    def _reserve(self):
        """Reserve the lot that was asked for, else what Odoo would take."""
        for transfer in self:
            move = transfer.picking_id.move_ids
            if transfer.lot_id:
                move._do_unreserve()
                move._update_reserved_quantity(
                    transfer.quantity,
                    transfer.source_id,
                    lot_id=transfer.lot_id,
                    strict=False,
                )
                move._recompute_state()
            else:
                move._action_assign()
            if move.state != "assigned":
                transfer._refuse_quantity(transfer.source_id, transfer.lot_id)

    def _update_picking(self):
        """Bring the transfer to the quantity that was agreed on."""
        # See _check_new_quantity.
        for transfer in self.sudo():
            move = transfer.picking_id.move_ids
            move._do_unreserve()
            move.product_uom_qty = transfer.quantity
            transfer._reserve()
            transfer.part_id._supply_around(move)

    # ------------------------------------------------------------------- actions
    def action_hand_over(self):
        """Say that it is in the other van now; either of the two does, with one tap."""
        self._check_still_open()
        self.check_access("write")
        for transfer in self:
            # See the class: it is their right to move it, with none on stock.
            picking = transfer.sudo().picking_id.with_company(transfer.company_id)
            move = picking.move_ids
            if move.state != "assigned":
                transfer.sudo()._reserve()
            picking._move_out_of_locked_period()
            move.picked = True
            picking._action_done()
        return True

    def action_open_end(self):
        """Ask why nothing is handed over."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decline")
            if self.can_decline
            else self.env._("Cancel Transfer"),
            "res_model": "field.service.van.refusal",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_transfer_id": self.id},
        }

    def _end(self, reason, note=None):
        """Give it up: it stays where it is, and the part is asked for elsewhere."""
        self._check_still_open()
        self.check_access("write")
        for transfer in self:
            declined = transfer.can_decline
            values = {"reason_id": reason.id, "is_declined": declined}
            if note:
                values["note"] = note
            # See the class.
            own = transfer.sudo()
            own.write(values)
            own.picking_id.action_cancel()
            own.part_id._supply_again()

    def _check_still_open(self):
        for transfer in self:
            if transfer.state != "requested":
                state = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(transfer)s is over already: %(state)s.",
                        transfer=transfer.name,
                        state=state[transfer.state],
                    )
                )
