from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.field_service.models.field_service_visit_gate import BUSY_STATES

# What goes on by itself while somebody is at it.
RUNNING_STATES = ("travelling", "working")
OPEN_KINDS = ("labour", "travel", "callout")
# A phase that goes on for longer has been forgotten.
HORIZON = 24 * 60


class OpenHours(dict):
    """Hours of visits under way: {id of the visit: {phase: hours}}.

    A class of its own, so that no call of the interface can pass for it.
    """


class FieldServiceOrderLimit(models.AbstractModel):
    """How far the customer's limit is used, while the work goes on.

    What visits under way have recorded counts as if they ended now. The clock goes on
    without anybody writing anything: what is stored is the moment at which the limit
    is passed if nothing else happens.
    """

    _name = "field.service.order.limit"
    _description = "Limit of Work Orders"

    limit_used = fields.Float(
        string="Limit Used (%)",
        compute="_compute_limit_state",
        compute_sudo=True,  # how far it is used is no secret, the amounts are
        digits=(16, 1),
        help="Share of the customer's limit that the work takes, with what visits "
        "under way have recorded so far.",
    )
    limit_state = fields.Selection(
        selection=[("near", "Nearly used up"), ("reached", "Used up")],
        string="Limit",
        compute="_compute_limit_state",
        compute_sudo=True,  # as above
        search="_search_limit_state",
    )
    limit_near_on = fields.Datetime(
        string="Limit Nearly Used Up on",
        compute="_compute_limit_moments",
        store=True,
        copy=False,
        index="btree_not_null",
        help="When the warning comes, if the work goes on as it does.",
    )
    limit_reached_on = fields.Datetime(
        string="Limit Used Up on",
        compute="_compute_limit_moments",
        store=True,
        copy=False,
        index="btree_not_null",
        help="When the limit is used up, if the work goes on as it does.",
    )

    # ------------------------------------------------------------------ computes
    @api.depends(
        "limit_amount",
        "charge_ids.amount",
        "pricing_id.limit_warning",
        "visit_ids.state",
        "visit_ids.event_ids.device_time",
        "visit_ids.event_ids.correction_of_id",
    )
    def _compute_limit_moments(self):
        for order in self:
            limit = order.limit_amount
            share = order._get_limit_warning() / 100.0
            for name, amount in (
                ("limit_near_on", limit * share),
                ("limit_reached_on", limit),
            ):
                known = order[name]
                order[name] = order._find_moment(amount, known) if limit else False

    @api.depends("limit_near_on", "limit_reached_on")
    def _compute_limit_state(self):
        now = fields.Datetime.now()
        for order in self:
            limit = order.limit_amount
            spent = order._get_spent_amount(now) if limit else 0.0
            order.limit_used = 100.0 * spent / limit if limit else 0.0
            order.limit_state = order._get_limit_state(now)

    def _get_limit_state(self, moment):
        """Return how far the limit is at a moment."""
        for state in ("reached", "near"):
            since = self[f"limit_{state}_on"]
            if since and since <= moment:
                return state
        return False

    def _search_limit_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        reached = Domain("limit_reached_on", "<=", now)
        near = Domain("limit_near_on", "<=", now)
        domains = {"reached": reached, "near": near & ~reached, False: ~near & ~reached}
        return Domain.OR(domains[state] for state in value if state in domains)

    def _get_limit_warning(self):
        """Return the share of the limit from which people are told, in percent."""
        return self.pricing_id.limit_warning or 80.0

    # -------------------------------------------------------------- what is spent
    def _find_moment(self, amount, known):
        """Return when the work reaches an amount, if it goes on; False for never.

        :param datetime known: what was found before; the earliest counts
        """
        running = self.visit_ids.filtered(lambda one: one.state in RUNNING_STATES)
        start = self._get_last_time(running)
        latest = start or self._get_last_time(self.visit_ids) or fields.Datetime.now()
        if self._reaches(amount, latest):
            return min(known or latest, latest)
        if not start or not self._reaches(amount, start + timedelta(minutes=HORIZON)):
            return False
        early, late = 0, HORIZON
        while late - early > 1:
            middle = (early + late) // 2
            if self._reaches(amount, start + timedelta(minutes=middle)):
                late = middle
            else:
                early = middle
        return start + timedelta(minutes=late)

    @api.model
    def _get_last_time(self, visits):
        """Return when something was last recorded of visits."""
        # An unsaved order has no work.
        times = visits._origin.event_ids.mapped("device_time")
        return max((time for time in times if time), default=None)

    def _reaches(self, amount, moment):
        """Tell whether what is done by a moment is worth an amount, or more."""
        spent = self._get_spent_amount(moment)
        return self.billing_currency_id.compare_amounts(spent, amount) >= 0

    def _get_spent_amount(self, moment):
        """Return what the work is charged, with visits under way as of a moment."""
        spent = sum(self._get_spent_charges().mapped("amount"))
        return spent + sum(charge.amount for charge in self._get_open_charges(moment))

    def _get_open_charges(self, moment):
        """Return what visits under way would be charged if they ended, unsaved."""
        self.ensure_one()
        charges = self.env["field.service.charge"]
        visits = self.visit_ids.filtered(lambda visit: visit.state in BUSY_STATES)
        if not visits:
            return charges
        hours = {visit.id: visit._get_hours_until(moment) for visit in visits}
        order = self.with_context(service_open_hours=OpenHours(hours))
        known = {charge._get_source_key() for charge in self.charge_ids}
        return charges.union(
            *(
                charges.new(charges._prepare_remaining_values(target))
                for target in order._get_charge_targets()
                if target.kind in OPEN_KINDS and target.key not in known
            )
        )

    # --------------------------------------------------------------------- words
    def _get_limit_statement(self):
        """Tell the technician how far the limit is used, without any amount."""
        self.ensure_one()
        if not self.limit_state:
            return ""
        return self._describe_limit(self.limit_state, int(self.limit_used))

    def _describe_limit(self, state, share):
        """Say what it means for the technician."""
        if state == "reached":
            return self.env._(
                "The customer's limit is used up: what is done beyond it is not paid. "
                "Ask the office first."
            )
        return self.env._(
            "%(share)s %% of the customer's limit is used: ask the office before "
            "you do more than was asked for.",
            share=share,
        )

    def _get_limit_warnings(self):
        """Return what the technician's phone says by itself, and from when on.

        :rtype: list[dict]
        """
        self.ensure_one()
        now = fields.Datetime.now()
        share = int(self.sudo()._get_limit_warning())  # a share is no amount
        return [
            {
                "at": fields.Datetime.to_string(moment),
                "text": self._describe_limit(state, share),
            }
            for state in ("near", "reached")
            if (moment := self[f"limit_{state}_on"]) and moment > now
        ]
