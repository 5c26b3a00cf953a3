from odoo import api, fields, models


class FieldServiceOrderHistory(models.AbstractModel):
    """How long an order was in each state, and why it was put aside."""

    _name = "field.service.order.history"
    _description = "History of Work Orders"

    state_log_ids = fields.One2many(
        comodel_name="field.service.order.state.log",
        inverse_name="order_id",
        string="Time in State",
        readonly=True,
    )
    hold_reason_id = fields.Many2one(
        comodel_name="field.service.reason",
        string="On Hold Because",
        domain="[('kind', '=', 'hold')]",
        index="btree_not_null",
        copy=False,
        tracking=True,
        ondelete="restrict",
    )

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        # One that was imported in a later state has passed the gate, and its log.
        orders.filtered(lambda order: not order.state_log_ids)._log_state()
        return orders

    def write(self, vals):
        staying = self.browse()
        if "hold_reason_id" in vals and vals.get("state", "on_hold") == "on_hold":
            staying = self.filtered(lambda order: order.state == "on_hold")
        result = super().write(vals)
        staying._log_state()
        return result

    def _get_reasons_on_hold(self):
        reasons = super()._get_reasons_on_hold()
        reason = self._get_pending_record("hold_reason_id")
        if not reason:
            reasons.append(self.env._("Say why it is put on hold."))
        elif reason.kind != "hold":
            reasons.append(
                self.env._(
                    "“%(reason)s” is not a reason to put it on hold.",
                    reason=reason.name,
                )
            )
        return reasons

    def _prepare_transition_values(self, target):
        values = super()._prepare_transition_values(target)
        if target != "on_hold":
            values["hold_reason_id"] = False
        return values

    def _after_transition(self, target, previous):
        # First, because the reactions to a transition may bring about the next one.
        self._log_state()
        return super()._after_transition(target, previous)

    def _log_state(self):
        """Write down that the orders left one state and entered the next."""
        if not self:
            return
        # A log that its readers cannot write: the order is its only author.
        log = self.env["field.service.order.state.log"].sudo()
        now = fields.Datetime.now()
        current = log.search([("order_id", "in", self.ids), ("left_on", "=", False)])
        current.write({"left_on": now})
        # Before the next begins: the database keeps an order in one state at a time.
        current.flush_recordset(["left_on"])
        log.create([order._prepare_state_log_values(now) for order in self])

    def _prepare_state_log_values(self, now):
        """Return the values of the line that begins now."""
        reason = self.hold_reason_id if self.state == "on_hold" else False
        return {
            "order_id": self.id,
            "state": self.state,
            "entered_on": now,
            "reason_id": reason and reason.id,
            # Nothing is owed on an order that was given up, until it is taken up again.
            "stops_clock": (reason and reason.stops_clock)
            or self.state in ("cancelled", "cannot_complete"),
        }

    def action_hold(self):
        """Ask why the orders are put aside; nothing is planned on them meanwhile."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Put on Hold"),
            "res_model": "field.service.order.hold",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_order_ids": self.ids},
        }
