from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .field_service_order_documents import LOCKED_STATES

# What an order for a repair that did not last has in common with the original. How it
# is covered and priced, planned and promised is decided anew.
CALLBACK_FIELDS = (
    "company_id",
    "partner_id",
    "site_id",
    "contact_id",
    "job_type_id",
    "asset_ids",
    "team_id",
    "tag_ids",
    "priority",
    "description",
)


class FieldServiceOrderCallback(models.AbstractModel):
    """Repairs that did not last: linked to the original order, with their cause."""

    _name = "field.service.order.callback"
    _description = "Callbacks of Work Orders"

    callback_of_id = fields.Many2one(
        comodel_name="field.service.order",
        index="btree_not_null",
        copy=False,
        check_company=True,
        tracking=True,
        domain="[('partner_id', '=', partner_id), ('state', 'in', ('done', 'closed')), "
        "('id', '!=', id)]",
        help="The earlier order that did not last.",
    )
    callback_cause_id = fields.Many2one(
        comodel_name="field.service.reason",
        index="btree_not_null",
        copy=False,
        tracking=True,
        domain="[('kind', '=', 'callback')]",
        ondelete="restrict",
        help="Why the earlier work did not last.",
    )
    callback_ids = fields.One2many(
        comodel_name="field.service.order",
        inverse_name="callback_of_id",
        string="Callbacks",
    )
    callback_count = fields.Integer(
        string="Number of Callbacks", compute="_compute_has_callback", store=True
    )
    is_callback = fields.Boolean(
        string="Callback", compute="_compute_is_callback", store=True
    )
    has_callback = fields.Boolean(
        string="Did Not Last",
        compute="_compute_has_callback",
        store=True,
        help="A callback was needed; cancelled ones do not count.",
    )
    not_callback = fields.Boolean(
        string="Not a Callback",
        copy=False,
        help="Somebody has looked at the earlier orders: this is another matter.",
    )
    callback_proposal_ids = fields.Many2many(
        comodel_name="field.service.order",
        string="Proposed Originals",
        compute="_compute_callback_proposals",
        help="Done for the same equipment or site within the callback window.",
    )
    callback_proposal_id = fields.Many2one(
        comodel_name="field.service.order",
        string="Proposed Original",
        compute="_compute_callback_proposals",
    )

    @api.depends("callback_of_id")
    def _compute_is_callback(self):
        for order in self:
            order.is_callback = bool(order.callback_of_id)

    @api.depends("callback_ids.state", "callback_ids.callback_of_id")
    def _compute_has_callback(self):
        for order in self:
            callbacks = order.callback_ids.filtered(
                lambda callback: callback.state != "cancelled"
            )
            order.callback_count = len(callbacks)
            order.has_callback = bool(callbacks)

    @api.depends(
        "site_id",
        "asset_ids",
        "company_id",
        "received_on",
        "state",
        "callback_of_id",
        "not_callback",
    )
    def _compute_callback_proposals(self):
        longest = max(
            self.env["field.service.job.type"]
            .search([("callback_days", ">", 0)])
            .mapped("callback_days"),
            default=0,
        )
        for order in self:
            candidates = order.browse()
            if longest and order._may_be_callback():
                candidates = order._search_callback_proposals(longest)
            order.callback_proposal_ids = candidates
            order.callback_proposal_id = candidates[:1]

    def _may_be_callback(self):
        """Tell whether it is still open what the order is."""
        return (
            not self.callback_of_id
            and not self.not_callback
            and not self.is_historic
            and self.state not in (*LOCKED_STATES, "cancelled")
        )

    def _search_callback_proposals(self, longest):
        """Return earlier orders that may not have lasted, the latest first.

        :param int longest: the longest callback window of any job type, in days
        """
        now = self.received_on or self.create_date or fields.Datetime.now()
        same_asset = Domain("asset_ids", "in", self.asset_ids.ids)
        same_site = Domain("site_id", "=", self.site_id.id or self._origin.site_id.id)
        found = self.search(
            Domain("company_id", "=", self.company_id.id)
            & Domain("state", "in", LOCKED_STATES)
            & Domain("completed_on", ">=", now - timedelta(days=longest))
            & Domain("completed_on", "<=", now)
            & Domain("id", "!=", self._origin.id)
            & (same_asset | same_site if self.site_id else same_asset),
            order="completed_on desc, id desc",
        )
        return found.filtered(lambda order: self._is_callback_proposal(order, now))

    def _is_callback_proposal(self, earlier, now):
        window = timedelta(days=earlier.job_type_id.callback_days)
        if now - earlier.completed_on > window:
            return False
        # Another machine on the same site is another matter.
        known = self.asset_ids and earlier.asset_ids
        return not known or bool(self.asset_ids._origin & earlier.asset_ids)

    @api.constrains("callback_of_id")
    def _check_callback(self):
        if self._has_cycle("callback_of_id"):
            raise ValidationError(
                self.env._("A work order cannot be a callback of itself.")
            )

    @api.constrains("callback_cause_id")
    def _check_callback_cause(self):
        for order in self:
            cause = order.callback_cause_id
            if cause and cause.kind != "callback":
                raise ValidationError(
                    self.env._(
                        "“%(reason)s” is not a cause of a callback.", reason=cause.name
                    )
                )

    # ------------------------------------------------------------------- actions
    def action_link_callback(self):
        """Make the order a callback of the latest earlier one."""
        for order in self:
            order.callback_of_id = order.callback_proposal_id
        return True

    def action_not_callback(self):
        """Say that the order has nothing to do with earlier ones."""
        return self.write({"not_callback": True})

    def action_view_callbacks(self):
        """Open the callbacks of the order."""
        self.ensure_one()
        return {
            **self._get_document_action("field_service_order_action"),
            "domain": [("callback_of_id", "=", self.id)],
            "context": {},
        }

    def action_create_callback(self):
        """Create an order for a repair that did not last, and open it."""
        self.ensure_one()
        callback = self.create(self._prepare_callback_values())
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": callback.id,
            "views": [(False, "form")],
        }

    def _prepare_callback_values(self):
        """Return the values of a callback: the same matter, nothing decided yet."""
        values = {
            name: self._fields[name].convert_to_write(self[name], self)
            for name in CALLBACK_FIELDS
        }
        return {**values, "callback_of_id": self.id, "origin": self.name}
