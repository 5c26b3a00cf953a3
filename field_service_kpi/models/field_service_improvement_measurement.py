from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class FieldServiceImprovementMeasurement(models.Model):
    """What an improvement had changed until a day, as it was measured: history."""

    _name = "field.service.improvement.measurement"
    _description = "Measured Effect of an Improvement"
    _order = "date_to desc, id desc"
    _rec_name = "improvement_id"

    improvement_id = fields.Many2one(
        comodel_name="field.service.improvement",
        string="Improvement Action",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    kpi_id = fields.Many2one(
        comodel_name="field.service.kpi",
        string="KPI",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    date_from = fields.Date(string="From", required=True, readonly=True)
    date_to = fields.Date(string="To", required=True, readonly=True)
    days = fields.Integer(
        readonly=True,
        aggregator=None,
        help="After the start; compared with as many days before it.",
    )
    is_due = fields.Boolean(
        string="On a Due Date",
        readonly=True,
        help="Measured by itself after 4, 8, 12, 26 and 52 weeks.",
    )
    measured_at = fields.Datetime(string="As Of", required=True, readonly=True)
    has_comparison = fields.Boolean(string="Compared", readonly=True)
    before_value = fields.Float(digits=False, readonly=True, aggregator=None)
    after_value = fields.Float(digits=False, readonly=True, aggregator=None)
    rest_before_value = fields.Float(digits=False, readonly=True, aggregator=None)
    rest_after_value = fields.Float(digits=False, readonly=True, aggregator=None)
    has_before = fields.Boolean(readonly=True)
    has_after = fields.Boolean(readonly=True)
    has_rest_before = fields.Boolean(readonly=True)
    has_rest_after = fields.Boolean(readonly=True)
    before_cases = fields.Integer(readonly=True, aggregator=None)
    after_cases = fields.Integer(readonly=True, aggregator=None)
    rest_before_cases = fields.Integer(readonly=True, aggregator=None)
    rest_after_cases = fields.Integer(readonly=True, aggregator=None)
    has_change = fields.Boolean(readonly=True)
    has_interval = fields.Boolean(readonly=True)
    change = fields.Float(
        string="Difference in Differences",
        digits=False,
        readonly=True,
        aggregator=None,
    )
    low = fields.Float(digits=False, readonly=True, aggregator=None)
    high = fields.Float(digits=False, readonly=True, aggregator=None)
    has_money = fields.Boolean(readonly=True)
    yearly_effect = fields.Monetary(string="A Year", readonly=True, aggregator=None)
    yearly_low = fields.Monetary(readonly=True, aggregator=None)
    yearly_high = fields.Monetary(readonly=True, aggregator=None)
    verdict = fields.Selection(
        selection=[
            ("works", "It worked"),
            ("no_effect", "No effect visible"),
            ("harmful", "It did harm"),
            ("too_early", "Too early to say"),
        ],
        required=True,
        readonly=True,
    )
    treated_text = fields.Char(string="Treated", compute="_compute_texts")
    rest_text = fields.Char(string="Others", compute="_compute_texts")
    change_text = fields.Char(string="Change", compute="_compute_texts")
    money_text = fields.Char(string="Worth in a Year", compute="_compute_texts")

    # ---------------------------------------------------------------------- texts
    @api.depends("before_value", "after_value", "change", "kpi_id")
    @api.depends_context("lang")
    def _compute_texts(self):
        for one in self:
            one.treated_text = one._get_pair_text("before", "after")
            one.rest_text = self.env._("nobody: before and after only")
            if one.has_comparison:
                one.rest_text = one._get_pair_text("rest_before", "rest_after")
            one.change_text = one._get_change_text()
            one.money_text = one._get_money_text()

    def _get_pair_text(self, *names):
        """Return "before → after" of one group, each with n."""
        texts = []
        for name in names:
            text = self.env._("no data")
            if self[f"has_{name}"]:
                text = self._format(self[f"{name}_value"])
            texts.append(f"{text} (n = {self[f'{name}_cases']})")
        return " → ".join(texts)

    def _format(self, value):
        return self.kpi_id._format_value(value, self.currency_id)

    def _get_change_text(self):
        if not self.has_change:
            return self.env._("no data")
        if not self.has_interval:
            return self.env._(
                "%(change)s; too few cases or weeks for an interval",
                change=self._format(self.change),
            )
        return self.env._(
            "%(change)s (95 %%: %(low)s to %(high)s)",
            change=self._format(self.change),
            low=self._format(self.low),
            high=self._format(self.high),
        )

    def _get_money_text(self):
        if not self.has_money:
            return ""
        amounts = {
            name: self.currency_id.format(self[f"yearly_{name}"])
            for name in ("effect", "low", "high")
        }
        if not self.has_interval:
            return amounts["effect"]
        return self.env._("%(effect)s (95 %%: %(low)s to %(high)s)", **amounts)

    @api.depends("improvement_id", "date_to", "verdict")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["verdict"]._description_selection(self.env))
        for one in self:
            one.display_name = self.env._(
                "%(name)s, until %(date)s: %(verdict)s",
                name=one.improvement_id.name,
                date=format_date(self.env, one.date_to),
                verdict=labels.get(one.verdict, ""),
            )

    # -------------------------------------------------------------------- history
    def write(self, vals):
        if self:
            raise UserError(
                self.env._("What was measured is history and stays as it is.")
            )
        return super().write(vals)
