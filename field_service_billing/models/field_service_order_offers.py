import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

LIVE_STATES = ("released", "scheduled", "in_progress")
REPAIR_KINDS = ("parts", "labour")
INCOME_TYPES = ("income", "income_other")
EXPENSE_TYPES = (
    "expense",
    "expense_other",
    "expense_depreciation",
    "expense_direct_cost",
)
# How many days ahead visits get their recommendations, and how many in one run.
DAYS_AHEAD = 7


class FieldServiceOrderOffers(models.AbstractModel):
    """Which recommendations a work order gives rise to."""

    _name = "field.service.order.offers"
    _description = "Recommendations of Work Orders"

    offer_ids = fields.One2many(
        comodel_name="field.service.offer",
        inverse_name="order_id",
        string="Recommendations",
    )
    offer_count = fields.Integer(
        string="Number of Recommendations", compute="_compute_offer_count"
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

    # -------------------------------------------------------------------- converge
    def _process_offers(self):
        """Bring the recommendations to what is known of the orders. Idempotent."""
        # What customers owe, rated and paid is no business of whoever is at work.
        orders = self.sudo().filtered(
            lambda order: order.state in LIVE_STATES and not order.is_historic
        )
        for company, group in orders.grouped("company_id").items():
            rules = self.env["field.service.offer.rule"].sudo()  # as above
            rules = rules.search([("company_id", "=", company.id)])
            for order in group if rules or group.offer_ids else ():
                order._attempt_offers(rules)

    def _attempt_offers(self, rules):
        """Work out one order's recommendations; a failure holds up nobody's work."""
        try:
            with self.env.cr.savepoint():
                self._sync_offers(rules)
        except Exception:
            _logger.exception("%s: recommendations not worked out", self.name)

    def _sync_offers(self, rules):
        """Make, refresh and outdate what nobody has told the customer yet."""
        self.ensure_one()
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
        for (rule, asset), evidence in found.items():
            offer = known.get((rule, asset), order.offer_ids.browse())
            if not offer or offer._is_for_rule():
                order._write_offer(offer, rule, asset, evidence)
        order._rank_offers()

    def _write_offer(self, offer, rule, asset, evidence):
        """Make an offer, or write what is new about it."""
        values = self._prepare_offer_values(rule, asset, evidence)
        if not offer:
            subject = {
                "order_id": self.id,
                "rule_id": rule.id,
                "asset_id": asset.id,
            }
            return offer.create({**subject, **values})
        values["state"] = "draft"
        changed = {
            name: value for name, value in values.items() if offer[name] != value
        }
        if changed:
            offer.write(changed)
        return offer

    def _prepare_offer_values(self, rule, asset, evidence):
        """Return sentence, evidence, worth, and what speaks against it."""
        worth = rule._prepare_worth(self)
        blockers = rule._get_blockers(self, asset)
        if worth["score"] < 0:
            blockers.append(
                self.env._("What it may bring does not pay for disturbing the customer.")
            )
        return {
            **worth,
            "evidence": evidence.text,
            "sentence": rule._render_sentence(self, asset, evidence.shown),
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
        visit = self.visit_ids.filtered(
            lambda visit: visit.state not in ("completed", "cancelled", "missed")
        ).sorted("start")[:1]
        return visit.technician_id.user_id.lang or self.company_id.partner_id.lang

    # ---------------------------------------------------------------------- ledger
    def _get_ledger_totals(self):
        """Return {order: (income, cost)} of what is posted on these orders.

        Read as the profit reports read it: items of profit and loss, posted, by the
        analytic account of the order; in company currency.
        """
        column = self._get_plan_column()
        orders = {order.analytic_account_id: order for order in self}
        groups = self.env["account.analytic.line"]._read_group(
            [
                (column, "in", self.analytic_account_id.ids),
                ("move_line_id.parent_state", "=", "posted"),
                ("general_account_id.account_type", "in", INCOME_TYPES + EXPENSE_TYPES),
            ],
            [column, "general_account_id"],
            ["amount:sum"],
        )
        totals = {order: [0.0, 0.0] for order in self}
        for analytic, account, amount in groups:
            income = account.account_type in INCOME_TYPES
            totals[orders[analytic]][0 if income else 1] += amount if income else -amount
        return {
            order: tuple(order.company_id.currency_id.round(sum_) for sum_ in pair)
            for order, pair in totals.items()
        }

    def _get_repair_spend(self, asset):
        """Return what repairs of a piece of equipment have cost, from the ledger.

        Parts and labour, posted. What an order on several pieces of equipment has
        cost is shared evenly. An imported order has one figure, which counts.
        """
        column = self._get_plan_column()
        kinds = Domain("move_line_id.service_cost_type", "in", REPAIR_KINDS)
        imported = Domain("move_line_id.service_order_id.is_historic", "=", True)
        groups = self.env["account.analytic.line"]._read_group(
            Domain(column, "in", self.analytic_account_id.ids)
            & Domain("move_line_id.parent_state", "=", "posted")
            & Domain("general_account_id.account_type", "in", EXPENSE_TYPES)
            & (kinds | imported),
            [column],
            ["amount:sum"],
        )
        cost = {account: -amount for account, amount in groups}
        total = sum(
            cost.get(order.analytic_account_id, 0.0) / len(order.asset_ids)
            for order in self
            if asset in order.asset_ids
        )
        return asset.company_id.currency_id.round(total)

    # --------------------------------------------------------------------- actions
    def action_find_offers(self):
        """Work out the recommendations of these orders now."""
        self.check_access("write")
        self._process_offers()
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
                ("visit_ids.start", "<=", until),
                ("visit_ids.state", "in", ("planned", "dispatched", "acknowledged")),
            ],
            order="id",
        )
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(orders))
        for order in orders:
            order._process_offers()
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
