from odoo import api, fields, models


class FieldServiceKpiProposalLine(models.TransientModel):
    _name = "field.service.kpi.proposal.line"
    _description = "Proposed KPI Target"

    proposal_id = fields.Many2one(
        comodel_name="field.service.kpi.proposal", required=True, ondelete="cascade"
    )
    selected = fields.Boolean()
    kpi_id = fields.Many2one(
        comodel_name="field.service.kpi", string="KPI", required=True, readonly=True
    )
    current_id = fields.Many2one(
        comodel_name="field.service.kpi.target",
        string="Counts Now",
        help="It ends the day before the new one starts.",
    )
    reached = fields.Float(string="Median Week", digits=False, readonly=True)
    reached_text = fields.Char(string="Reached", compute="_compute_texts")
    benchmark_text = fields.Char(string="Benchmark", compute="_compute_texts")
    weeks = fields.Integer(readonly=True)
    cases = fields.Integer(string="n", readonly=True)
    unit = fields.Selection(related="kpi_id.unit")
    target = fields.Float(digits=False)
    limit_value = fields.Float(string="Limit", digits=False)

    @api.depends("kpi_id", "reached")
    @api.depends_context("lang")
    def _compute_texts(self):
        for line in self:
            kpi, currency = line.kpi_id, line.proposal_id.company_id.currency_id
            line.reached_text = kpi._format_value(line.reached, currency)
            line.benchmark_text = (
                kpi._format_value(kpi.benchmark, currency) if kpi.has_benchmark else ""
            )

    def _make_target(self):
        """Create the target of this line and return it."""
        self.ensure_one()
        proposal = self.proposal_id
        values = {"target": self.target, "limit_value": self.limit_value}
        if self.current_id and not self.current_id._get_level() and proposal.team_id:
            # The company's target goes on for everybody else.
            current = self.current_id.browse()
        else:
            current = self.current_id
        if current and current.date_from < proposal.date_from:
            return current._replace(proposal.date_from, **values)
        if current:
            current.write(values)
            return current
        return current.create(
            {
                "kpi_id": self.kpi_id.id,
                "company_id": proposal.company_id.id,
                "team_id": proposal.team_id.id,
                "date_from": proposal.date_from,
                **values,
            }
        )
