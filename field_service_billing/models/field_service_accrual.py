from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .field_service_company_accruals import SHARE_METHODS

ACCOUNTANTS = "account.group_account_user,account.group_account_manager"


class FieldServiceAccrual(models.Model):
    """What belongs to a period and is not in its books yet, with its evidence.

    The draft is the preview: one line per source, and what is left out with the
    reason. Posted, it is one entry at the end of the period and, for what is reversed,
    one on the day after. Running it again posts the difference.
    """

    _name = "field.service.accrual"
    _description = "Work Order Accrual"
    _inherit = [
        "field.service.accrual.share",
        "field.service.accrual.work",
        "field.service.accrual.purchase",
        "field.service.accrual.subcontract",
        "field.service.accrual.entry",
        "mail.thread",
    ]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        string="Number", required=True, readonly=True, copy=False, default=""
    )
    kind = fields.Selection(
        selection=[
            ("unbilled", "Unbilled work and receipts"),
            ("agreement", "Agreement revenue"),
        ],
        required=True,
        default="unbilled",
        readonly=True,
    )
    state = fields.Selection(
        selection=[
            ("draft", "Preview"),
            ("posted", "Posted"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        readonly=True,
        index=True,
        copy=False,
        tracking=True,
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(
        string="From",
        required=True,
        readonly=True,
        help="First day of the period whose agreement revenue is shared.",
    )
    date = fields.Date(string="Period End", required=True, readonly=True)
    date_reversal = fields.Date(
        string="Reversed on",
        compute="_compute_date_reversal",
        help="First day of the next period. Shared agreement revenue is not reversed.",
    )
    journal_id = fields.Many2one(
        comodel_name="account.journal",
        required=True,
        readonly=True,
        index=True,
        check_company=True,
        ondelete="restrict",
    )
    income_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Accrued Income",
        readonly=True,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    cost_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Received, not Billed",
        readonly=True,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    share_method = fields.Selection(
        selection=SHARE_METHODS,
        string="Shared by",
        readonly=True,
        help="Unless the agreement says otherwise.",
    )
    line_ids = fields.One2many(
        comodel_name="field.service.accrual.line",
        inverse_name="accrual_id",
        string="Preview",
        domain=[("reason", "=", False)],
        readonly=True,
    )
    left_out_ids = fields.One2many(
        comodel_name="field.service.accrual.line",
        inverse_name="accrual_id",
        domain=[("reason", "!=", False)],
        readonly=True,
    )
    move_ids = fields.One2many(
        comodel_name="account.move",
        inverse_name="service_accrual_id",
        string="Journal Entries",
        readonly=True,
    )
    move_count = fields.Integer(compute="_compute_move_count")
    revenue_amount = fields.Monetary(
        string="Revenue", compute="_compute_amounts", store=True
    )
    cost_amount = fields.Monetary(string="Cost", compute="_compute_amounts", store=True)

    _name_uniq = models.Constraint(
        "UNIQUE(company_id, name)", "Another accrual of this company has this number."
    )
    _period = models.Constraint(
        "CHECK(date_from <= date)", "A period cannot end before it begins."
    )

    # ------------------------------------------------------------------ computes
    @api.depends("date", "kind")
    def _compute_date_reversal(self):
        for accrual in self:
            reversed_on = accrual.date and accrual.date + relativedelta(days=1)
            accrual.date_reversal = accrual.kind == "unbilled" and reversed_on

    @api.depends("move_ids")
    def _compute_move_count(self):
        for accrual in self:
            accrual.move_count = len(accrual.move_ids)

    @api.depends("line_ids.amount", "line_ids.kind")
    def _compute_amounts(self):
        for accrual in self:
            lines = accrual.line_ids
            cost = lines.filtered(lambda line: line.kind == "purchase")
            own = lines.filtered(lambda line: line.kind == "work" or line.order_id)
            accrual.cost_amount = sum(cost.mapped("amount"))
            accrual.revenue_amount = sum((own - cost).mapped("amount"))

    # ---------------------------------------------------------------------- CRUD
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not vals.get("name"):
                sequence = self.env["ir.sequence"].with_company(vals.get("company_id"))
                vals["name"] = sequence.next_by_code(self._name) or ""
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_if_preview(self):
        for accrual in self:
            if accrual.state != "draft":
                raise UserError(
                    self.env._(
                        "%(accrual)s is in the books: cancel it instead, so that what "
                        "it posted is taken back.",
                        accrual=accrual.name,
                    )
                )

    # ------------------------------------------------------------------- preview
    def _get_targets(self):
        """Return the values of the lines: what is due, and what is left out and why.

        :rtype: list[dict]
        """
        self.ensure_one()
        # Evidence is read from work, stock and purchases, which accountants need not
        # see; what they get is this company's amounts.
        accrual = self.sudo().with_company(self.company_id)
        if self.kind == "agreement":
            return accrual._get_share_lines()
        return [
            *accrual._get_work_lines(),
            *accrual._get_purchase_lines(),
            *accrual._get_subcontract_lines(),
        ]

    def _compute_preview(self):
        """Put what is due now on the lines."""
        lines = self.env["field.service.accrual.line"]
        for accrual in self:
            values = accrual._get_targets()
            values += accrual._get_posted_lines()
            (accrual.line_ids | accrual.left_out_ids).sudo().unlink()  # evidence
            # Lines are evidence: nobody writes them by hand.
            lines.sudo().create([{**vals, "accrual_id": accrual.id} for vals in values])
        self.invalidate_recordset(["line_ids", "left_out_ids"])

    def action_refresh(self):
        """Work the preview out again."""
        self._check_state("draft")
        self._compute_preview()
        return True

    def _check_state(self, state):
        """Refuse what makes no sense in the present state."""
        self.check_access("write")
        for accrual in self:
            if accrual.state != state:
                raise UserError(
                    self.env._(
                        "%(accrual)s was posted or cancelled meanwhile: open it again "
                        "to see what became of it.",
                        accrual=accrual.name,
                    )
                )

    # ------------------------------------------------------------------- actions
    def action_post(self):
        """Post the preview, if it still holds; otherwise show the new one."""
        self.ensure_one()
        self._check_state("draft")
        self._lock_period()
        before = self._get_groups()
        self._compute_preview()
        groups = self._get_groups()
        if not self._is_same(before, groups):
            return self._notify_changed()
        self._check_postable(groups)
        self._create_entries(groups)
        self.state = "posted"
        return True

    def _notify_changed(self):
        """Tell that the preview was out of date, and show the new one."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": self.env._(
                    "The figures have changed since the preview. Nothing was posted: "
                    "check them and post again."
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_cancel(self):
        """Take back what was posted, on the same dates; a preview is given up."""
        for accrual in self:
            accrual.check_access("write")
            if accrual.state == "posted":
                accrual._reverse_entries()
            accrual.state = "cancelled"
        return True

    def action_view_moves(self):
        """Open the journal entries."""
        return self.move_ids._get_records_action(name=self.env._("Journal Entries"))

    def action_view_lines(self):
        """Open all lines, by work order."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "field_service_billing.field_service_accrual_line_action"
        )
        return {**action, "domain": [("accrual_id", "in", self.ids)]}
