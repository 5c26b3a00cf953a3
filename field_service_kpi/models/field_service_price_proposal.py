from datetime import timedelta

from odoo import api, fields, models

from ..tools.statistics import get_percentile
from .field_service_price_evidence import WINDOW, Evidence

# What was dismissed is not proposed again for so long.
SILENCE = timedelta(days=90)


class FieldServicePriceProposal(models.Model):
    """A fixed price that is too low for what the work costs, and what it should be.

    Cost per use is what is posted on orders that did nothing else. The price that
    reaches the target margin is ``cost / (1 - target)``.
    """

    _name = "field.service.price.proposal"
    _inherit = [
        "mail.thread",
        "field.service.price.evidence",
        "field.service.price.change",
    ]
    _description = "Price Proposal"
    _order = "state, yearly_effect desc, id"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    flat_rate_id = fields.Many2one(
        comodel_name="field.service.flat.rate",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    job_type_id = fields.Many2one(
        comodel_name="field.service.job.type",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    product_id = fields.Many2one(
        comodel_name="product.product",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    pricelist_id = fields.Many2one(
        comodel_name="product.pricelist",
        index="btree_not_null",
        check_company=True,
        help="Where the new price is set. Empty: the sales price of the product.",
    )
    state = fields.Selection(
        selection=[
            ("proposed", "Proposed"),
            ("applied", "Applied"),
            ("undone", "Undone"),
            ("dismissed", "Dismissed"),
        ],
        default="proposed",
        required=True,
        readonly=True,
        tracking=True,
    )
    as_of = fields.Datetime(readonly=True)
    n = fields.Integer(
        string="Orders",
        readonly=True,
        aggregator=None,
        help="Completed in the 365 days before, with nothing else at a fixed price.",
    )
    uses = fields.Float(string="Uses a Year", readonly=True)
    evidence_order_ids = fields.Json(readonly=True)
    cost_p50 = fields.Monetary(
        string="Cost (P50)",
        readonly=True,
        aggregator=None,
        help="Half of the orders cost less per use, in posted items.",
    )
    cost_p80 = fields.Monetary(
        string="Cost (P80)",
        readonly=True,
        aggregator=None,
        help="Four of five orders cost less per use, in posted items.",
    )
    target_margin = fields.Float(
        string="Target Margin (%)", readonly=True, aggregator=None
    )
    current_price = fields.Monetary(
        compute="_compute_current_price",
        store=True,
        aggregator=None,
        help="In the pricelist, or the sales price of the product.",
    )
    margin_p50 = fields.Float(
        string="Margin (P50, %)", compute="_compute_margins", aggregator=None
    )
    margin_p80 = fields.Float(
        string="Margin (P80, %)", compute="_compute_margins", aggregator=None
    )
    basis = fields.Selection(
        selection=[("p50", "Half of the orders"), ("p80", "Four of five orders")],
        string="Target Reached by",
        default="p50",
        required=True,
    )
    proposed_price = fields.Monetary(
        compute="_compute_proposed_price",
        store=True,
        readonly=False,
        aggregator=None,
        tracking=True,
    )
    yearly_effect = fields.Monetary(
        compute="_compute_yearly_effect",
        store=True,
        help="(Proposed price - current price) x uses in a year, at the same volume.",
    )
    previous_price = fields.Monetary(readonly=True, aggregator=None)
    pricelist_item_id = fields.Many2one(
        comodel_name="product.pricelist.item",
        readonly=True,
        index="btree_not_null",
        check_company=True,
    )
    is_new_item = fields.Boolean(readonly=True)
    applied_on = fields.Datetime(readonly=True)
    applied_by_id = fields.Many2one(
        comodel_name="res.users",
        readonly=True,
        index="btree_not_null",
    )

    _open_flat_uniq = models.UniqueIndex(
        "(company_id, flat_rate_id) WHERE state = 'proposed'",
        "There is a proposal for this flat rate already.",
    )
    _open_job_uniq = models.UniqueIndex(
        "(company_id, job_type_id) WHERE state = 'proposed'",
        "There is a proposal for this job type already.",
    )

    # ------------------------------------------------------------------- computes
    @api.depends("flat_rate_id", "job_type_id")
    def _compute_name(self):
        for proposal in self:
            subject = proposal.flat_rate_id or proposal.job_type_id
            proposal.name = subject.display_name

    @api.depends("product_id", "pricelist_id")
    def _compute_current_price(self):
        for proposal in self:
            proposal.current_price = proposal._read_price()

    @api.depends("current_price", "cost_p50", "cost_p80")
    def _compute_margins(self):
        for proposal in self:
            for basis in ("p50", "p80"):
                price = proposal.current_price
                cost = proposal[f"cost_{basis}"]
                # Without a price there is no margin, not even one of nil.
                rate = 100.0 * (price - cost) / price if price else False
                proposal[f"margin_{basis}"] = rate

    @api.depends("basis", "cost_p50", "cost_p80", "target_margin")
    def _compute_proposed_price(self):
        for proposal in self:
            if proposal.state == "proposed":
                cost = proposal[f"cost_{proposal.basis}"]
                price = cost / (1.0 - proposal.target_margin / 100.0)
                proposal.proposed_price = proposal.currency_id.round(price)

    @api.depends("proposed_price", "current_price", "uses")
    def _compute_yearly_effect(self):
        for proposal in self:
            if proposal.state == "proposed":
                more = proposal.proposed_price - proposal.current_price
                proposal.yearly_effect = more * proposal.uses

    # ------------------------------------------------------------------- proposals
    @api.model
    def action_refresh(self):
        """Work out the proposals of the current company from what is posted now."""
        company = self.env.company
        known = self.search(
            [("company_id", "=", company.id), ("state", "=", "proposed")]
        )
        by_subject = {one.flat_rate_id or one.job_type_id: one for one in known}
        found = self.browse()
        silent = self._get_dismissed(company)
        for subject, evidence in self._get_evidence(company).items():
            if subject in silent:
                continue
            values = self._prepare_proposal(company, subject, evidence)
            if not values:
                continue
            proposal = by_subject.get(subject)
            if proposal:
                proposal.write(values)
            else:
                proposal = self.create({**values, **self._prepare_subject(subject)})
            found |= proposal
        (known - found).unlink()
        return True

    @api.model
    def _get_dismissed(self, company):
        """Return the subjects that somebody has not wanted to change lately."""
        since = fields.Datetime.now() - SILENCE
        dismissed = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "dismissed"),
                ("write_date", ">=", since),
            ]
        )
        return {one.flat_rate_id or one.job_type_id for one in dismissed}

    @api.model
    def _prepare_subject(self, subject):
        is_flat = subject._name == "field.service.flat.rate"
        return {"flat_rate_id" if is_flat else "job_type_id": subject.id}

    @api.model
    def _prepare_proposal(self, company, subject, evidence: Evidence):
        """Return the values of a proposal, None when the price is high enough."""
        n = len(evidence.costs)
        product = self._get_priced_product(company, subject)
        if n < max(company.service_price_min_sample, 1) or not product:
            return None
        costs = {
            "p50": get_percentile(evidence.costs, 0.5),
            "p80": get_percentile(evidence.costs, 0.8),
        }
        price = product.with_company(company).lst_price
        share = 1.0 - company.service_target_margin / 100.0
        missed = [basis for basis, cost in costs.items() if cost > price * share]
        if not missed:
            return None
        return {
            "company_id": company.id,
            "product_id": product.id,
            "as_of": fields.Datetime.now(),
            "n": n,
            "uses": evidence.uses * 365.0 / WINDOW.days,
            "evidence_order_ids": evidence.order_ids,
            "cost_p50": costs["p50"],
            "cost_p80": costs["p80"],
            "target_margin": company.service_target_margin,
            "basis": missed[0],
        }

    @api.model
    def _get_priced_product(self, company, subject):
        """Return the product whose price is that of the flat rate or job type."""
        if subject._name == "field.service.flat.rate":
            return subject.product_id
        return subject.fixed_product_id or company.service_fixed_product_id

    def action_dismiss(self):
        """Leave the prices as they are."""
        self.filtered(lambda one: one.state == "proposed").state = "dismissed"
        return True

    def action_open_orders(self):
        """Open the orders whose posted cost speaks for the proposal."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "field.service.order",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", self.evidence_order_ids or [])],
            "context": {"create": False},
        }
