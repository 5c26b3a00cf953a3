import logging

from odoo import api, fields, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)

# What a dispatcher decides; everything else is computed.
DECISIONS = {"quantity", "exclude_reason"}


class FieldServiceReplenishment(models.Model):
    """What should be brought into a van, or taken back from it: one line per product.

    Lines are computed anew as a whole. What a dispatcher leaves out with a reason stays
    left out, until he takes the reason away.
    """

    _name = "field.service.replenishment"
    _inherit = [
        "field.service.replenishment.apply",
        "field.service.replenishment.text",
        "field.service.replenishment.plan",
        "field.service.replenishment.read",
    ]
    _description = "Van Replenishment"
    _order = "location_id, kind, product_id, id"
    _rec_name = "product_id"
    _check_company_auto = True

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        selection=[("load", "Load"), ("return", "Take back")],
        required=True,
        readonly=True,
    )
    location_id = fields.Many2one(
        comodel_name="stock.location",
        string="Van",
        required=True,
        readonly=True,
        index=True,
        check_company=True,
        ondelete="cascade",
    )
    product_id = fields.Many2one(
        comodel_name="product.product",
        required=True,
        readonly=True,
        index=True,
        check_company=True,
        ondelete="cascade",
    )
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")

    # Demand
    days = fields.Integer(readonly=True, help="How long the van must last.")
    fill_rate = fields.Float(
        readonly=True,
        aggregator="avg",
        help="How likely the needed level is enough for these days.",
    )
    sure_qty = fields.Float(
        string="Planned for Sure",
        digits="Product Unit",
        readonly=True,
        aggregator=None,
        help="Parts of planned visits that are certainly needed, and neither reserved "
        "nor on their way.",
    )
    planned_qty = fields.Float(
        string="Planned",
        digits="Product Unit",
        readonly=True,
        aggregator=None,
        help="Parts of planned visits: quantity times probability, neither reserved "
        "nor on their way.",
    )
    unplanned_qty = fields.Float(
        string="Unplanned",
        digits=(16, 3),
        readonly=True,
        aggregator=None,
        help="Expected unplanned use, by the history of the van and its team.",
    )
    history_qty = fields.Float(
        string="Used Unplanned",
        digits="Product Unit",
        readonly=True,
        aggregator=None,
        help="Used from this van without having been planned.",
    )
    history_days = fields.Float(
        string="Days of History", digits=(16, 1), readonly=True, aggregator="max"
    )
    team_qty = fields.Float(
        string="Team's Average",
        digits=(16, 3),
        readonly=True,
        aggregator=None,
        help="Unplanned use per van of the team in as many days.",
    )
    level_qty = fields.Float(
        string="Needed in Van", digits="Product Unit", readonly=True, aggregator=None
    )

    # Supply
    free_qty = fields.Float(
        string="Free in Van",
        digits="Product Unit",
        readonly=True,
        aggregator=None,
        help="On hand and not reserved for any work order.",
    )
    coming_qty = fields.Float(
        string="On the Way",
        digits="Product Unit",
        readonly=True,
        aggregator=None,
        help="Open transfers to the van, without those for work orders.",
    )
    needed_qty = fields.Float(
        string="Proposed", digits="Product Unit", readonly=True, aggregator=None
    )
    warehouse_qty = fields.Float(
        string="Free in Warehouse",
        digits="Product Unit",
        readonly=True,
        aggregator=None,
        help="What other vans need more urgently is taken off already.",
    )
    short_qty = fields.Float(
        string="Ask to Buy",
        digits="Product Unit",
        readonly=True,
        help="The warehouse does not have it.",
    )
    used_on = fields.Datetime(string="Last Used", readonly=True)
    arrived_on = fields.Datetime(string="Last Arrived", readonly=True)

    # Decision
    quantity = fields.Float(
        string="To Transfer", digits="Product Unit", default=0.0, required=True
    )
    exclude_reason = fields.Char(
        string="Left out because",
        help="A line with a reason is not transferred, now and whenever the proposal "
        "is computed again. Take the reason away to consider it again.",
    )
    excluded = fields.Boolean(
        string="Left Out", compute="_compute_excluded", store=True, index=True
    )
    picking_id = fields.Many2one(
        comodel_name="stock.picking",
        string="Transfer",
        readonly=True,
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
    )

    # Money
    unit_cost = fields.Float(
        readonly=True,
        digits="Product Price",
        groups="field_service.group_cost",
        aggregator=None,
        help="Value of one unit in Odoo's valuation, when the line was computed.",
    )
    value = fields.Monetary(
        compute="_compute_value",
        store=True,
        groups="field_service.group_cost",
        help="Quantity to transfer times its value: the money that is, or will be, "
        "in the van.",
    )

    _line_uniq = models.Constraint(
        "UNIQUE(location_id, product_id, kind)",
        "The proposal of this van was computed by somebody else at the same moment. "
        "Load the page again.",
    )
    _quantity_positive = models.Constraint(
        "CHECK(quantity >= 0)", "The quantity to transfer cannot be negative."
    )

    # ------------------------------------------------------------------ computes
    @api.depends("exclude_reason")
    def _compute_excluded(self):
        for line in self:
            line.excluded = bool((line.exclude_reason or "").strip())

    @api.depends("quantity", "unit_cost")
    def _compute_value(self):
        for line in self:
            line.value = line.currency_id.round(line.quantity * line.unit_cost)

    # ---------------------------------------------------------------------- CRUD
    def write(self, vals):
        if not self.env.su and vals.keys() - DECISIONS:
            raise UserError(
                self.env._(
                    "Only the quantity and the reason to leave a line out are decided "
                    "by hand; the rest is computed."
                )
            )
        if "quantity" in vals and any(line.picking_id for line in self):
            raise UserError(
                self.env._("This line is a transfer already: change it there.")
            )
        return super().write(vals)

    # ------------------------------------------------------------------- propose
    def action_propose(self):
        """Compute the proposal of all vans of the chosen companies anew."""
        # The lines that are chosen may be gone already: it is about all of them.
        lines = self.browse()
        lines.check_access("write")
        lines._propose(self.env.companies)
        return True

    @api.model
    def _propose(self, companies):
        """Compute the proposals of companies anew; what is left out stays left out."""
        # What is in the vans is no secret of the stock's for who replenishes them.
        lines = self.sudo()
        self.env.flush_all()
        vans = lines._get_vans(companies).grouped("company_id")
        lines.search(
            [("company_id", "in", companies.ids), ("excluded", "=", False)]
        ).unlink()
        for company in companies:
            group = vans.get(company, self.env["stock.location"])
            scope = lines.with_company(company)._get_scope(company, group)
            lines._replace(scope, lines._prepare_proposal(scope))

    def _replace(self, scope, proposals):
        """Bring the lines that are left out up to date, and create the others."""
        excluded = {
            (line.kind, line.location_id.id, line.product_id.id): line
            for line in self.search([("company_id", "=", scope.company.id)])
        }
        create = []
        for values in proposals:
            key = values["kind"], values["location_id"], values["product_id"]
            if line := excluded.pop(key, None):
                line.write(values)
            else:
                create.append({**values, "excluded": False})
        rest = self.browse().union(*excluded.values())
        rest.write({"quantity": 0.0, "needed_qty": 0.0, "short_qty": 0.0})
        return self.with_context(replenishment_computed=True).create(create)

    def _check_company(self, fnames=None):
        """What is computed is of the company's own vans: read, and not asked again.

        Asking each of thousands of lines would take longer than computing them.
        """
        if self.env.su and self.env.context.get("replenishment_computed"):
            return None
        return super()._check_company(fnames)

    @api.model
    def _cron_propose(self):
        """Compute the proposals of all companies that want it, each on its own."""
        companies = self.env["res.company"].search(
            [("service_replenish_weekly", "=", True)]
        )
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(companies))
        for company in companies:
            try:
                with self.env.cr.savepoint():
                    self._propose(company)
            except Exception:
                # The others are computed all the same.
                _logger.exception("%s: no van replenishment proposed", company.name)
            if not cron._commit_progress(1):
                break
