from odoo import api, fields, models
from odoo.exceptions import UserError

# What people enter; everything else follows from the books.
ENTERED_FIELDS = {
    "employee_id",
    "company_id",
    "date",
    "counted_amount",
    "explanation",
    "handover_amount",
    "handover_journal_id",
}
DERIVED_FIELDS = {
    "name",
    "journal_id",
    "currency_id",
    "state",
    "opening_amount",
    "received_amount",
    "other_amount",
    "expected_amount",
    "difference",
    "remaining_amount",
    "difference_move_id",
    "payment_ids",
}


class FieldServiceCashCount(models.Model):
    """A technician's cash at the end of his day: expected, counted, handed over."""

    _name = "field.service.cash.count"
    _description = "Cash Count"
    _inherit = ["field.service.cash.count.posting", "mail.thread"]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        string="Number", required=True, readonly=True, copy=False, default="/"
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    employee_id = fields.Many2one(
        comodel_name="hr.employee",
        string="Technician",
        required=True,
        index=True,
        check_company=True,
        default=lambda self: self._get_default_employee(),
        tracking=True,
    )
    journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Cash Journal",
        compute="_compute_journal_id",
        store=True,
        precompute=True,
        index=True,
        check_company=True,
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency",
        compute="_compute_journal_id",
        store=True,
        precompute=True,
        index=True,
    )
    date = fields.Date(
        required=True, default=fields.Date.context_today, index=True, tracking=True
    )
    state = fields.Selection(
        selection=[("draft", "Draft"), ("confirmed", "Confirmed")],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
    )

    # What should be there
    opening_amount = fields.Monetary(
        string="Left by the Last Count", readonly=True, copy=False
    )
    received_amount = fields.Monetary(string="Received", readonly=True, copy=False)
    other_amount = fields.Monetary(
        string="Other Movements",
        readonly=True,
        copy=False,
        help="What the accountant has booked on the cash journal by hand.",
    )
    expected_amount = fields.Monetary(
        string="Expected",
        readonly=True,
        copy=False,
        help="The balance of the cash journal in the books.",
    )

    # What is there
    counted_amount = fields.Monetary(string="Counted", copy=False, tracking=True)
    difference = fields.Monetary(compute="_compute_difference", store=True)
    explanation = fields.Char(
        copy=False,
        tracking=True,
        help="Why more or less was counted than expected, in one sentence.",
    )
    handover_amount = fields.Monetary(
        string="Handed Over",
        compute="_compute_handover_amount",
        store=True,
        readonly=False,
        copy=False,
        tracking=True,
    )
    handover_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Handed Over To",
        compute="_compute_handover_journal_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
        domain="[('type', 'in', ('cash', 'bank')), ('company_id', '=', company_id), "
        "('id', '!=', journal_id)]",
    )
    remaining_amount = fields.Monetary(
        string="Stays in the Box", compute="_compute_difference", store=True
    )

    # What became of it
    difference_move_id = fields.Many2one(
        comodel_name="account.move",
        string="Difference Entry",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
    )
    payment_ids = fields.One2many(
        comodel_name="account.payment",
        inverse_name="service_cash_count_id",
        string="Payments",
        readonly=True,
        groups="account.group_account_invoice,account.group_account_readonly",
    )

    _one_draft = models.UniqueIndex(
        "(journal_id) WHERE state = 'draft' AND journal_id IS NOT NULL",
        "This cash is being counted already: finish or delete that count.",
    )
    _amounts_positive = models.Constraint(
        "CHECK(counted_amount >= 0 AND handover_amount >= 0)",
        "What is counted and handed over cannot be negative.",
    )

    # ------------------------------------------------------------------ computes
    @api.model
    def _get_default_employee(self):
        return self.env.user.employee_ids.filtered(
            lambda employee: employee.company_id == self.env.company
        )[:1]

    @api.depends("employee_id", "company_id")
    def _compute_journal_id(self):
        for count in self:
            # Which journal is whose: a setting, not the employee's private data.
            journal = count.employee_id.sudo().service_cash_journal_id
            count.journal_id = journal
            count.currency_id = (
                journal._get_service_cash_currency() or count.company_id.currency_id
            )

    @api.depends("counted_amount", "expected_amount", "handover_amount")
    def _compute_difference(self):
        for count in self:
            count.difference = count.counted_amount - count.expected_amount
            count.remaining_amount = count.counted_amount - count.handover_amount

    @api.depends("counted_amount")
    def _compute_handover_amount(self):
        for count in self:
            count.handover_amount = count.counted_amount

    @api.depends("company_id")
    def _compute_handover_journal_id(self):
        for count in self:
            count.handover_journal_id = count.company_id.service_handover_journal_id

    # ---------------------------------------------------------------------- CRUD
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_entered(vals)
        counts = super().create(vals_list)
        for count in counts:
            if count.name == "/":
                # Numbers are for everybody who counts, not the sequence itself.
                sequence = self.env["ir.sequence"].sudo().with_company(count.company_id)
                count.sudo().name = sequence.next_by_code(self._name) or "/"
        counts._check_journal()
        counts._set_expected()
        return counts

    @api.model
    def _check_entered(self, vals):
        """What the books say is written by nobody, whichever way it comes."""
        if DERIVED_FIELDS & vals.keys() and not self.env.su:
            raise UserError(
                self.env._("What should be in the box follows from the books.")
            )

    def write(self, vals):
        self._check_entered(vals)
        ours = (ENTERED_FIELDS | DERIVED_FIELDS) & vals.keys()
        if ours and any(count.state == "confirmed" for count in self):
            raise UserError(
                self.env._(
                    "A confirmed count is in the books and stays as it is: make "
                    "another."
                )
            )
        result = super().write(vals)
        if {"employee_id", "company_id"} & vals.keys():
            self._check_journal()
            self._set_expected()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_if_draft(self):
        if any(count.state == "confirmed" for count in self):
            raise UserError(self.env._("A confirmed count is in the books and stays."))

    def _check_journal(self):
        for count in self:
            if not count.journal_id:
                raise UserError(
                    self.env._(
                        "%(technician)s has no cash journal: the accountant presses "
                        "“Create Cash Journals” for the technician.",
                        technician=count.employee_id.name,
                    )
                )

    # -------------------------------------------------------------------- figures
    def _set_expected(self):
        """Write what should be in the box now, by the books."""
        for count in self:
            figures = count._get_expected()
            if any(
                count.currency_id.compare_amounts(count[name], value)
                for name, value in figures.items()
            ):
                # Nobody enters these figures; see the check of what is entered.
                count.sudo().write(figures)

    def _get_expected(self):
        """Return what should be in the box, and what it is made of."""
        self.ensure_one()
        # The person who counts sees what is in his own box, and no journal.
        journal = self.journal_id.sudo()
        balance = journal._get_service_cash_balance()
        last = self.sudo().search(
            [("journal_id", "=", journal.id), ("state", "=", "confirmed")],
            order="id desc",
            limit=1,
        )
        received = sum(self._get_new_payments().mapped("amount"))
        opening = last.remaining_amount
        return {
            "opening_amount": opening,
            "received_amount": received,
            "other_amount": balance - opening - received,
            "expected_amount": balance,
        }

    def _get_new_payments(self):
        """Return the receipts that no count has seen yet."""
        # As above; the amounts are shown as one sum.
        payments = self.env["account.payment"].sudo()
        return payments.search(
            [
                ("journal_id", "=", self.journal_id.id),
                ("payment_type", "=", "inbound"),
                ("service_cash_count_id", "=", False),
                ("move_id.state", "=", "posted"),
            ]
        )

    # -------------------------------------------------------------------- actions
    def action_refresh(self):
        """Look up again what should be in the box."""
        self.check_access("write")
        self._set_expected()
        return True

    def action_confirm(self):
        """Book the difference and the hand-over."""
        self.check_access("write")
        for count in self:
            count._confirm()
        return True

    def _confirm(self):
        """Book one count, once. Whoever may write the count may do it."""
        if self.state != "draft":
            raise UserError(
                self.env._("%(count)s is confirmed already.", count=self.name)
            )
        # The person who counts has no right on journals, entries or payments; which
        # ones are made follows from the count, and the checks come first.
        count = self.sudo().with_company(self.company_id)
        count.journal_id._check_service_cash()
        count.journal_id._lock_service_cash()
        count._check_counted()
        receipts = count._get_new_payments()
        move = count._post_difference()
        count._post_handover()
        receipts.service_cash_count_id = count
        count.write({"difference_move_id": move.id, "state": "confirmed"})
        # The index that allows one draft reads the table, not the cache.
        count.flush_recordset(["state"])

    def _check_counted(self):
        """Refuse what does not add up, in words, before anything is posted."""
        currency = self.currency_id
        expected = self._get_expected()["expected_amount"]
        if currency.compare_amounts(expected, self.expected_amount):
            raise UserError(
                self.env._(
                    "%(count)s: the books say %(expected)s now. Press “Refresh” and "
                    "count again.",
                    count=self.name,
                    expected=currency.format(expected),
                )
            )
        if (
            not currency.is_zero(self.difference)
            and not (self.explanation or "").strip()
        ):
            raise UserError(
                self.env._(
                    "%(count)s: say in one sentence why %(difference)s is too much or "
                    "missing.",
                    count=self.name,
                    difference=currency.format(self.difference),
                )
            )
        if currency.compare_amounts(self.handover_amount, self.counted_amount) > 0:
            raise UserError(
                self.env._(
                    "%(count)s: more is handed over than was counted.", count=self.name
                )
            )
        self._check_handover()

    def _check_handover(self):
        target = self.handover_journal_id
        if self.currency_id.is_zero(self.handover_amount):
            return
        if target == self.journal_id or target.type not in ("cash", "bank"):
            raise UserError(
                self.env._(
                    "%(count)s: say where the cash is handed over to: main cash, or "
                    "the bank. The usual one is in the settings.",
                    count=self.name,
                )
            )
