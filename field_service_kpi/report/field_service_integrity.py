from odoo import api, fields, models
from odoo.tools import SQL


class FieldServiceIntegrity(models.Model):
    """Journal items that break a rule of work order profit. Empty when healthy.

    Each kind is one query of ``_get_checks``; ``id`` is made of the kind and of the
    record that breaks the rule, so that it stays the same between looks.
    """

    _name = "field.service.integrity"
    _description = "Work Order Integrity"
    _inherit = ["field.service.integrity.checks", "field.service.integrity.repairs"]
    _auto = False
    _rec_name = "move_line_id"
    _order = "severity, date desc, id"

    kind = fields.Selection(
        selection=[
            ("under_split", "Shares are less than 100 %"),
            ("over_split", "Shares are more than 100 %"),
            ("foreign_company", "Work order of another company"),
            ("missing_share", "Posted without the analytic item of its work order"),
            ("changed_share", "Analytic item differs from the distribution"),
            ("changed_after_lock", "Attribution changed after the lock date"),
            ("date_differs", "Analytic item has another date"),
            ("order_lost", "Own cost item lost its work order"),
            ("not_posted", "Analytic item of an entry that is not posted"),
            ("no_order", "Account of the plan that no work order has"),
        ],
        string="Finding",
        readonly=True,
    )
    severity = fields.Selection(
        selection=[("1_error", "Profit is wrong"), ("2_warning", "To be looked at")],
        readonly=True,
    )
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    order_id = fields.Many2one("field.service.order", readonly=True)
    move_line_id = fields.Many2one(
        "account.move.line", string="Journal Item", readonly=True
    )
    move_id = fields.Many2one("account.move", string="Journal Entry", readonly=True)
    entry = fields.Char(related="move_id.name")
    account_id = fields.Many2one("account.account", readonly=True)
    date = fields.Date(string="Accounting Date", readonly=True)
    amount = fields.Monetary(
        readonly=True, help="How much is in question: income positive, cost negative."
    )
    advice = fields.Char(compute="_compute_advice")

    _depends = {
        "field.service.ledger.report": ["margin"],
        "account.analytic.line": ["date"],
        "field.service.agreement": ["analytic_account_id"],
        "field.service.assignment.log": [
            "action",
            "after",
            "amount",
            "move_line_id",
            "seen_on",
            "share_key",
            "state",
        ],
        "account.move.line": [
            "analytic_distribution",
            "balance",
            "service_cost_type",
            "service_order_id",
        ],
    }

    def _compute_advice(self):
        advices = self._get_advices()
        for finding in self:
            finding.advice = advices.get(finding.kind)

    def _get_advices(self):
        """What to do about each kind of finding, as a sentence."""
        return {
            **self._get_share_advices(),
            "under_split": self.env._(
                "Complete the analytic distribution to 100 %, or leave the rest on no "
                "order on purpose."
            ),
            "over_split": self.env._(
                "Reduce the analytic distribution to 100 %: the orders carry more than "
                "the ledger."
            ),
            "foreign_company": self.env._(
                "Put the item on an order of its own company, or rebook it there."
            ),
            "missing_share": self.env._(
                "Set the analytic distribution again, so that the item reaches its "
                "order."
            ),
            "changed_share": self.env._(
                "Set the analytic distribution again, so that both say the same."
            ),
        }

    def _get_share_advices(self):
        return {
            "changed_after_lock": self.env._(
                "Profit of a locked period was changed: check who did it and why."
            ),
            "date_differs": self.env._(
                "Profit uses the date of the journal item; correct the analytic item."
            ),
            "order_lost": self.env._(
                "Put the cost back on the work order it was posted for."
            ),
            "not_posted": self.env._("Delete the analytic item: it counts nowhere."),
            "no_order": self.env._(
                "Replace the account by that of a work order: the item is on no order."
            ),
        }

    @property
    def _table_query(self):
        return SQL(" UNION ALL ").join(self._get_checks().values())

    @api.readonly
    def action_open_move(self):
        """Open the journal entry of a finding."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }

    @api.readonly
    def action_open_order(self):
        """Open the work order of a finding."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "field.service.order",
            "res_id": self.order_id.id,
            "views": [(False, "form")],
        }
