from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.misc import format_date, format_time

# How far ahead a customer may choose a time.
CHOICE_DAYS = 14


class PortalState(NamedTuple):
    """What a customer is told about a state, and how it is coloured."""

    label: str
    colour: str


class FieldServiceOrderPortal(models.AbstractModel):
    """What customers see of their work orders, and what they may do with them.

    Customers have no right on any of our models: they see what these methods answer,
    nothing else, whichever way they ask.
    """

    _name = "field.service.order.portal"
    _inherit = ["portal.mixin"]
    _description = "Customer Portal of Work Orders"

    def _compute_access_url(self):
        result = super()._compute_access_url()
        for order in self:
            order.access_url = f"/my/work-orders/{order.id}"
        return result

    @api.model
    def _get_portal_domain(self, partner):
        """Return which orders belong to a portal user: those of his company.

        :param partner: the portal user's partner
        :rtype: Domain
        """
        customer = partner.commercial_partner_id
        return Domain("partner_id", "child_of", customer.id)

    def _get_portal_state(self):
        """Return the order's state in the customer's words.

        :rtype: PortalState
        """
        self.ensure_one()
        return {
            "draft": PortalState(self.env._("Requested"), "secondary"),
            "released": PortalState(self.env._("Being planned"), "info"),
            "scheduled": PortalState(self.env._("Appointment made"), "primary"),
            "in_progress": PortalState(self.env._("In progress"), "warning"),
            "done": PortalState(self.env._("Done"), "success"),
            "closed": PortalState(self.env._("Done"), "success"),
            "on_hold": PortalState(self.env._("On hold"), "warning"),
            "cannot_complete": PortalState(self.env._("Not completed"), "danger"),
            "cancelled": PortalState(self.env._("Cancelled"), "danger"),
        }[self.state]

    def _get_portal_visits(self):
        """Return the visits a customer is told of, the next one first."""
        return self.visit_ids.filtered(
            lambda visit: visit.start
            and (visit._is_open() or visit.state == "completed")
        ).sorted(lambda visit: (not visit._is_open(), visit.start))

    def _get_portal_window(self, start, stop):
        """Return a window as the customer reads it, on the clock of the site.

        :param datetime start: naive UTC, like ``stop``
        :return: the day and the hours, as text
        :rtype: tuple[str, str]
        """
        self.ensure_one()
        local = self.with_context(tz=self._get_site_tz())
        start, stop = (
            fields.Datetime.context_timestamp(local, moment) for moment in (start, stop)
        )
        return format_date(
            self.env, start.date(), date_format="EEEE, d MMMM y"
        ), self.env._(
            "%(start)s to %(stop)s",
            start=format_time(self.env, start.time(), time_format="short"),
            stop=format_time(self.env, stop.time(), time_format="short"),
        )

    def _format_portal_window(self, start, stop):
        """Return a window in one line, see ``_get_portal_window``."""
        return ", ".join(self._get_portal_window(start, stop))

    # -------------------------------------------------------------------- rating
    def _get_portal_rating(self):
        """Return what the customer has said of the work; empty until he has."""
        self.ensure_one()
        # Ratings are hidden from everybody else; the customer reads his own.
        return self.sudo().rating_ids.filtered("consumed").sorted("rated_on")[-1:]

    def _get_portal_rating_token(self):
        """Return what opens the rating of the work, where the customer may give one.

        :rtype: str or False
        """
        self.ensure_one()
        asks = self.company_id.service_rating_request or self.rating_requested_on
        rateable = (
            asks
            and self.state in ("done", "closed")
            and not self.is_historic
            and not self._get_portal_rating()
        )
        return rateable and self._rating_get_access_token(self.partner_id)

    # ---------------------------------------------------------------- rescheduling
    def _get_movable_visit(self):
        """Return the visit that the customer may move, if there is one."""
        self.ensure_one()
        hours = self.company_id.service_portal_reschedule_hours
        earliest = fields.Datetime.now() + timedelta(hours=hours)
        visit = self._get_open_visits()
        movable = (
            hours
            and len(visit) == 1
            and visit._can_move()
            and visit.start
            and visit.start >= earliest
            and visit.lock not in ("time", "both")
        )
        return visit if movable else visit.browse()

    def _get_reschedule_windows(self):
        """Return the arrival windows the customer may choose instead.

        :rtype: list[tuple[datetime, datetime]]
        """
        visit = self._get_movable_visit()
        if not visit:
            return []
        start = fields.Datetime.now() + timedelta(
            hours=self.company_id.service_portal_reschedule_hours
        )
        return self._get_offered_windows(
            start, start + timedelta(days=CHOICE_DAYS), visit=visit
        )

    def _reschedule(self, start, stop):
        """Move the visit into an arrival window that the customer has chosen.

        :param datetime start: naive UTC, like ``stop``
        :return: when it was before, as text
        :raises ValidationError: when the window is not, or no longer, offered
        """
        self.ensure_one()
        visit = self._get_movable_visit()
        if not visit:
            raise ValidationError(
                self.env._("The appointment can no longer be changed here. Call us.")
            )
        slots = (
            self._find_slots(
                start,
                stop + timedelta(days=2),
                limit=1,
                visit=visit,
                windows=[(start, stop)],
            )
            if (start, stop) in self._get_reschedule_windows()
            else []
        )
        if not slots:
            raise ValidationError(
                self.env._("This time has just been taken. Choose another one.")
            )
        before = self._format_portal_window(visit.start, visit.stop)
        self._book_slot(slots[0], visit=visit)
        self.write({"promised_start": start, "promised_stop": stop})
        return before

    # -------------------------------------------------------------------- requests
    def _withdraw_request(self):
        """Cancel a request that nobody has taken up yet.

        :raises ValidationError: when somebody has
        """
        self.ensure_one()
        if self.state != "draft":
            raise ValidationError(
                self.env._("We are working on it already. Call us to cancel it.")
            )
        self.action_cancel()
