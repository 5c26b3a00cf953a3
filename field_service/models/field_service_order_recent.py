from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .field_service_order_gate import ENDED_STATES

RECENT_DAYS = 90
SHOWN = 10


class FieldServiceOrderRecent(models.AbstractModel):
    """What else goes on, or went on lately, at the same site and equipment.

    It is shown while an order is taken on the phone, so that nobody is sent twice and
    a repair that did not last is known as such.
    """

    _name = "field.service.order.recent"
    _description = "Earlier Work Orders"

    recent_order_ids = fields.Many2many(
        comodel_name="field.service.order",
        string="Other Orders of this Site and Equipment",
        compute="_compute_recent_order_ids",
        help="Open orders, and those of the last 90 days.",
    )
    callback_candidate_ids = fields.Many2many(
        comodel_name="field.service.order",
        compute="_compute_recent_order_ids",
        help="Orders that were completed, so that this one may be a callback of them.",
    )
    open_order_count = fields.Integer(
        string="Other Open Orders", compute="_compute_recent_order_ids"
    )

    @api.depends("site_id", "asset_ids", "company_id")
    def _compute_recent_order_ids(self):
        found = self._search_recent()
        for order in self:
            # A customer may have many orders; those about the same machine matter.
            sites, assets = order.site_id._origin, order.asset_ids._origin
            recent = found.filtered(
                lambda other, order=order, sites=sites, assets=assets: (
                    other != order._origin
                    and other.company_id == order.company_id
                    and (other.asset_ids & assets or other.site_id & sites)
                )
            ).sorted(
                lambda other, assets=assets: (
                    other.state in ENDED_STATES,
                    not other.asset_ids & assets,
                )
            )
            shown = recent[:SHOWN]
            order.recent_order_ids = shown
            order.callback_candidate_ids = shown.filtered(
                lambda other: other.state in ("done", "closed")
            )
            order.open_order_count = len(
                recent.filtered(lambda other: other.state not in ENDED_STATES)
            )

    def _search_recent(self):
        """Return the orders around all of these, newest first, in one search."""
        sites, assets = self.site_id._origin, self.asset_ids._origin
        if not sites and not assets:
            return self.browse()
        since = fields.Datetime.now() - timedelta(days=RECENT_DAYS)
        near = Domain("site_id", "in", sites.ids) | Domain(
            "asset_ids", "in", assets.ids
        )
        current = Domain("state", "not in", ENDED_STATES)
        lately = Domain("completed_on", ">=", since) | Domain(
            "create_date", ">=", since
        )
        return self.search(
            near
            & (current | lately)
            & Domain("state", "!=", "cancelled")
            & Domain("company_id", "in", self.company_id.ids),
            order="id desc",
        )
