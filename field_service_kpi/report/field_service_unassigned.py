from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .field_service_ledger_report import PROFIT_AND_LOSS_TYPES

MOST_LINES = 500


class FieldServiceUnassigned(models.Model):
    """Posted profit and loss items, or rests of them, that are on no work order.

    ``id`` is that of the journal item. What is on an agreement's own account is
    where it belongs and counts as assigned. The report is flat: a filter on
    company, account or period reaches the journal items.
    """

    _name = "field.service.unassigned"
    _description = "Posted Item on No Work Order"
    _auto = False
    _rec_name = "move_line_id"
    _order = "date desc, id desc"

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    move_line_id = fields.Many2one(
        "account.move.line", string="Journal Item", readonly=True
    )
    move_id = fields.Many2one("account.move", string="Journal Entry", readonly=True)
    journal_id = fields.Many2one("account.journal", readonly=True)
    account_id = fields.Many2one("account.account", readonly=True)
    partner_id = fields.Many2one("res.partner", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    date = fields.Date(string="Accounting Date", readonly=True)
    label = fields.Char(readonly=True)
    ref = fields.Char(string="Reference", readonly=True)
    item_amount = fields.Monetary(
        string="Whole Item",
        readonly=True,
        help="The posted item: income positive, cost negative.",
    )
    amount = fields.Monetary(
        string="On No Order",
        readonly=True,
        help="What of the item is on no work order: income positive, cost negative.",
    )
    in_scope = fields.Boolean(
        string="Service Account",
        readonly=True,
        help="On one of the service accounts of the company's settings, or the company "
        "has chosen none: then all accounts of profit and loss are meant.",
    )
    state = fields.Selection(
        selection=[
            ("open", "To assign"),
            ("purpose", "On no order on purpose"),
            ("contra", "Contra item of the suite"),
            ("over", "Shares are more than 100 %"),
        ],
        readonly=True,
    )
    proposed_order_id = fields.Many2one(
        "field.service.order", string="Proposal", compute="_compute_proposal"
    )
    proposal_reason = fields.Char(string="Why", compute="_compute_proposal")

    _depends = {
        "account.account": ["account_type"],
        "account.analytic.line": ["amount", "move_line_id"],
        "account.move.line": [
            "account_id",
            "balance",
            "company_currency_id",
            "company_id",
            "date",
            "journal_id",
            "move_id",
            "name",
            "parent_state",
            "partner_id",
            "product_id",
            "ref",
            "service_contra_account_id",
            "service_cost_type",
        ],
        "field.service.agreement": ["analytic_account_id"],
        "field.service.assignment.log": ["action", "amount", "move_line_id", "state"],
        "field.service.order": ["analytic_account_id"],
        "res.company": ["service_scope_account_ids"],
    }

    @property
    def _table_query(self):
        columns = (
            *("company_id", "move_id", "journal_id", "account_id", "partner_id"),
            *("product_id", "date", "ref"),
        )
        return SQL(
            """SELECT item.id, item.id AS move_line_id, %(columns)s,
                      item.company_currency_id AS currency_id, item.name AS label,
                      -item.balance AS item_amount, %(amount)s AS amount,
                      %(in_scope)s AS in_scope, %(state)s AS state
                 FROM %(tables)s
                WHERE item.parent_state = 'posted'
                  AND account.account_type IN %(types)s AND %(amount)s <> 0""",
            columns=SQL(", ").join(SQL.identifier("item", name) for name in columns),
            amount=self._get_amount_sql(),
            in_scope=self._get_scope_sql(),
            state=self._get_state_sql(),
            tables=self._get_tables(),
            types=PROFIT_AND_LOSS_TYPES,
        )

    def _get_amount_sql(self) -> SQL:
        return SQL("(-item.balance - COALESCE(shares.amount, 0.0))")

    def _get_tables(self) -> SQL:
        """Posted items and what of them an order or an agreement has."""
        return SQL(
            """account_move_line item
            JOIN account_account account ON account.id = item.account_id
            LEFT JOIN LATERAL (
                SELECT SUM(share.amount) AS amount FROM account_analytic_line share
                 WHERE share.move_line_id = item.id AND %(plan)s IS NOT NULL
                   AND (EXISTS (SELECT FROM field_service_order service_order
                                 WHERE service_order.analytic_account_id = %(plan)s)
                     OR EXISTS (SELECT FROM field_service_agreement agreement
                                 WHERE agreement.analytic_account_id = %(plan)s))
            ) shares ON TRUE""",
            plan=self.env["field.service.ledger.report"]._get_plan_sql("share"),
        )

    def _get_scope_sql(self) -> SQL:
        """Condition: the item is on a service account of its company."""
        field = self.env["res.company"]._fields["service_scope_account_ids"]
        chosen = SQL(
            "SELECT FROM %s scope WHERE scope.%s = item.company_id",
            SQL.identifier(field.relation),
            SQL.identifier(field.column1),
        )
        return SQL(
            "(NOT EXISTS (%s) OR EXISTS (%s AND scope.%s = item.account_id))",
            chosen,
            chosen,
            SQL.identifier(field.column2),
        )

    def _get_state_sql(self) -> SQL:
        return SQL(
            """CASE WHEN SIGN(%(amount)s) <> SIGN(-item.balance) THEN 'over'
                    WHEN EXISTS (
                        SELECT FROM field_service_assignment_log decision
                         WHERE decision.move_line_id = item.id
                           AND decision.action = 'exclude' AND decision.state = 'done'
                           AND decision.amount = %(amount)s) THEN 'purpose'
                    WHEN item.service_cost_type IS NULL AND EXISTS (
                        SELECT FROM account_move_line own
                         WHERE own.move_id = item.move_id
                           AND own.service_contra_account_id = item.account_id)
                    THEN 'contra' ELSE 'open' END""",
            amount=self._get_amount_sql(),
        )

    # ------------------------------------------------------------------- proposal
    def _compute_proposal(self):
        proposals = self.env["field.service.assignment.proposal"]._propose(
            self.filtered(lambda row: row.state == "open").move_line_id
        )
        for row in self:
            proposal = proposals.get(row.move_line_id)
            row.proposed_order_id = proposal.order if proposal else False
            row.proposal_reason = proposal.reason if proposal else False

    def _get_assignable_items(self):
        """Return the journal items of these rows; refuse what cannot be assigned."""
        if len(self) > MOST_LINES:
            raise UserError(
                self.env._(
                    "%(count)s items are too many to look at. Choose up to %(most)s, "
                    "or make a rule.",
                    count=len(self),
                    most=MOST_LINES,
                )
            )
        rows = self.filtered(lambda row: row.state in ("open", "purpose"))
        if not rows:
            raise UserError(
                self.env._(
                    "None of these items is to be assigned: contra items of the suite "
                    "belong to no order, shares above 100 % are repaired in the "
                    "integrity list."
                )
            )
        return rows.move_line_id

    def action_assign(self):
        """Look at proposals for these items, correct and assign them."""
        return self.env["field.service.assignment.wizard"]._open(
            self._get_assignable_items()
        )

    def action_accept_proposal(self):
        """Put this item on the order that is proposed for it."""
        self.ensure_one()
        if not self.proposed_order_id:
            return self.action_assign()
        self.env["field.service.attribution"]._assign(
            {self.move_line_id: self.proposed_order_id}, reason=self.proposal_reason
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(item)s is on %(order)s now. It can be undone in the log.",
                    item=self.move_line_id.display_name,
                    order=self.proposed_order_id.display_name,
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    @api.model
    def action_run_rules(self):
        """Apply the rules of the chosen companies to what is to be assigned."""
        companies = [("company_id", "in", self.env.companies.ids)]
        rules = self.env["field.service.assignment.rule"].search(companies)
        return rules.action_run()

    @api.readonly
    def action_open_move(self):
        """Open the journal entry of an item."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }
