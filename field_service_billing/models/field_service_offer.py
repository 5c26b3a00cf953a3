from odoo import api, fields, models

from .field_service_order import PRICE_GROUPS

COST_GROUP = "field_service.group_cost"
OFFICE_GROUPS = f"field_service.group_dispatcher,{COST_GROUP}"
# How many recommendations a customer hears on one visit.
SHOWN = 2


class FieldServiceOffer(models.Model):
    """A recommendation to a customer: why, what, and what became of it.

    Made and kept up to date by its rule as long as nobody has told the customer, see
    ``field_service_order_offers.py``. What the customer has answered stays.
    """

    _name = "field.service.offer"
    _inherit = [
        "field.service.offer.expiry",
        "field.service.offer.answer",
        "field.service.offer.result",
        "field.service.transition.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _description = "Recommendation"
    _order = "rank, id desc"
    _check_company_auto = True
    _rec_names_search = ["rule_id.name", "order_id.name", "sentence"]

    _transitions = {
        "draft": ("presented", "accepted", "declined", "later", "expired"),
        "presented": ("accepted", "declined", "later", "expired"),
        "later": ("draft", "presented", "accepted", "declined", "expired"),
        "declined": ("accepted",),
        "accepted": (),
        "expired": ("draft", "accepted"),
    }

    rule_id = fields.Many2one(
        comodel_name="field.service.offer.rule",
        string="Recommendation",
        required=True,
        readonly=True,
        index=True,
        check_company=True,
        ondelete="restrict",
    )
    kind = fields.Selection(related="rule_id.kind", store=True, string="Reason")
    order_id = fields.Many2one(
        comodel_name="field.service.order",
        string="Work Order",
        required=True,
        readonly=True,
        index=True,
        check_company=True,
        ondelete="cascade",
        help="Where it was found out.",
    )
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, index=True, precompute=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    billing_currency_id = fields.Many2one(related="order_id.billing_currency_id")
    partner_id = fields.Many2one(
        related="order_id.partner_id", store=True, index=True, string="Customer"
    )
    site_id = fields.Many2one(
        related="order_id.site_id", store=True, index="btree_not_null"
    )
    asset_id = fields.Many2one(
        comodel_name="field.service.asset",
        string="Equipment",
        readonly=True,
        index="btree_not_null",
        check_company=True,
        ondelete="cascade",
    )
    state = fields.Selection(
        selection=[
            ("draft", "To present"),
            ("presented", "Presented"),
            ("later", "Later"),
            ("accepted", "Accepted"),
            ("declined", "Declined"),
            ("expired", "Expired"),
        ],
        required=True,
        default="draft",
        index=True,
        copy=False,
        tracking=True,
    )

    # Why, and why not
    sentence = fields.Text(readonly=True, help="What the technician reads out.")
    evidence = fields.Text(
        readonly=True, groups=COST_GROUP, help="The figures behind it, costs included."
    )
    blockers = fields.Text(
        string="Not Now, Because", readonly=True, groups=OFFICE_GROUPS
    )
    is_blocked = fields.Boolean(
        string="Blocked",
        readonly=True,
        index=True,
        help="The technician does not see it.",
    )

    # What it is worth
    rank = fields.Integer(
        readonly=True, aggregator=None, help="1 is the best of the work order."
    )
    probability = fields.Float(
        readonly=True,
        aggregator="avg",
        groups=COST_GROUP,
        help="How likely it is accepted, from what customers have answered so far.",
    )
    expected_margin = fields.Monetary(
        readonly=True,
        groups=COST_GROUP,
        help="Sales price minus standard cost, before it is known what is taken.",
    )
    score = fields.Monetary(
        readonly=True,
        groups=COST_GROUP,
        help="Probability × margin, minus what disturbing the customer costs.",
    )

    # What is proposed
    available_package_ids = fields.One2many(
        related="rule_id.package_ids", string="Packages"
    )
    package_id = fields.Many2one(
        comodel_name="field.service.offer.package",
        index="btree_not_null",
        check_company=True,
        domain="[('rule_id', '=', rule_id)]",
        ondelete="restrict",
        tracking=True,
        help="What the customer takes.",
    )
    content = fields.Text(compute="_compute_content")
    amount = fields.Monetary(
        currency_field="billing_currency_id",
        string="Price",
        readonly=True,
        groups=PRICE_GROUPS,
        help="What the customer pays for the package, when he has accepted it.",
    )

    # What became of it
    visit_id = fields.Many2one(
        comodel_name="field.service.visit",
        readonly=True,
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
        help="When the customer was told.",
    )
    presented_on = fields.Datetime(readonly=True, copy=False, index=True)
    presented_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, index="btree_not_null"
    )
    answered_on = fields.Datetime(readonly=True, copy=False)
    decline_reason_id = fields.Many2one(
        comodel_name="field.service.reason",
        string="Declined Because",
        index="btree_not_null",
        domain="[('kind', '=', 'offer')]",
        ondelete="restrict",
        tracking=True,
    )
    decline_note = fields.Char(string="In the Customer's Words")
    later_on = fields.Date(
        string="Ask Again On",
        index="btree_not_null",
        tracking=True,
        help="The customer wants to hear of it on this day.",
    )

    realised_revenue = fields.Monetary(
        compute="_compute_realised",
        groups=COST_GROUP,
        help="Posted income of the work orders that came out of it.",
    )
    realised_cost = fields.Monetary(
        compute="_compute_realised",
        groups=COST_GROUP,
        help="Posted cost of the work orders that came out of it.",
    )
    realised_margin = fields.Monetary(compute="_compute_realised", groups=COST_GROUP)

    _subject_uniq = models.UniqueIndex(
        "(order_id, rule_id, COALESCE(asset_id, 0))",
        "This is recommended on the work order already.",
    )

    @api.depends("rule_id.name", "order_id.name")
    def _compute_display_name(self):
        for offer in self:
            names = (offer.rule_id.name, offer.order_id.name)
            offer.display_name = " – ".join(name for name in names if name)

    @api.depends("package_id")
    def _compute_content(self):
        for offer in self:
            offer.content = offer.package_id._get_content()

    def _is_for_rule(self):
        """Tell whether the rule still decides: nobody waits for an answer.

        Who wanted to hear of it later is asked anew when the day has come.
        """
        self.ensure_one()
        if self.state == "expired":
            # Who was told and did not answer is left in peace.
            return not self.unanswered_on
        return self.state == "draft" or self._is_due()

    def _is_due(self):
        """Tell whether the customer wanted to be asked again by now."""
        today = self.rule_id._get_today(self.order_id)
        return bool(self.state == "later" and self.later_on and self.later_on <= today)

    # ----------------------------------------------------------------------- shown
    def _get_shown(self, visit):
        """Return what a visit's page shows of these: at most two, the best first.

        What the customer was told on this visit counts, so that answering one does
        not bring the next.
        """
        told = self.filtered(lambda offer: offer.visit_id == visit)
        fresh = self.filtered(
            lambda offer: not offer.is_blocked
            and (offer.state in ("draft", "presented") or offer._is_due())
        )
        best = (fresh - told).sorted(lambda offer: (offer.rank, offer.id))
        return (told.sorted("rank") + best)[:SHOWN]
