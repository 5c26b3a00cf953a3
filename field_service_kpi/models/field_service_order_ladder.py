from typing import NamedTuple

from odoo import api, fields, models

COST_GROUP = "field_service.group_cost"
COST_KINDS = ("parts", "labour", "travel", "subcontract", "other")
KINDS = ("revenue", *COST_KINDS)
FORECAST = ("posted", "accrued", "committed")
RUNGS = ("quoted", "baseline", "committed", "accrued", "posted", "forecast")
# Nothing more is to come of the work itself.
FINISHED_STATES = ("done", "closed", "cannot_complete", "cancelled")


class LadderItem(NamedTuple):
    """One line of what a figure of the ladder is the sum of, in company currency."""

    order: models.BaseModel
    rung: str
    kind: str
    amount: float
    name: str
    quantity: float = 0.0
    source: models.BaseModel | None = None


class FieldServiceOrderLadder(models.AbstractModel):
    """From what was quoted to what is posted: the margin of a work order, rung by rung.

    *Quoted*: offered or accepted. *Baseline*: expected at the release. *Posted*:
    journal items. *Accrued*: done, not posted yet. *Committed*: still to come, as it is
    planned now. Posted, accrued and committed make the forecast at completion.
    Nothing is stored: each figure is the sum of the items that it opens.
    """

    _name = "field.service.order.ladder"
    _description = "Margin Ladder of Work Orders"

    # The company's; the order says so.
    currency_id = fields.Many2one(comodel_name="res.currency")
    margin_ladder = fields.Json(compute="_compute_margin_ladder", groups=COST_GROUP)
    forecast_revenue = fields.Monetary(
        compute="_compute_forecast",
        groups=COST_GROUP,
        help="Posted, done and still to come, as it is planned now.",
    )
    forecast_cost = fields.Monetary(compute="_compute_forecast", groups=COST_GROUP)
    forecast_margin = fields.Monetary(compute="_compute_forecast", groups=COST_GROUP)
    forecast_margin_rate = fields.Float(
        string="Forecast Margin %",
        compute="_compute_forecast",
        groups=COST_GROUP,
        help="Forecast margin divided by forecast revenue; empty without revenue.",
    )

    # ------------------------------------------------------------------ computes
    # Live: read at every look, as the ledger and the clock go on without the order.
    @api.depends("state")
    def _compute_margin_ladder(self):
        ladders = self._get_margin_ladder()
        for order in self:
            ladder = ladders.get(order._origin)
            order.margin_ladder = ladder and order._prepare_ladder(ladder)

    @api.depends("state")
    def _compute_forecast(self):
        ladders = self._get_margin_ladder()
        for order in self:
            figures = ladders.get(order._origin, {}).get("forecast", {})
            order.forecast_revenue = figures.get("revenue") or 0.0
            order.forecast_cost = figures.get("cost") or 0.0
            order.forecast_margin = figures.get("margin") or 0.0
            order.forecast_margin_rate = figures.get("rate") or 0.0

    # -------------------------------------------------------------------- figures
    def _get_margin_ladder(self):
        """Return the ladder of each order: figures by rung and kind.

        Costs are positive. None stands for what nobody has said: no cost is quoted,
        and without a release there is no baseline. The number of queries does not
        depend on the number of orders.

        :rtype: dict[field.service.order, dict[str, dict[str, float | None]]]
        """
        # The group of the fields says who sees the figures; they are made of records
        # of sales, purchases and people that he need not see one by one.
        orders = self._origin.sudo()
        sums = {order: {} for order in orders}
        for item in orders._get_ladder_items():
            known = sums[item.order].setdefault(item.rung, {})
            known[item.kind] = known.get(item.kind, 0.0) + item.amount
        posted = orders._get_posted_profit()
        return {
            order.sudo(False).with_env(self.env): order._build_ladder(
                sums[order], posted[order]
            )
            for order in orders
        }

    def _build_ladder(self, sums, posted):
        """Return the rungs of one order with their margins."""
        rungs = {
            "quoted": {"revenue": sums.get("quoted", {}).get("revenue")},
            "baseline": self._get_baseline_figures(sums.get("baseline", {})),
            "posted": {kind: posted[kind] for kind in KINDS},
        }
        for rung in ("committed", "accrued"):
            rungs[rung] = {kind: sums.get(rung, {}).get(kind, 0.0) for kind in KINDS}
        rungs["forecast"] = {
            kind: sum(rungs[rung][kind] for rung in FORECAST) for kind in KINDS
        }
        return {rung: self._complete_figures(rungs[rung]) for rung in RUNGS}

    def _get_baseline_figures(self, sums):
        if not self.baseline_date:
            return {}
        return {kind: sums.get(kind, 0.0) for kind in KINDS}

    def _complete_figures(self, figures):
        """Add cost, margin and margin rate, as far as they are known."""
        # Adding 0.0 turns a rounded -0.0 into 0.0.
        result = {
            kind: None
            if figures.get(kind) is None
            else self.currency_id.round(figures[kind]) + 0.0
            for kind in KINDS
        }
        result.update(cost=None, margin=None, rate=None)
        if all(result[kind] is not None for kind in KINDS):
            cost = sum(result[kind] for kind in COST_KINDS)
            result["cost"] = self.currency_id.round(cost) + 0.0
            margin = self.currency_id.round(result["revenue"] - cost) + 0.0
            result["margin"] = margin
            if not self.currency_id.is_zero(result["revenue"]):
                result["rate"] = margin / result["revenue"]
        return result

    # ---------------------------------------------------------------------- items
    def _get_ladder_items(self):
        """Return what the rungs but the posted one are made of. Extend with super().

        For many orders at once: queries by order are not allowed here.

        :rtype: list[LadderItem]
        """
        items = []
        for order in self:
            items += order._get_baseline_items()
        return items

    def _is_work_open(self):
        """Tell whether work, parts and revenue are still to come."""
        return self.state not in FINISHED_STATES and not self.is_historic

    def _prepare_ladder_item(self, rung, kind, amount, name, quantity=0.0, source=None):
        """Return a list of one rounded item, or none where nothing is left of it."""
        amount = self.currency_id.round(amount)
        if self.currency_id.is_zero(amount):
            return []
        return [LadderItem(self, rung, kind, amount, name, quantity, source)]

    def _get_baseline_items(self):
        """Return what was frozen, by kind; what was entered by hand is the rest."""
        if not self.baseline_date:
            return []
        detail = self.baseline_detail or {}
        products = self.env["product.product"]
        labels = self._get_ladder_labels()
        items = self._prepare_ladder_item(
            "baseline", "revenue", self.baseline_revenue, labels["revenue"]
        )
        rest = self.baseline_cost
        for line in detail.get("costs", ()):
            product = products.browse(line["product_id"] or []).exists()
            known = self._prepare_ladder_item(
                "baseline",
                line["kind"],
                line["amount"],
                product.display_name or labels[line["kind"]],
                line["quantity"],
                product or None,
            )
            rest -= sum(item.amount for item in known)
            items += known
        name = self.env._("Entered by hand") if detail else self.env._("All costs")
        return items + self._prepare_ladder_item("baseline", "other", rest, name)

    # -------------------------------------------------------------------- reading
    @api.model
    def _get_ladder_labels(self):
        """Return {kind: label}, those of the profit report."""
        report = self.env["field.service.ledger.report"]
        return dict(report._fields["cost_kind"]._description_selection(self.env))

    @api.model
    def _get_rung_labels(self):
        """Return {rung: label}."""
        lines = self.env["field.service.ladder.line"]
        labels = dict(lines._fields["rung"]._description_selection(self.env))
        return {**labels, "forecast": self.env._("Forecast at completion")}

    @api.model
    def _get_rung_hints(self):
        """Return {rung: what it is made of, in a sentence}."""
        return {
            "quoted": self.env._("Offered or accepted sales order lines, before tax."),
            "baseline": self.env._("Expected at the release, and frozen then."),
            "committed": self.env._(
                "Still to come as planned now: hours, travel, parts, open purchases "
                "and what the customer will be charged for them."
            ),
            "accrued": self.env._("Done, and not in the books yet."),
            "posted": self.env._("Posted journal items, life to date."),
            "forecast": self.env._("Posted, accrued and committed together."),
        }

    def _prepare_ladder(self, ladder):
        """Return the ladder as the form shows it."""
        labels, hints = self._get_rung_labels(), self._get_rung_hints()
        kinds = {
            **self._get_ladder_labels(),
            "cost": self.env._("Costs"),
            "margin": self.env._("Margin"),
            "rate": self.env._("Margin %"),
        }
        return {
            "currency_id": self.currency_id.id,
            "as_of": fields.Datetime.to_string(fields.Datetime.now()),
            "columns": [
                {"code": code, "label": label} for code, label in kinds.items()
            ],
            "rungs": [
                {
                    "code": rung,
                    "label": labels[rung],
                    "hint": hints[rung],
                    "figures": ladder[rung],
                }
                for rung in RUNGS
            ],
        }

    def action_open_ladder(self, rung, kind):
        """Open the lines that a figure of the ladder is the sum of.

        :param str rung: one of ``RUNGS``
        :param str kind: ``revenue``, a kind of cost, ``cost`` or ``margin``
        """
        self.ensure_one()
        self.check_access("read")
        # The page is for who may see costs, and so are its lines.
        self._check_field_access(self._fields["margin_ladder"], "read")
        lines = self.env["field.service.ladder.line"]._create_lines(self, rung, kind)
        labels = {**self._get_ladder_labels(), "cost": self.env._("Costs")}
        return {
            "type": "ir.actions.act_window",
            "name": ", ".join(
                (
                    self.name,
                    self._get_rung_labels()[rung],
                    labels.get(kind, self.env._("Margin")),
                )
            ),
            "res_model": lines._name,
            "views": [(False, "list")],
            "domain": [("id", "in", lines.ids)],
            "context": {"create": False},
        }

    def _get_posted_rows(self, kinds):
        """Return the rows of the profit report that make up the posted rung."""
        report = self.env["field.service.ledger.report"]
        report._flush_sources()
        return report.search(
            [
                ("order_id", "=", self.id),
                ("company_id", "=", self.company_id.id),
                ("cost_kind", "in", list(kinds)),
            ]
        )
