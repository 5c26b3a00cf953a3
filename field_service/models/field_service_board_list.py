from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.spans import to_ms
from .field_service_visit_gate import OPEN_STATES

# More at once is no page.
MAX_ROWS = 500


class FieldServiceBoardList(models.AbstractModel):
    """The list of orders to plan beside calendar and board, and a visit's card."""

    _name = "field.service.board.list"
    _description = "Orders of the Dispatch Board"

    @api.model
    def get_orders_to_plan(self, search="", team_id=False, offset=0, limit=20):
        """Return the released orders nobody goes to yet: urgent ones first.

        :return: how many there are, and those from ``offset`` on
        """
        self._check_can_plan()
        if not (type(offset) is int and type(limit) is int and 0 < limit <= MAX_ROWS):
            raise UserError(self.env._("This page was not understood: load anew."))
        domain = self._get_to_plan_domain()
        search = str(search or "").replace("\0", "")
        if team_id and type(team_id) is int:
            domain &= Domain("team_id", "in", [False, team_id])
        if search:
            domain &= Domain.OR(
                Domain(name, "ilike", search) for name in self._get_to_plan_searched()
            )
        orders = self.env["field.service.order"].search(
            domain,
            offset=max(offset, 0),
            limit=limit,
            order="priority desc, sla_breach_on, id",
        )
        return {
            "length": offset + len(orders)
            if len(orders) < limit
            else orders.search_count(domain),
            "records": [self._prepare_order(order) for order in orders],
        }

    @api.model
    def get_visit_card(self, visit_id):
        """Return what a dispatcher wants to know of one visit at a glance."""
        self._check_can_plan()
        visit = self.env["field.service.visit"].browse(visit_id)
        order, site = visit.order_id, visit.site_id
        contact = visit.contact_id or site or visit.partner_id
        address = site._display_address(without_company=True)
        return {
            "id": visit.id,
            "order_id": order.id,
            "order": order.name,
            "customer": visit.partner_id.display_name or "",
            "site": site.name if site != visit.partner_id else "",
            "address": "\n".join(filter(None, address.splitlines())),
            "latitude": site.partner_latitude,
            "longitude": site.partner_longitude,
            "contact": contact.name or "",
            "phone": contact.phone or visit.partner_id.phone or "",
            "job": visit.job_type_id.name or "",
            "description": visit.description or "",
            "state": visit.state,
            "state_label": self._get_label(visit, "state"),
            "sla_label": self._get_label(order, "sla_state")
            if order.sla_state != "none"
            else "",
            "sla_state": order.sla_state,
            # Who goes is told to whoever sees the visit.
            "people": (visit.technician_id | visit.crew_ids).sudo().mapped("name"),
            "start": to_ms(visit.start),
            "stop": to_ms(visit.stop),
            "warnings": self._get_warnings(visit),
        }

    # ------------------------------------------------------------------- helpers
    @api.model
    def _get_to_plan_domain(self):
        """Return which orders wait for a technician and a time."""
        return (
            Domain("state", "in", ("released", "scheduled", "in_progress"))
            & Domain("company_id", "in", self.env.companies.ids)
            & (
                Domain("state", "=", "released")
                # Somebody has been named, but not yet when.
                | Domain("visit_ids", "any", self._get_timeless_domain())
            )
            & Domain(
                "visit_ids",
                "not any",
                Domain("state", "in", OPEN_STATES) & Domain("start", "!=", False),
            )
        )

    @api.model
    def _get_timeless_domain(self):
        return Domain("state", "=", "planned") & Domain("start", "=", False)

    @api.model
    def _get_to_plan_searched(self):
        """Return the names of the fields the list of orders to plan is searched by."""
        return (
            "name",
            "partner_id.name",
            "site_id.name",
            "site_id.city",
            "job_type_id.name",
            "description",
        )

    @api.model
    def _prepare_order(self, order):
        return {
            "id": order.id,
            "name": order.name,
            "customer": order.partner_id.name or "",
            "site": order.site_id.city or order.site_id.name or "",
            "job": order.job_type_id.name or "",
            "color": order.job_type_id.color,
            "description": order.description or "",
            "hours": order.planned_hours or 1.0,
            "priority": order.priority,
            "priority_label": self._get_label(order, "priority"),
            "sla_state": order.sla_state,
            "sla_label": self._get_label(order, "sla_state"),
            "deadline": order.sla_breach_on and to_ms(order.sla_breach_on),
        }

    @api.model
    def _get_label(self, record, name):
        labels = dict(record._fields[name]._description_selection(self.env))
        return labels.get(record[name], "")
