from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import format_datetime

from ..models.field_service_order_gate import OPEN_STATES
from ..models.field_service_visit_gate import WAITING_STATES
from ..tools.recurrence import to_utc, to_wall

DEFAULT_DAYS = 14
BEST = 5


class FieldServiceSlotWizard(models.TransientModel):
    """Finds a time for a work order and books it with one click."""

    _name = "field.service.slot.wizard"
    # Dispatchers choose technicians without reading employees' records.
    _inherit = ["hr.mixin"]
    _description = "Find a Slot"

    order_id = fields.Many2one(
        comodel_name="field.service.order", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="order_id.company_id")
    site_id = fields.Many2one(related="order_id.site_id")
    crew_size = fields.Integer(related="order_id.crew_size")
    visit_id = fields.Many2one(
        comodel_name="field.service.visit",
        string="Visit to Move",
        ondelete="cascade",
        domain=f"[('order_id', '=', order_id), ('state', 'in', {WAITING_STATES})]",
        help="Empty: another visit is planned.",
    )
    mode = fields.Selection(
        selection=[("slots", "Who goes when"), ("windows", "Offer to the customer")],
        default="slots",
        required=True,
    )
    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)
    team_id = fields.Many2one(comodel_name="field.service.team", ondelete="set null")
    technician_ids = fields.Many2many(
        comodel_name="hr.employee", string="Only These Technicians"
    )
    option_ids = fields.One2many(
        comodel_name="field.service.slot.option",
        inverse_name="wizard_id",
        string="Best Slots",
    )
    window_ids = fields.One2many(
        comodel_name="field.service.slot.window",
        inverse_name="wizard_id",
        string="Arrival Windows",
    )
    refused = fields.Text(string="Not Proposed", readonly=True)
    message = fields.Text(readonly=True)

    @api.constrains("first_day", "last_day")
    def _check_days(self):
        days = self.mapped("first_day") + self.mapped("last_day")
        self.env["field.service.availability"]._check_days(*days)

    # ---------------------------------------------------------------------- open
    @api.model
    def _open(self, order, visit=None):
        """Search for an order, or for another time of its visit; show what was found.

        :raises UserError: when the order cannot be planned
        """
        if order.state not in OPEN_STATES:
            raise UserError(
                self.env._(
                    "Work order %(order)s is “%(state)s”: it can be planned once it is "
                    "released.",
                    order=order.name,
                    state=order._get_state_label(order.state),
                )
            )
        first, last = self._get_default_days(order)
        wizard = self.create(
            {
                "order_id": order.id,
                "visit_id": visit and visit.id,
                "team_id": order.team_id.id,
                "first_day": first,
                "last_day": last,
            }
        )
        wizard._search_again()
        return wizard._get_action()

    @api.model
    def _get_default_days(self, order):
        """Return the first and the last day to search: the agreed window, or soon."""
        today = fields.Date.context_today(self)
        start, stop = (
            order.promised_start or order.requested_start,
            order.promised_stop or order.requested_stop,
        )
        first = max(self._get_day(start), today) if start else today
        last = self._get_day(stop) if stop else first + timedelta(days=DEFAULT_DAYS - 1)
        return first, max(first, last)

    def _get_day(self, moment):
        return to_wall(moment, self.env.user.tz or "UTC").date()

    def _get_period(self):
        """Return the days that are searched as (start, stop), naive UTC."""
        zone = self.env.user.tz or "UTC"
        after = self.last_day + timedelta(days=1)
        return (
            to_utc(datetime.combine(self.first_day, time.min), zone),
            to_utc(datetime.combine(after, time.min), zone),
        )

    def _get_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Find a Slot: %(order)s", order=self.order_id.name),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    # -------------------------------------------------------------------- search
    def action_search(self):
        """Search again with what has been changed."""
        self.ensure_one()
        self.message = False
        self._search_again()
        return self._get_action()

    def _search_again(self):
        """Replace what was found."""
        self.ensure_one()
        self.option_ids.unlink()
        self.window_ids.unlink()
        self.refused = False
        start, stop = self._get_period()
        if self.mode == "windows":
            self._offer_windows(start, stop)
        else:
            self._propose_slots(start, stop)

    def _propose_slots(self, start, stop):
        result = self.order_id._search_slots(
            start,
            stop,
            self.technician_ids or None,
            team=self.team_id,
            limit=BEST,
            visit=self.visit_id,
        )
        self.refused = "\n".join(result.refused)
        self.option_ids = [
            fields.Command.create(self._prepare_option_values(slot))
            for slot in result.slots
        ]

    def _prepare_option_values(self, slot):
        return {
            "technician_id": slot.technician.id,
            "crew_ids": [fields.Command.set(slot.crew.ids)],
            "start": slot.start,
            "stop": slot.stop,
            "arrival_stop": slot.arrival_stop,
            "travel_before": slot.travel_before,
            "travel_after": slot.travel_after,
            "detour": slot.detour,
            "score": slot.score,
            "reasons": "\n".join(
                f"{term.name} {term.points:.0f} · {term.sentence}"
                for term in slot.terms
            ),
        }

    def _offer_windows(self, start, stop):
        offered = self.order_id._get_offered_windows(start, stop, visit=self.visit_id)
        self.window_ids = [
            fields.Command.create({"start": begin, "stop": end})
            for begin, end in offered
        ]
        if not offered:
            # The same rules say why, without what was agreed before.
            result = self.order_id._search_slots(
                start,
                stop,
                limit=1,
                visit=self.visit_id,
                windows=[(datetime.min, datetime.max)],
            )
            self.refused = "\n".join(result.refused)

    # ---------------------------------------------------------------------- book
    def _book(self, option):
        """Book an option; when somebody was faster, search again and say so."""
        self.ensure_one()
        order, visit = self.order_id, self.visit_id
        slot = order._find_slot_at(
            option.start, option.technician_id, option.crew_ids, visit
        )
        if not slot:
            return self._tell_taken(
                self.env._(
                    "%(name)s is not free at %(start)s any more.",
                    name=option.technician_id.name,
                    start=format_datetime(self.env, option.start, dt_format="short"),
                )
            )
        try:
            with self.env.cr.savepoint():
                order._book_slot(slot, visit)
        except ValidationError as error:
            return self._tell_taken(str(error.args[0]))
        return {"type": "ir.actions.act_window_close"}

    def _tell_taken(self, reason):
        self._search_again()
        self.message = self.env._(
            "%(reason)s These are the best slots now.", reason=reason
        )
        return self._get_action()

    def _promise(self, window):
        """Promise a window to the customer, and propose who keeps the promise."""
        self.ensure_one()
        self.order_id.write(
            {"promised_start": window.start, "promised_stop": window.stop}
        )
        self.message = self.env._(
            "Promised: %(window)s. Now choose who goes.", window=window.name
        )
        self.mode = "slots"
        self.first_day = self._get_day(window.start)
        self.last_day = self._get_day(window.stop)
        self._search_again()
        return self._get_action()
