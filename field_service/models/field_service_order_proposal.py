from odoo import api, fields, models

# What the proposals are made from.
SOURCES = {"job_type_id", "partner_id", "asset_ids", "priority", "company_id"}
OWN = "own"


class FieldServiceOrderProposal(models.AbstractModel):
    """What an order takes from its job type, customer and equipment, until edited.

    A field follows as long as it holds what was proposed for it. As soon as somebody
    writes another value it is his own and stays, whatever is changed afterwards; that
    is why the last proposals are kept beside the values, and under ``OWN`` the names
    of the fields that somebody has chosen.
    """

    _name = "field.service.order.proposal"
    _description = "Proposals of Work Orders"

    proposals = fields.Json(copy=False)

    @api.model
    def _get_followers(self):
        """Return {field: whether "nothing" is a proposal too}.

        For each field there is a method ``_propose_<field>`` that returns
        {order: value}, and a compute that calls ``_follow(<field>)``.
        """
        return {
            "partner_id": False,
            "site_id": False,
            "team_id": False,
            "planned_hours": False,
        }

    # ------------------------------------------------------------------- proposals
    def _propose_partner_id(self):
        return {order: order.asset_ids[:1].partner_id for order in self}

    def _propose_site_id(self):
        return {
            order: order.asset_ids[:1].site_id or order.partner_id for order in self
        }

    def _propose_team_id(self):
        return {order: order.job_type_id.team_id for order in self}

    def _propose_planned_hours(self):
        return {order: order.job_type_id.planned_hours for order in self}

    # ----------------------------------------------------------------------- follow
    def _follow(self, name):
        """Give a field its new proposal where it still holds the old one."""
        clears = self._get_followers()[name]
        for order, value in getattr(self, f"_propose_{name}")().items():
            if (value or clears) and not order._is_own_choice(name):
                order[name] = value

    def _is_own_choice(self, name):
        """Tell whether somebody has chosen the value of a field himself."""
        value = self._get_plain(name, self[name])
        proposals = self.proposals or {}
        if name in proposals.get(OWN, ()):
            return bool(value) or self._fields[name].type == "boolean"
        proposed = proposals.get(name, False)
        if self._fields[name].type == "boolean":
            return value != proposed
        # What was left empty is filled again.
        return bool(value) and value != proposed

    def _get_plain(self, name, value):
        """Return a value as it is kept in ``proposals``."""
        if self._fields[name].relational:
            return value._origin.id if value else False
        return value or False

    def _remember_proposals(self):
        """Keep what is proposed now, to tell it later from what was chosen."""
        followers = self._get_followers()
        for name in followers:
            # Whoever still waits to be computed compares with the old proposals.
            self.mapped(name)
        made = {name: getattr(self, f"_propose_{name}")() for name in followers}
        for order in self:
            before = order.proposals or {}
            proposals = {
                name: order._get_plain(name, made[name][order])
                or (False if clears else before.get(name, False))
                for name, clears in followers.items()
            }
            proposals[OWN] = before.get(OWN, [])
            if proposals != before:
                order.proposals = proposals

    def _mark_own_choices(self):
        """Remember what was chosen, also when it is what is proposed later."""
        for order in self:
            own = [name for name in self._get_followers() if order._is_own_choice(name)]
            proposals = order.proposals or {}
            if own != proposals.get(OWN, []):
                order.proposals = {**proposals, OWN: own}

    @api.onchange(*sorted(SOURCES))
    def _onchange_sources(self):
        self._remember_proposals()

    @api.onchange(
        "site_id",
        "team_id",
        "planned_hours",
        "crew_size",
        "checklist_id",
        "require_photos",
        "require_signature",
        "sla_id",
    )
    def _onchange_followers(self):
        # What was computed is what is proposed by now; what differs was typed.
        self._mark_own_choices()

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._remember_proposals()
        return orders

    def write(self, vals):
        following = SOURCES & vals.keys()
        if following:
            self._mark_own_choices()
        result = super().write(vals)
        if following:
            self._remember_proposals()
        return result
