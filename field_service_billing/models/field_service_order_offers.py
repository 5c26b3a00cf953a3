import logging
from datetime import timedelta

from odoo import api, fields, models

_logger = logging.getLogger(__name__)

LIVE_STATES = ("released", "scheduled", "in_progress")
COMING_STATES = (
    "planned",
    "dispatched",
    "acknowledged",
    "travelling",
    "on_site",
    "working",
    "paused",
)
# What an order is about: recommendations follow it at once.
SUBJECT_FIELDS = {"asset_ids", "job_type_id", "partner_id", "site_id", "pricelist_id"}
# How many days ahead visits get their recommendations, and how many in one run.
DAYS_AHEAD = 7


class FieldServiceOrderOffers(models.AbstractModel):
    """Which recommendations a work order gives rise to."""

    _name = "field.service.order.offers"
    _inherit = ["field.service.order.spend"]
    _description = "Recommendations of Work Orders"

    offer_ids = fields.One2many(
        comodel_name="field.service.offer",
        inverse_name="order_id",
        string="Recommendations",
    )
    offer_count = fields.Integer(
        string="Number of Recommendations", compute="_compute_offer_count"
    )
    offers_checked_on = fields.Date(
        string="Recommendations of",
        readonly=True,
        copy=False,
        help="The day on which they were worked out last.",
    )
    origin_offer_id = fields.Many2one(
        comodel_name="field.service.offer",
        string="From Recommendation",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
        groups="field_service.group_technician,field_service.group_cost",
        help="The accepted recommendation that this order came out of.",
    )

    @api.depends("offer_ids.state")
    def _compute_offer_count(self):
        for order in self:
            order.offer_count = len(
                order.offer_ids.filtered(lambda offer: offer.state != "expired")
            )

    def write(self, vals):
        result = super().write(vals)
        if SUBJECT_FIELDS & vals.keys():
            self.filtered("offers_checked_on")._refresh_offers()
        return result

    # -------------------------------------------------------------------- converge
    def _process_offers(self):
        """Bring the recommendations to what is known of the orders. Idempotent.

        Once a day per order, and only for those somebody visits soon: most events say
        nothing new about the customer. What does calls ``_refresh_offers`` itself.
        """
        rules = self.env["field.service.offer.rule"]
        today = fields.Date.today()
        until = fields.Datetime.now() + timedelta(days=DAYS_AHEAD)
        self.filtered(
            lambda order: order.state in LIVE_STATES
            and order.offers_checked_on != today
            and rules._get_active_kinds(order.company_id.id)
            and any(
                visit.state in COMING_STATES and visit.start <= until
                for visit in order.visit_ids
            )
        )._refresh_offers()

    def _refresh_offers(self):
        """Work the recommendations out anew, each order on its own."""
        # What customers owe, rated and paid is no business of whoever is at work.
        orders = self.sudo().filtered(
            lambda order: order.state in LIVE_STATES and not order.is_historic
        )
        for company, group in orders.grouped("company_id").items():
            rules = self.env["field.service.offer.rule"].sudo()  # as above
            rules = rules.search([("company_id", "=", company.id)])
            if not rules and not group.offer_ids:
                continue
            group.offers_checked_on = fields.Date.today()
            history = rules[:1]._get_history()
            for order in group:
                order._attempt_offers(rules, history)

    def _attempt_offers(self, rules, history):
        """Work out one order's recommendations; a failure holds up nobody's work."""
        try:
            with self.env.cr.savepoint():
                self._sync_offers(rules, history)
        except Exception:
            _logger.exception("%s: recommendations not worked out", self.name)

    def _sync_offers(self, rules, history=None):
        """Make, refresh and outdate what nobody has told the customer yet.

        :param history: what customers have answered, if it is read already
        """
        self.ensure_one()
        history = rules[:1]._get_history() if history is None else history
        order = self.with_context(lang=self._get_offer_lang(), tracking_disable=True)
        rules = rules.with_env(order.env)
        found = {}
        for rule in rules:
            for asset in rule._get_subjects(order):
                evidence = rule._get_evidence(order, asset)
                if evidence:
                    found[rule, asset] = evidence
        known = {(offer.rule_id, offer.asset_id): offer for offer in order.offer_ids}
        for (rule, asset), offer in known.items():
            if (rule, asset) not in found and offer.state == "draft":
                offer.state = "expired"
        # The same whatever is recommended: asked once.
        reasons = rules[:1]._get_customer_blockers(order) if found else []
        for (rule, asset), evidence in found.items():
            offer = known.get((rule, asset), order.offer_ids.browse())
            if not offer or offer._is_for_rule():
                values = {
                    **order._prepare_offer_values(rule, asset, evidence),
                    **order._prepare_offer_worth(rule, asset, history, reasons),
                }
                order._write_offer(offer, rule, asset, values)
        order._rank_offers()

    def _write_offer(self, offer, rule, asset, values):
        """Make an offer, or write what is new about it."""
        if not offer:
            subject = {
                "order_id": self.id,
                "rule_id": rule.id,
                "asset_id": asset.id,
            }
            return offer.create({**subject, **values})
        values = {**values, "state": "draft"}
        changed = {
            name: value for name, value in values.items() if offer[name] != value
        }
        if changed:
            offer.write(changed)
        return offer

    def _prepare_offer_values(self, rule, asset, evidence):
        """Return why it is recommended, in words."""
        return {
            "evidence": evidence.text,
            "sentence": rule._render_sentence(self, asset, evidence.shown),
        }

    def _prepare_offer_worth(self, rule, asset, history, reasons):
        """Return what it is worth and what speaks against it."""
        worth = rule._prepare_worth(self, history)
        blockers = [*reasons, *rule._get_blockers(self, asset)]
        if worth["score"] < 0:
            blockers.append(
                self.env._(
                    "What it may bring does not pay for disturbing the customer."
                )
            )
        return {
            **worth,
            "blockers": "\n".join(blockers) or False,
            "is_blocked": bool(blockers),
        }

    def _rank_offers(self):
        """Number the offers of an order, the best first, blocked ones last."""
        offers = self.offer_ids.sorted(
            lambda offer: (offer.is_blocked, -offer.score, offer.rule_id.sequence)
        )
        for rank, offer in enumerate(offers, 1):
            if offer.rank != rank:
                offer.rank = rank

    def _get_offer_lang(self):
        """Return the language of whoever reads the sentence: the next technician."""
        visit = self.visit_ids.filtered(lambda visit: visit.state in COMING_STATES)
        visit = visit.sorted("start")[:1]
        return visit.technician_id.user_id.lang or self.company_id.partner_id.lang

    # --------------------------------------------------------------------- actions
    def action_find_offers(self):
        """Work out the recommendations of these orders now."""
        self.check_access("write")
        self._refresh_offers()
        return True

    # ------------------------------------------------------------------------ cron
    @api.model
    def _cron_refresh_offers(self):
        """Bring the recommendations of the coming visits up to date.

        Those of finished orders that nobody has presented are outdated. Each order on
        its own: one that fails stops nobody.
        """
        self._expire_offers()
        until = fields.Datetime.now() + timedelta(days=DAYS_AHEAD)
        orders = self.search(
            [
                ("state", "in", LIVE_STATES),
                (
                    "visit_ids",
                    "any",
                    [("start", "<=", until), ("state", "in", COMING_STATES)],
                ),
            ],
            order="id",
        )
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(orders))
        for order in orders:
            order._refresh_offers()
            if not cron._commit_progress(1):
                break

    @api.model
    def _expire_offers(self):
        """Outdate what was never presented and never will be."""
        self.env["field.service.offer"].search(
            [("state", "=", "draft"), ("order_id.state", "not in", LIVE_STATES)]
        ).write({"state": "expired"})

    def action_view_offers(self):
        """Open the recommendations of these orders."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service_billing.field_service_offer_action"
        )
        return {**action, "domain": [("order_id", "in", self.ids)], "context": {}}
