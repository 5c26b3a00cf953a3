from odoo import api, fields, models


class FieldServiceFinding(models.Model):
    """A defect that was found on a work order, and what was done about it."""

    _name = "field.service.finding"
    _description = "Finding"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "found_on desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Finding", required=True)
    order_id = fields.Many2one(
        comodel_name="field.service.order",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="order_id.company_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one(
        related="order_id.partner_id", store=True, index="btree_not_null"
    )
    asset_id = fields.Many2one(
        comodel_name="field.service.asset",
        string="Equipment",
        compute="_compute_asset_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        check_company=True,
    )
    answer_id = fields.Many2one(
        comodel_name="field.service.checklist.answer",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="The answer that raised the finding.",
    )
    measured = fields.Char(related="answer_id.display_value", string="Measured")
    symptom_id = fields.Many2one(
        comodel_name="field.service.reason",
        index="btree_not_null",
        domain="[('kind', '=', 'symptom')]",
    )
    cause_id = fields.Many2one(
        comodel_name="field.service.reason",
        index="btree_not_null",
        domain="[('kind', '=', 'cause')]",
    )
    remedy_id = fields.Many2one(
        comodel_name="field.service.reason",
        index="btree_not_null",
        domain="[('kind', '=', 'remedy')]",
    )
    symptom = fields.Text(string="Symptom Description")
    cause = fields.Text(string="Cause Description")
    remedy = fields.Text(string="Remedy Description")
    state = fields.Selection(
        selection=[
            ("open", "Unsolved"),
            ("solved", "Solved"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        default="open",
        index=True,
        copy=False,
        tracking=True,
        help="Withdrawn: the answer that raised it was corrected.",
    )
    found_on = fields.Datetime(default=fields.Datetime.now, required=True)
    found_by_id = fields.Many2one(
        comodel_name="res.users",
        default=lambda self: self.env.user,
        readonly=True,
        index="btree_not_null",
    )

    _answer_uniq = models.UniqueIndex(
        "(answer_id) WHERE answer_id IS NOT NULL", "This answer has a finding already."
    )

    @api.depends("order_id.asset_ids", "answer_id.asset_id")
    def _compute_asset_id(self):
        """Take the answer's equipment, else the order's when there is no doubt."""
        for finding in self:
            assets = finding.order_id.asset_ids
            if finding.answer_id.asset_id:
                finding.asset_id = finding.answer_id.asset_id
            elif not finding.asset_id and len(assets) == 1:
                finding.asset_id = assets

    @api.model_create_multi
    def create(self, vals_list):
        findings = super().create(vals_list)
        findings.order_id._process_report()
        return findings

    def write(self, vals):
        orders = self.order_id
        result = super().write(vals)
        (orders | self.order_id)._process_report()
        return result

    def unlink(self):
        orders = self.order_id
        result = super().unlink()
        orders.exists()._process_report()
        return result

    @api.model
    def _sync_answers(self, answers, bad_before):
        """Keep exactly one finding per answer out of range. Idempotent.

        :param bad_before: the answers that were out of range before; what a person
            has solved is opened again only when the answer went bad anew
        """
        # A finding follows from an answer the user was allowed to give.
        answers = answers.sudo()
        bad = answers.filtered(lambda answer: answer._is_bad())
        (answers - bad).finding_ids._withdraw()
        self.sudo().create(
            [
                self._prepare_values(answer)
                for answer in bad.filtered(lambda answer: not answer.finding_ids)
            ]
        )
        (bad - bad_before).finding_ids.filtered(
            lambda finding: finding.state != "open"
        ).write({"state": "open"})
        bad.finding_ids.filtered(lambda finding: finding.state == "withdrawn").write(
            {"state": "open"}
        )

    @api.model
    def _prepare_values(self, answer):
        """Return the values of the finding that an answer out of range raises."""
        return {
            "name": answer.name,
            "order_id": answer.order_id.id,
            "answer_id": answer.id,
        }

    def _withdraw(self):
        """Take back open findings whose answer was corrected."""
        # As above: it follows from the answer.
        self.sudo().filtered(lambda finding: finding.state == "open").write(
            {"state": "withdrawn"}
        )

    def action_solve(self):
        """Mark the findings as solved."""
        return self.write({"state": "solved"})

    def action_reopen(self):
        """Open the findings again."""
        return self.write({"state": "open"})
