from odoo import api, fields, models
from odoo.exceptions import UserError


class FieldServiceVisit(models.Model):
    """An appointment: who goes when, and what came of it.

    Read its three parts next: the gate says what its state may become, the plan who
    is booked when, the log what happened and how long it took. Beside the plan stand
    its rules, its warnings and what it shows in the technician's calendar.
    """

    _name = "field.service.visit"
    _description = "Visit"
    _inherit = [
        # Dispatchers choose a crew without reading employees' records.
        "hr.mixin",
        # First: what is written by hand is looked at before anything is added to it.
        "field.service.visit.integrity",
        "field.service.visit.tools",
        "field.service.visit.notice.text",
        "field.service.visit.notice",
        "field.service.visit.late",
        "field.service.visit.punctual",
        "field.service.visit.dispatch",
        "field.service.visit.travel",
        "field.service.visit.trip",
        "field.service.visit.rules",
        "field.service.visit.resources",
        "field.service.visit.exchange",
        "field.service.visit.skills",
        "field.service.visit.warnings",
        "field.service.visit.calendar",
        "field.service.visit.gate",
        "field.service.visit.plan",
        "field.service.visit.log",
        "field.service.visit.documents",
        "field.service.visit.slots",
        "field.service.board.listener",
        "field.service.visit.portal",
        "field.service.visit.vendor",
        "field.service.expense.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "start desc, id desc"
    _check_company_auto = True

    # Identity
    name = fields.Char(compute="_compute_name", store=True)
    order_id = fields.Many2one(
        comodel_name="field.service.order",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one(related="order_id.partner_id")
    site_id = fields.Many2one(related="order_id.site_id")
    contact_id = fields.Many2one(related="order_id.contact_id")
    description = fields.Text(related="order_id.description")
    access_note = fields.Text(related="order_id.access_note")
    safety_note = fields.Text(related="order_id.safety_note")
    parking_note = fields.Text(related="order_id.parking_note")
    job_type_id = fields.Many2one(
        related="order_id.job_type_id", store=True, index="btree_not_null"
    )
    team_id = fields.Many2one(
        related="order_id.team_id", store=True, index="btree_not_null"
    )
    state = fields.Selection(
        selection=[
            ("planned", "Planned"),
            ("dispatched", "Dispatched"),
            ("acknowledged", "Acknowledged"),
            ("travelling", "On the way"),
            ("on_site", "On site"),
            ("working", "Working"),
            ("paused", "Paused"),
            ("completed", "Completed"),
            ("declined", "Declined"),
            ("missed", "Missed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="planned",
        index=True,
        copy=False,
        tracking=True,
    )
    documentation = fields.Float(related="order_id.documentation")
    require_signature = fields.Boolean(related="order_id.require_signature")
    color = fields.Integer(related="job_type_id.color")

    # What came of it
    result = fields.Selection(
        selection=[
            ("solved", "Solved"),
            ("return_needed", "Return needed"),
            ("no_access", "No access"),
            ("refused", "Refused"),
        ],
        copy=False,
        tracking=True,
    )
    return_reason_id = fields.Many2one(
        comodel_name="field.service.reason",
        index="btree_not_null",
        copy=False,
        domain="[('kind', '=', 'return')]",
    )
    note = fields.Text(string="Work Done", copy=False)

    # ------------------------------------------------------------------ computes
    @api.depends("order_id.name", "order_id.partner_id.name")
    def _compute_name(self):
        for visit in self:
            parts = (visit.order_id.name, visit.order_id.partner_id.name)
            visit.name = " · ".join(part for part in parts if part)

    # ---------------------------------------------------------------------- CRUD
    @api.model_create_multi
    def create(self, vals_list):
        visits = super().create(vals_list)
        visits.order_id._process()
        return visits

    def write(self, vals):
        if "order_id" in vals:
            self._check_order_change(vals["order_id"])
        result = super().write(vals)
        if {"technician_id", "crew_ids"} & vals.keys():
            # Whose time it was decides what it cost and what it is sold for.
            self.filtered(lambda visit: visit.state == "completed").order_id._process()
        return result

    def unlink(self):
        orders = self.order_id
        result = super().unlink()
        orders._process()
        return result

    def _get_expense_order(self):
        return self.order_id

    def _get_board_fields(self):
        return {*super()._get_board_fields(), *self._get_plan_fields()}

    def _check_order_change(self, order_id):
        """A visit stays on its order, and so does what it cost and was sold for."""
        for visit in self:
            if visit.order_id.id != order_id:
                raise UserError(
                    self.env._(
                        "Visit %(visit)s belongs to its work order. Plan a visit of "
                        "the other work order instead.",
                        visit=visit.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_if_nothing_happened(self):
        for visit in self:
            if visit.event_ids.filtered(lambda event: event.type != "planned"):
                raise UserError(
                    self.env._(
                        "Visit %(visit)s has a history. Cancel it instead of "
                        "deleting it.",
                        visit=visit.name,
                    )
                )

    # --------------------------------------------------------------- transitions
    def _after_transition(self, target, previous):
        result = super()._after_transition(target, previous)
        self._log_transition(target, previous)
        self.order_id._process()
        return result

    def action_dispatch(self):
        """Send the visits to their technicians."""
        return self.write({"state": "dispatched"})

    def action_acknowledge(self):
        """Accept the visits."""
        return self.write({"state": "acknowledged"})

    def action_travel(self):
        """On my way."""
        return self.write({"state": "travelling"})

    def action_arrive(self):
        """Arrived on site."""
        return self.write({"state": "on_site"})

    def action_start(self):
        """Start or resume work."""
        return self.write({"state": "working"})

    def action_pause(self):
        """Interrupt work."""
        return self.write({"state": "paused"})

    def action_finish(self):
        """Finish the visits; they count as solved unless something else is said."""
        for visit in self:
            visit.write({"state": "completed", "result": visit.result or "solved"})
        return True

    def action_miss(self):
        """Record that the visits did not take place."""
        return self.write({"state": "missed"})

    def action_cancel(self):
        """Cancel the visits."""
        return self.write({"state": "cancelled"})

    def action_replan(self):
        """Take declined, missed or cancelled visits back to planned."""
        return self.write({"state": "planned"})
